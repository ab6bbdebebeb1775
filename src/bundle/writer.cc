// SPDX-License-Identifier: Apache-2.0
#include "bundle/writer.h"

#include <pthread.h>
#include <csignal>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <new>
#include <optional>
#include <set>
#include <thread>
#include <utility>
#include <variant>

#include "base/text.h"
#include "bundle/own_files.h"
#include "bundle/readme.h"
#include "bundle/work_queue.h"
#include "codec/sha256.h"

namespace unsnag::bundle {
namespace {

constexpr std::size_t k_piece = std::size_t{256} << 10U;  // contents are gathered to pieces of this size
constexpr std::size_t k_largest = 2 * k_piece;            // of those that a caller gives away
constexpr std::size_t k_queue = std::size_t{2} << 20U;
constexpr std::size_t k_order = 1024;  // what an order that isn't a content counts
// Measured on 2 GB of kubelet's and containerd's logs: docs/bundle.md says what level 3 would give.
constexpr int k_zstd_level = 1, k_gzip_level = 1;

/// This thread's signals wait while it lives: a thread that is started meanwhile never gets any, so that Ctrl-C wakes the
/// one that the user waits for.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_BLOCK, &all, &before_);
  }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;
  ~SignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

 private:
  sigset_t before_{};
};

struct Begin {
  Item item;
};
struct End {
  Outcome outcome;
  std::uint64_t bytes = 0, lines = 0;
  std::string sha256 = {};
};
struct Absent {
  Item item;
  Outcome outcome;
  std::string error;
};
struct Finish {
  SysTime ended;
};
using Order = std::variant<Begin, std::string, End, Absent, Finish>;

Error no_memory() { return {Errc::io, "no memory"}; }

}  // namespace

