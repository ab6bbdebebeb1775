// SPDX-License-Identifier: Apache-2.0
#include "pull/layer.h"

#include <algorithm>
#include <mutex>
#include <thread>

#include "codec/decoder.h"
#include "codec/sha256.h"
#include "pull/ring.h"

namespace unsnag::pull {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t k_piece = std::size_t{256} << 10U;
constexpr std::size_t k_buffers = 8;
constexpr std::chrono::milliseconds k_look = 200ms;  // between two questions whether there is still hope

std::unique_ptr<codec::Decoder> decoder_of(oci::Compression compression) {
  switch (compression) {
    case oci::Compression::gzip: return codec::gzip_decoder();
    case oci::Compression::zstd: return codec::zstd_decoder();
    case oci::Compression::none: break;
  }
  return codec::plain_decoder();
}

/// One reader of a spool from its beginning to its end.
class Follower {
 public:
  Follower(const LayerTask& task, const std::stop_token& stop) : task_(task), stop_(stop), buffer_(k_piece) {}

  /// The next bytes; empty: all have come. Errors: cancelled (also where no more will come), io, malformed.
  Result<std::string_view> next(std::atomic<bool>* waiting) {
    const auto size = task_.spool->size();
    while (front_ <= at_ && at_ < size) {
      TRY_ASSIGN(front_, task_.spool->wait_past(at_, waiting == nullptr ? k_look : 0ms, stop_));
      if (front_ > at_) break;
      if (task_.hopeless && task_.hopeless()) return fail(Errc::cancelled, "no more bytes come");
      if (waiting == nullptr) continue;
      *waiting = true;
      TRY_ASSIGN(front_, task_.spool->wait_past(at_, k_look, stop_));
    }
    if (waiting != nullptr) *waiting = false;
    if (stop_.stop_requested()) return fail(Errc::cancelled, "stopped");
    const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(buffer_.size(), front_ - at_));
    TRY_ASSIGN(const auto got, task_.spool->read(at_, std::span(buffer_.data(), most)));
    at_ += got;
    return std::string_view(buffer_.data(), got);
  }

 private:
  const LayerTask& task_;
  const std::stop_token stop_;
  std::vector<char> buffer_;
  std::uint64_t at_ = 0, front_ = 0;
};

/// What the threads of one layer have found out.
struct Passage {
  Passage(const LayerTask& of, LayerProgress& shown) : task(of), progress(shown) {}

  const LayerTask& task;
  LayerProgress& progress;
  std::stop_source stop;          // of all of them
  std::stop_source stop_decoded;  // of those behind the decoder: the digest of the compressed bytes goes on
  Ring ring{k_buffers, k_piece};

  std::mutex mutex;
  std::optional<LayerFailure> failure;  // the first; guarded
  std::optional<std::string> digest;    // of all compressed bytes; guarded

  void fail_with(LayerFailure::What what, Error error) {
    {
      const std::lock_guard lock(mutex);
      if (!failure) failure = LayerFailure{what, std::move(error)};
    }
    stop_decoded.request_stop();
    // A layer that is no archive may be a corrupt one: its digest tells.
    if (what != LayerFailure::What::defect) stop.request_stop();
  }
  void fail_reading(Error error) {
    const bool hopeless = task.hopeless && task.hopeless();
    const auto what = error.code != Errc::cancelled ? LayerFailure::What::disk
                      : hopeless                    ? LayerFailure::What::fetch
                                                    : LayerFailure::What::cancelled;
    fail_with(what, std::move(error));
  }

  void digest_compressed() {
    codec::Sha256 sha;
    Follower follower(task, stop.get_token());
    for (;;) {
      const auto bytes = follower.next(&progress.waiting);
      if (!bytes) return fail_reading(bytes.error());
      if (bytes->empty()) break;
      sha.add(*bytes);
      progress.digested += bytes->size();
    }
    const std::lock_guard lock(mutex);
    digest = sha.hex();
  }

  void decode() {
    const auto decoder = decoder_of(task.compression);
    Follower follower(task, stop_decoded.get_token());
    const auto most = most_decoded(task.spool->size());
    const auto token = stop_decoded.get_token();
    for (bool ended = false; !ended;) {
      const auto bytes = follower.next(nullptr);
      if (!bytes) return fail_reading(bytes.error());
      ended = bytes->empty();
      auto in = *bytes;
      for (bool more = !ended; more || !in.empty();) {
        const auto room = ring.room(token);
        if (!room) return;
        auto step = decoder->decode(in, *room);
        if (!step) return fail_with(LayerFailure::What::defect, std::move(step).error());
        in.remove_prefix(step->consumed);
        more = step->more;
        if (step->produced == 0) continue;
        progress.decoded += step->produced;
        ring.made(step->produced);
        if (progress.decoded > most)
          return fail_with(LayerFailure::What::defect,
                           {Errc::too_large, fmt::format("{} compressed bytes become more than {}: a bomb", task.spool->size(), most)});
      }
    }
    if (auto whole = decoder->finish(); !whole) return fail_with(LayerFailure::What::defect, std::move(whole).error());
    ring.end();
  }

  void digest_decoded() {
    codec::Sha256 sha;
    const auto token = stop_decoded.get_token();
    while (const auto bytes = ring.next(0, token)) {
      sha.add(*bytes);
      ring.taken(0);
    }
    if (token.stop_requested()) return;
    if (auto found = sha.hex(); found != task.diff_id->hex())
      fail_with(LayerFailure::What::defect, {Errc::malformed, fmt::format("unpacked it is sha256:{}, not {}, which its configuration says",
                                                                          found, task.diff_id->to_string())});
  }

  void take(TarTaker& taker) {
    const auto token = stop_decoded.get_token();
    const auto refused = [&](Error error) {
      const bool archive = error.code == Errc::malformed || error.code == Errc::unsupported || error.code == Errc::too_large;
      fail_with(archive ? LayerFailure::What::defect : LayerFailure::What::disk, std::move(error));
    };
    while (const auto bytes = ring.next(1, token)) {
      const auto size = bytes->size();
      if (auto taken = taker.add(*bytes); !taken) return refused(std::move(taken).error());
      ring.taken(1);
      progress.taken += size;
    }
    if (token.stop_requested()) return;
    if (auto taken = taker.finish(); !taken) refused(std::move(taken).error());
  }
};

}  // namespace

std::optional<LayerFailure> read_layer(const LayerTask& task, LayerProgress& progress, TarTaker* taker, const std::stop_token& stop) {
  Passage passage(task, progress);
  const std::stop_callback both(stop, [&] {
    passage.stop.request_stop();
    passage.stop_decoded.request_stop();
  });
  {
    std::jthread decoding, digesting;
    if (task.diff_id && taker != nullptr) {
      decoding = std::jthread([&] { passage.decode(); });
      digesting = std::jthread([&] { passage.digest_decoded(); });
    }
    std::jthread digesting_compressed([&] { passage.digest_compressed(); });
    if (task.diff_id && taker != nullptr) passage.take(*taker);
  }
  const auto& failure = passage.failure;
  if (stop.stop_requested()) return LayerFailure{LayerFailure::What::cancelled, {Errc::cancelled, "stopped"}};
  const bool own_fault = !failure || failure->what == LayerFailure::What::defect;
  if (own_fault && passage.digest && *passage.digest != task.descriptor.digest.hex())
    return LayerFailure{LayerFailure::What::corrupt, {Errc::malformed, fmt::format("its bytes are sha256:{}", *passage.digest)}};
  return failure;
}

}  // namespace unsnag::pull
