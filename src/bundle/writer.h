// SPDX-License-Identifier: Apache-2.0
// Writes a bundle (docs/bundle.md): the caller hands over one content after the other, in pieces as they come; digests,
// compression and writing are done on the writer's own threads, behind queues that are bounded in bytes, so that a slow
// disk slows the caller down. Memory stays bounded, whatever the contents' size.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "bundle/index.h"
#include "bundle/item.h"
#include "bundle/layout.h"
#include "bundle/pack.h"

namespace unsnag::bundle {

struct Target {
  enum class Form : unsigned char { file, descriptor, folder } form = Form::file;
  std::string path = {};  // of the file or folder, which must not be there yet
  int fd = -1;            // of the descriptor, which stays the caller's
  Layout layout = Layout::native;
  const std::atomic<bool>* stop = nullptr;  // set: a descriptor's reader is waited for no longer; errors: cancelled
};

/// ".tar.zst", ".tar.gz" for the EKS layout, "" for a folder.
std::string_view ending(const Target& target);

struct Summary {
  std::string path;            // of the target; "" for a descriptor
  std::uint64_t bytes = 0;     // as written
  std::uint64_t files = 0;     // contents that are in it, without the index
  std::uint64_t contents = 0;  // bytes of those
};

/// One thread at a time. Any failure is final: it is what every later call returns, and nothing of the bundle stays.
/// Without finish(), the destructor removes what was written. (What went to a descriptor is gone; it has no end then, which
/// every reader of tars notices.)
///
///   TRY_ASSIGN(auto writer, Writer::create({Target::Form::file, name}, identity));
///   TRY(writer.begin({"logs/kubelet.log", "kubelet's journal", "journal: unit kubelet.service", Kind::log}));
///   while (...) TRY(writer.add(piece));
///   TRY(writer.end({Completeness::whole}));
///   TRY_ASSIGN(const auto summary, writer.finish(now));
class Writer {
 public:
  /// Errors: invalid_argument (the target is there already), not_found (its folder isn't), permission_denied, io.
  static Result<Writer> create(const Target& target, Identity identity);
  /// For tests: into any pack.
  Writer(std::unique_ptr<Pack> pack, const Target& target, Identity identity);
  Writer(Writer&&) noexcept;
  Writer& operator=(Writer&&) noexcept;
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer();

  // Errors of all that follows: io and permission_denied in the kernel's words ("No space left on device"), of this call or
  // of an earlier one.

  /// Begins a content. Its path becomes a safe_path, in the target's layout; the path must not have been used (else
  /// invalid_argument, which is not final). A verdict for people (Kind::verdict, "….txt") gets the line before it by which
  /// `why` knows that it is no evidence.
  Result<void*> begin(Item item);
  Result<void*> add(std::string_view bytes);
  /// The same; what is large goes on as it is, uncopied.
  Result<void*> add(std::string&& bytes);
  Result<void*> end(Outcome outcome);
  /// begin, add and end in one.
  Result<void*> put(Item item, std::string_view content, Outcome outcome = {});
  /// Lists what could not be read (missing), or what was left out on purpose as a whole, and why.
  Result<void*> missing(Item item, const Error& why);
  Result<void*> left_out(Item item, std::string why);

  /// Bytes that were written to the target so far; behind what was added.
  [[nodiscard]] std::uint64_t written() const;

  /// Writes the index, makes the bundle last and gives it its name. Nothing may be called afterwards.
  Result<Summary> finish(SysTime ended);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace unsnag::bundle
