// SPDX-License-Identifier: Apache-2.0
// gRPC over a Unix socket, as a client, without gRPC's library: a call is a POST of HTTP/2 with one framed message, its answer
// framed messages and a status behind them (grpc.io, PROTOCOL-HTTP2.md), all of which the HTTP client does. The library would
// bring some sixty shared objects into every start of a program that mostly reads files.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/http.h"

namespace unsnag::runtimes {

/// How one asks: the same for every call of a client.
struct Asking {
  /// For a whole call. A runtime that does not answer must not hang whoever wants to know why.
  std::chrono::milliseconds limit{5'000};
  /// True when whoever asked wants no more; asked ten times a second.
  std::function<bool()> stop{};
};

/// Not for several threads at once. Messages are the bytes of protocol buffers.
class GrpcChannel {
 public:
  GrpcChannel(const std::string& unix_socket, Asking asking);

  using Take = std::function<Result<void*>(std::string_view message)>;
  struct Call {
    std::string_view method;  // "/containerd.services.version.v1.Version/Version"
    std::string_view request{};
    std::string_view name_space{};                    // containerd's; "": none
    std::chrono::milliseconds limit{0};               // 0: the channel's
    std::size_t most_bytes = std::size_t{64} << 20U;  // of all messages together
  };
  /// A call with one answer. Errors: those of http::Client::send; and the other side's status: not_found, permission_denied,
  /// unsupported (it has no such service), invalid_argument, timed_out, server; malformed (no gRPC).
  Result<std::string> unary(const Call& call);
  /// A call with any number of answers.
  Result<void*> stream(const Call& call, const Take& take);

 private:
  http::Client client_;
  std::chrono::milliseconds limit_;
};

}  // namespace unsnag::runtimes
