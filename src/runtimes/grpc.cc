// SPDX-License-Identifier: Apache-2.0
#include "runtimes/grpc.h"

#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "runtimes/grpc_frames.h"

namespace unsnag::runtimes {
namespace {

constexpr std::size_t k_most_words = 2000;

struct Status {
  std::string_view name;
  Errc code;
};
// google.golang.org/grpc/codes: numbers 0 to 16, in order.
constexpr std::array<Status, 17> k_statuses{{{"OK", Errc::server},
                                             {"Canceled", Errc::server},
                                             {"Unknown", Errc::server},
                                             {"InvalidArgument", Errc::invalid_argument},
                                             {"DeadlineExceeded", Errc::timed_out},
                                             {"NotFound", Errc::not_found},
                                             {"AlreadyExists", Errc::server},
                                             {"PermissionDenied", Errc::permission_denied},
                                             {"ResourceExhausted", Errc::server},
                                             {"FailedPrecondition", Errc::server},
                                             {"Aborted", Errc::server},
                                             {"OutOfRange", Errc::server},
                                             {"Unimplemented", Errc::unsupported},
                                             {"Internal", Errc::server},
                                             {"Unavailable", Errc::server},
                                             {"DataLoss", Errc::server},
                                             {"Unauthenticated", Errc::permission_denied}}};

/// The other side's own word on how it went. An answer without messages has it among its headers.
Result<void*> judge(const http::Response& answer) {
  const auto type = http::find(answer.headers, "content-type");
  if (answer.status != 200) {
    TRY(http::succeeded(answer));
    return fail(Errc::malformed, fmt::format("HTTP {} is no answer of gRPC", answer.status));
  }
  if (!type.starts_with("application/grpc")) return fail(Errc::malformed, "the answer is not gRPC's");
  const auto& where = http::find(answer.trailers, "grpc-status").empty() ? answer.headers : answer.trailers;
  const auto status = http::find(where, "grpc-status");
  if (status.empty()) return fail(Errc::malformed, "the answer ends without a status");
  if (status == "0") return nullptr;
  const auto words = clip(printable(grpc_message(http::find(where, "grpc-message"))), k_most_words);
  std::size_t number = 0;
  for (const char c : status) number = c >= '0' && c <= '9' && number < 100 ? number * 10 + static_cast<std::size_t>(c - '0') : 100;
  if (number == 0 || number >= k_statuses.size())
    return fail(Errc::server, fmt::format("status {}: {}", clip(printable(status), 20), words));
  return fail(k_statuses[number].code, fmt::format("{}: {}", k_statuses[number].name, words));
}

http::Peer peer_of(const std::string& unix_socket, std::function<bool()> stop) {
  http::Peer peer;
  peer.unix_socket = unix_socket;
  peer.protocol = http::Protocol::http2;
  peer.stop = std::move(stop);
  return peer;
}

}  // namespace

GrpcChannel::GrpcChannel(const std::string& unix_socket, Asking asking)
    : client_(peer_of(unix_socket, std::move(asking.stop))), limit_(asking.limit) {}

Result<void*> GrpcChannel::stream(const Call& call, const Take& take) {
  FrameReader frames(take);
  http::Request request;
  request.method = "POST";
  request.url = "http://localhost" + std::string(call.method);
  request.headers = {{"Content-Type", "application/grpc"}, {"TE", "trailers"}};
  if (!call.name_space.empty()) request.headers.push_back({"containerd-namespace", std::string(call.name_space)});
  request.body = grpc_frame(call.request);
  request.limit = call.limit.count() != 0 ? call.limit : limit_;
  request.connect_limit = limit_;
  request.most_bytes = call.most_bytes;
  request.sink = [&](std::string_view bytes) { return frames.feed(bytes); };
  TRY_ASSIGN(const auto answer, client_.send(request));
  TRY(judge(answer));
  return frames.finish();
}

Result<std::string> GrpcChannel::unary(const Call& call) {
  std::optional<std::string> only;
  TRY(stream(call, [&](std::string_view message) -> Result<void*> {
    if (only) return fail(Errc::malformed, "two answers to one call");
    only = std::string(message);
    return nullptr;
  }));
  if (!only) return fail(Errc::malformed, "a success without an answer");
  return std::move(*only);
}

}  // namespace unsnag::runtimes
