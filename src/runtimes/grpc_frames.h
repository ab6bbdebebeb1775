// SPDX-License-Identifier: Apache-2.0
// gRPC's frames in a body of HTTP/2: one byte that says whether the message is compressed, four of its length, the message
// (grpc.io, PROTOCOL-HTTP2.md: Length-Prefixed-Message). They come in pieces that end anywhere.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace unsnag::runtimes {

std::string grpc_frame(std::string_view message);

/// Cuts a stream of bytes into messages. Nothing is held but the one that is not whole yet.
class FrameReader {
 public:
  /// Gets each message; its failure is feed()'s. The message borrows until it returns.
  using Take = std::function<Result<void*>(std::string_view message)>;
  /// containerd and kubelet both take 16 MiB at most.
  explicit FrameReader(Take take, std::size_t most = std::size_t{16} << 20U) : take_(std::move(take)), most_(most) {}

  /// Errors: too_large, unsupported (a compressed message, which was not asked for), and those of `take`.
  Result<void*> feed(std::string_view bytes);
  /// Errors: malformed, when the stream ended within a frame.
  [[nodiscard]] Result<void*> finish() const;

 private:
  Take take_;
  std::size_t most_;
  std::string held_;  // a frame's beginning
};

/// The text of a "grpc-message" trailer: %XX stand for bytes; what is no such escape stays as it is.
std::string grpc_message(std::string_view encoded);

}  // namespace unsnag::runtimes