/// Three threads in a row, each with its own part of the state: the caller has paths and pieces, the second one counts and
/// digests (which takes longer than compressing where the processor has no instruction for it), the third one packs.
struct Writer::Impl {
  Impl(std::unique_ptr<Pack> to, const Target& where, Identity who) : target(where), pack(std::move(to)) {
    index.identity = std::move(who);
    index.identity.layout = target.layout == Layout::eks ? "eks" : "native";
    const SignalsBlocked blocked;
    packer = std::jthread([this](const std::stop_token& stop) { run_packer(stop); });
    digester = std::jthread([this](const std::stop_token& stop) { run_digester(stop); });
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  ~Impl() {  // either may be waiting for the other
    digester.request_stop();
    packer.request_stop();
  }

  void give_up(Error why) {
    const std::lock_guard lock(mutex);
    if (!failure) failure = std::move(why);
    failed = true;
  }

  // ---- the caller's side ----

  /// The failure, if there was one.
  Result<void*> status() {
    if (!failed) return nullptr;
    const std::lock_guard lock(mutex);
    return tl::unexpected<Error>(*failure);
  }

  Result<void*> order(Order what, std::size_t bytes) {
    to_digest.put(std::move(what), bytes, {});
    return status();
  }

  Result<void*> hand_over() {
    if (piece.empty()) return status();
    const auto size = piece.size();
    std::string full;
    full.swap(piece);
    return order(std::move(full), size);
  }

  /// The item's path in the target's layout.
  Result<void*> place(Item& item) {
    const auto native = safe_path(item.path);
    if (native.empty()) return fail(Errc::invalid_argument, "a content without a path");
    auto path = native;
    if (target.layout == Layout::eks) {
      // Two of ours may have one place there; the second one stays where ours are.
      const auto theirs = eks_path(native);
      path = theirs && !used.contains(*theirs) ? *theirs : "unsnag/" + native;
    }
    if (path == index_path() || path == readme_path() || !used.insert(path).second)
      return fail(Errc::invalid_argument, path + " is in the bundle already");
    item.path = path;
    return nullptr;
  }

  [[nodiscard]] std::string index_path() const { return target.layout == Layout::eks ? "unsnag/index.json" : "index.json"; }

  [[nodiscard]] std::string readme_path() const { return target.layout == Layout::eks ? "unsnag/README.txt" : "README.txt"; }

  // ---- the digester's side ----

  void run_digester(const std::stop_token& stop) {
    codec::Sha256 digest;
    std::uint64_t size = 0, lines = 0;
    char last = '\n';
    while (auto what = to_digest.take(stop)) {
      const bool finish = std::holds_alternative<Finish>(*what);
      std::size_t weight = k_order;
      try {
        if (const auto* bytes = std::get_if<std::string>(&*what); bytes != nullptr && !failed) {
          digest.add(*bytes);
          size += bytes->size();
          lines += count_of(*bytes, '\n');
          last = bytes->back();
          weight = bytes->size();
        } else if (auto* end = std::get_if<End>(&*what)) {
          end->bytes = std::exchange(size, 0);
          end->lines = std::exchange(lines, 0) + (std::exchange(last, '\n') == '\n' ? 0 : 1);
          end->sha256 = std::exchange(digest, codec::Sha256()).hex();
        }
        to_pack.put(std::move(*what), weight, stop);
      } catch (const std::bad_alloc&) {
        give_up(no_memory());
        packer.request_stop();
      }
      if (finish) return;
    }
  }

  // ---- the packer's side ----

  void run_packer(const std::stop_token& stop) {
    while (auto what = to_pack.take(stop)) {
      // After a failure orders are still taken, so that nobody waits for room.
      if (failed) pack.reset();
      if (pack != nullptr) {
        try {
          if (auto done = std::visit([&](auto& one) { return carry_out(one, stop); }, *what); !done) fail_packing(std::move(done).error());
        } catch (const std::bad_alloc&) {
          fail_packing(no_memory());
        }
      }
      if (std::holds_alternative<Finish>(*what)) return;
    }
    pack.reset();
  }

  /// Nothing stays, also while the writer does: others need the room. It is gone before anybody hears of the failure.
  void fail_packing(Error why) {
    pack.reset();
    give_up(std::move(why));
  }

  Result<void*> carry_out(Begin& begin, const std::stop_token& stop) {
    now = {};
    now.item = std::move(begin.item);
    return pack->begin(now.item.path, now.item.mtime.value_or(index.identity.begun), stop);
  }

  Result<void*> carry_out(const std::string& bytes, const std::stop_token& stop) {
    TRY(pack->add(bytes, stop));
    written = pack->written();
    return nullptr;
  }

  Result<void*> carry_out(End& end, const std::stop_token& stop) {
    TRY_ASSIGN(now.parts, pack->end(stop));
    if (now.parts.size() == 1) now.parts.clear();  // it is the path
    now.bytes = end.bytes;
    now.lines = end.lines;
    now.sha256 = std::move(end.sha256);
    now.outcome = std::move(end.outcome);
    ++summary.files;
    summary.contents += now.bytes;
    index.items.push_back(std::move(now));
    written = pack->written();
    return nullptr;
  }

  Result<void*> carry_out(Absent& absent, const std::stop_token&) {
    IndexItem one;
    one.item = std::move(absent.item);
    one.outcome = std::move(absent.outcome);
    one.error = std::move(absent.error);
    index.items.push_back(std::move(one));
    return nullptr;
  }

  Result<void*> write_readme(const std::stop_token& stop) {
    IndexItem readme;
    readme.item = {readme_path(), "what lies where, and what is not here", "unsnag collect", Kind::other};
    const auto text = readme_text(index);
    TRY(pack->begin(readme.item.path, index.ended, stop));
    TRY(pack->add(text, stop));
    TRY(pack->end(stop));
    readme.bytes = text.size();
    readme.lines = count_of(text, '\n');
    readme.sha256 = codec::sha256_hex(text);
    ++summary.files;
    summary.contents += readme.bytes;
    index.items.push_back(std::move(readme));
    return nullptr;
  }

  Result<void*> carry_out(const Finish& finish, const std::stop_token& stop) {
    index.ended = finish.ended;
    TRY(write_readme(stop));
    TRY(pack->begin(index_path(), finish.ended, stop));
    TRY(pack->add(write_index(index), stop));
    TRY(pack->end(stop));
    TRY(pack->commit(stop));
    summary.bytes = pack->written();
    written = summary.bytes;
    return nullptr;
  }

  const Target target;
  WorkQueue<Order> to_digest{k_queue}, to_pack{k_queue};

  // the caller's
  std::set<std::string> used;
  std::string piece;
  bool open = false;

  // the packer's, and the caller's when that has ended
  std::unique_ptr<Pack> pack;
  Index index;
  IndexItem now;
  Summary summary;

  // everybody's
  std::atomic<bool> failed = false;
  std::atomic<std::uint64_t> written = 0;
  std::mutex mutex;
  std::optional<Error> failure;  // guarded by mutex

  std::jthread packer, digester;  // the last ones: they are joined before the rest goes
};

std::string_view ending(const Target& target) {
  if (target.form == Target::Form::folder) return "";
  return target.layout == Layout::eks ? ".tar.gz" : ".tar.zst";
}

Result<Writer> Writer::create(const Target& target, Identity identity) {
  if (target.form == Target::Form::folder) {
    TRY_ASSIGN(auto pack, folder_pack(target.path));
    return Writer(std::move(pack), target, std::move(identity));
  }
  std::unique_ptr<Output> output;
  if (target.form == Target::Form::descriptor) {
    output = descriptor_output(target.fd, target.stop);
  } else {
    TRY_ASSIGN(output, file_output(target.path));
  }
  const bool eks = target.layout == Layout::eks;
  auto compressor = eks ? codec::gzip_compressor(k_gzip_level) : codec::zstd_compressor(k_zstd_level);
  return Writer(tar_pack(std::move(output), std::move(compressor), eks ? "./" : ""), target, std::move(identity));
}

Writer::Writer(std::unique_ptr<Pack> pack, const Target& target, Identity identity)
    : impl_(std::make_unique<Impl>(std::move(pack), target, std::move(identity))) {}
Writer::Writer(Writer&&) noexcept = default;
Writer& Writer::operator=(Writer&&) noexcept = default;
Writer::~Writer() = default;

Result<void*> Writer::begin(Item item) {
  if (impl_->open) return fail(Errc::invalid_argument, "a content is begun before the last one ended");
  TRY(impl_->place(item));
  const bool verdict = item.kind == Kind::verdict && std::string_view(item.path).ends_with(".txt");
  impl_->open = true;
  TRY(impl_->order(Begin{std::move(item)}, k_order));
  return verdict ? add(std::string(k_verdict_heading) + "\n\n") : nullptr;
}

Result<void*> Writer::add(std::string_view bytes) {
  if (!impl_->open) return fail(Errc::invalid_argument, "bytes of no content");
  auto& piece = impl_->piece;
  while (!bytes.empty()) {
    if (piece.empty()) piece.reserve(std::min(k_piece, std::max<std::size_t>(bytes.size(), 4096)));
    const auto part = bytes.substr(0, k_piece - piece.size());
    piece += part;
    bytes.remove_prefix(part.size());
    if (piece.size() == k_piece) TRY(impl_->hand_over());
  }
  return impl_->status();
}

Result<void*> Writer::add(std::string&& bytes) {
  if (!impl_->open || bytes.size() < k_piece / 2 || bytes.size() > k_largest) return add(std::string_view(bytes));
  TRY(impl_->hand_over());
  const auto size = bytes.size();
  return impl_->order(std::move(bytes), size);
}

Result<void*> Writer::end(Outcome outcome) {
  if (!impl_->open) return fail(Errc::invalid_argument, "the end of no content");
  TRY(impl_->hand_over());
  impl_->open = false;
  return impl_->order(End{std::move(outcome), 0, 0, {}}, k_order);
}

Result<void*> Writer::put(Item item, std::string_view content, Outcome outcome) {
  TRY(begin(std::move(item)));
  TRY(add(content));
  return end(std::move(outcome));
}

Result<void*> Writer::missing(Item item, const Error& why) {
  TRY(impl_->place(item));
  Outcome outcome;
  outcome.completeness = Completeness::missing;
  outcome.note = why.message();
  return impl_->order(Absent{std::move(item), std::move(outcome), std::string(to_string(why.code))}, k_order);
}

Result<void*> Writer::left_out(Item item, std::string why) {
  TRY(impl_->place(item));
  Outcome outcome;
  outcome.completeness = Completeness::left_out;
  outcome.note = std::move(why);
  return impl_->order(Absent{std::move(item), std::move(outcome), {}}, k_order);
}

std::uint64_t Writer::written() const { return impl_->written; }

Result<Summary> Writer::finish(SysTime ended) {
  if (impl_->open) TRY(end({Completeness::partial, "it was not ended"}));
  TRY(impl_->order(Finish{ended}, k_order));
  impl_->digester.join();
  impl_->packer.join();
  TRY(impl_->status());
  impl_->pack.reset();
  impl_->summary.path = impl_->target.path;
  return impl_->summary;
}

}  // namespace unsnag::bundle
