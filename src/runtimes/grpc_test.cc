// SPDX-License-Identifier: Apache-2.0
// Against a server that speaks HTTP/2 byte for byte, and badly when told to.
#include "runtimes/grpc.h"

#include <unistd.h>

#include <chrono>
#include <functional>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/server.h"
#include "runtimes/containerd.h"
#include "runtimes/cri.h"
#include "runtimes/documents.h"
#include "runtimes/grpc_frames.h"

namespace unsnag::runtimes {
namespace {

using fake::Conversation;
using testing::HasSubstr;
using namespace std::chrono_literals;

// ---- HTTP/2, as far as an answer needs it (RFC 9113, RFC 7541) ----

enum : std::uint8_t { k_data = 0, k_headers = 1, k_reset = 3, k_settings = 4 };
enum : std::uint8_t { k_no_flags = 0, k_end_stream = 1, k_end_headers = 4 };

std::string frame(std::uint8_t type, std::uint8_t flags, std::uint8_t stream, std::string_view payload) {
  std::string bytes;
  for (const auto shift : {16U, 8U, 0U}) bytes += static_cast<char>(payload.size() >> shift & 0xFFU);
  bytes += static_cast<char>(type);
  bytes += static_cast<char>(flags);
  bytes += std::string("\0\0\0", 3) + static_cast<char>(stream);
  return bytes.append(payload);
}
/// A literal header field without indexing, both parts as they are: shorter than 127 bytes each.
std::string field(std::string_view name, std::string_view value) {
  return std::string(1, '\0') + static_cast<char>(name.size()) + std::string(name) + static_cast<char>(value.size()) + std::string(value);
}

std::string headers(std::uint8_t flags = k_end_headers) {
  return frame(k_headers, flags, 1, field(":status", "200") + field("content-type", "application/grpc"));
}
std::string trailers(std::string_view status, std::string_view message = "") {
  return frame(k_headers, k_end_headers | k_end_stream, 1, field("grpc-status", status) + field("grpc-message", message));
}
std::string piece(std::string_view bytes, std::uint8_t flags = k_no_flags) { return frame(k_data, flags, 1, bytes); }

/// True when a client's bytes hold its whole request: a DATA frame has come.
bool is_request(std::string_view bytes) {
  constexpr std::size_t k_preface = 24, k_head = 9;
  for (std::size_t at = k_preface; at + k_head <= bytes.size();) {
    const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[at + i])); };
    if (byte(3) == k_data) return true;
    at += k_head + (byte(0) << 16U | byte(1) << 8U | byte(2));
  }
  return false;
}

/// A runtime whose every connection is answered with these bytes, once its first request has come.
class Runtime {
 public:
  explicit Runtime(std::function<void(Conversation&)> answer)
      : path(fmt::format("/tmp/unsnag-grpc-{}-{}.sock", ::getpid(), ++count_)),
        server_(path, [answer = std::move(answer)](Conversation& peer) {
          std::string got;
          while (!is_request(got)) {
            const auto more = peer.read_some(4096);
            if (more.empty()) return;
            got += more;
          }
          peer.write(frame(k_settings, k_no_flags, 0, ""));
          answer(peer);
          peer.silence();  // a runtime keeps its connections
        }) {}
  explicit Runtime(std::string bytes) : Runtime([bytes = std::move(bytes)](Conversation& peer) { peer.write(bytes); }) {}
  ~Runtime() { ::unlink(path.c_str()); }
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  const std::string path;
  [[nodiscard]] std::size_t connections() const { return server_.connections(); }

 private:
  static inline int count_ = 0;
  fake::Server server_;
};

Result<std::string> call(const Runtime& runtime, std::chrono::milliseconds limit = 5s) {
  GrpcChannel channel(runtime.path, {limit});
  GrpcChannel::Call call;
  call.method = "/x.Y/Z";
  call.request = "hello";
  return channel.unary(call);
}
Errc code_of(const std::string& bytes) {
  const auto got = call(Runtime(bytes), 500ms);
  return got ? Errc{99} : got.error().code;
}

TEST(Grpc, AnAnswerComesInPieces) {
  const auto body = grpc_frame("well met");
  const auto got = call(Runtime(headers() + piece(body.substr(0, 3)) + piece(body.substr(3, 4)) + piece(body.substr(7)) + trailers("0")));
  ASSERT_TRUE(got) << got.error().message();
  EXPECT_EQ(*got, "well met");
}

TEST(Grpc, AFailureIsInTheOtherSidesWords) {
  const auto got = call(Runtime(headers() + trailers("5", "no such image%3A x")));
  EXPECT_EQ(got.error().code, Errc::not_found);
  EXPECT_EQ(got.error().detail, "NotFound: no such image: x");
  // Trailers alone: what a server says that has no such service.
  const auto only = call(Runtime(frame(k_headers, k_end_headers | k_end_stream, 1,
                                       field(":status", "200") + field("content-type", "application/grpc") + field("grpc-status", "12") +
                                           field("grpc-message", "unknown service x.Y"))));
  EXPECT_EQ(only.error().code, Errc::unsupported);
  EXPECT_EQ(only.error().detail, "Unimplemented: unknown service x.Y");
  EXPECT_EQ(code_of(headers() + trailers("99")), Errc::server);
  EXPECT_EQ(code_of(headers() + trailers("-1")), Errc::server);
}

TEST(Grpc, WhatIsNoAnswerIsNotTakenForOne) {
  const auto good = grpc_frame("well met");
  EXPECT_EQ(code_of(headers() + piece(good, k_end_stream)), Errc::malformed) << "no trailers";
  EXPECT_EQ(code_of(headers() + trailers("0")), Errc::malformed) << "no message";
  EXPECT_EQ(code_of(headers() + piece(good + good) + trailers("0")), Errc::malformed) << "two messages";
  EXPECT_EQ(code_of(headers() + piece(good.substr(0, 8)) + trailers("0")), Errc::malformed) << "cut off";
  EXPECT_EQ(code_of(headers() + piece(std::string("\0\xFF\xFF\xFF\xFFx", 6)) + trailers("0")), Errc::too_large) << "4 GiB announced";
  EXPECT_EQ(code_of(headers() + piece(std::string("\1\0\0\0\1x", 6)) + trailers("0")), Errc::unsupported) << "compressed";
  EXPECT_EQ(code_of(headers() + frame(k_reset, k_no_flags, 1, std::string("\0\0\0\x2", 4))), Errc::io) << "RST_STREAM";
  EXPECT_EQ(code_of(frame(k_headers, k_end_headers | k_end_stream, 1, field(":status", "200") + field("content-type", "text/html"))),
            Errc::malformed);
  EXPECT_EQ(code_of(frame(k_headers, k_end_headers | k_end_stream, 1, field(":status", "503"))), Errc::server);
  EXPECT_EQ(code_of(headers() + piece(good)), Errc::timed_out) << "never ends";
  EXPECT_NE(code_of("HTTP/1.1 400 Bad Request\r\n\r\n"), Errc{99});
  EXPECT_NE(code_of(std::string(100'000, '\xFF')), Errc{99});
}

TEST(Grpc, AFloodEnds) {
  // A stream may be as long as it likes within 64 MiB; a single call takes one message.
  const Runtime runtime([](Conversation& peer) {
    peer.write(headers());
    const auto one = piece(grpc_frame(std::string(16'000, 'x')));
    while (peer.write(one)) {}
  });
  const auto got = call(runtime);
  EXPECT_EQ(got.error().code, Errc::malformed);
}

TEST(Grpc, AConnectionThatIsResetIsAFailure) {
  EXPECT_EQ(call(Runtime([](Conversation& peer) { peer.reset(); })).error().code, Errc::io);
}

TEST(Grpc, ASilentRuntimeIsSaidToBeSilent) {
  const Runtime runtime([](Conversation& peer) { peer.silence(); });
  const auto got = call(runtime, 200ms);
  EXPECT_EQ(got.error().code, Errc::timed_out);
  EXPECT_EQ(got.error().detail, "did not answer within 0.2 s");
}

TEST(Cri, ARuntimeWithoutV1IsAskedByV1alpha2) {
  int asked = 0;
  const Runtime runtime([&](Conversation& peer) {
    if (++asked == 1) {
      peer.write(frame(k_headers, k_end_headers | k_end_stream, 1,
                       field(":status", "200") + field("content-type", "application/grpc") + field("grpc-status", "12") +
                           field("grpc-message", "unknown service runtime.v1.RuntimeService")));
      return;
    }
    // VersionResponse{runtime_name: "docker", runtime_version: "19.3.1"}
    peer.write(headers() +
               piece(grpc_frame("\x12\x06"
                                "docker\x1a\x06"
                                "19.3.1")) +
               trailers("0"));
  });
  const auto version = Cri(runtime.path).version();
  ASSERT_TRUE(version) << version.error().message();
  EXPECT_EQ(version->runtime, "docker");
  EXPECT_EQ(version->runtime_version, "19.3.1");
  EXPECT_EQ(version->api, "v1alpha2");
}

TEST(Cri, AMessageThatDoesNotParseIsSaidToBe) {
  for (const auto* bytes : {"\x12\xFF", "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF"}) {
    const Runtime runtime(headers() + piece(grpc_frame(bytes)) + trailers("0"));
    EXPECT_EQ(Cri(runtime.path).version().error().code, Errc::malformed);
  }
}

TEST(Cri, AStringThatIsNoTextSpoilsNoList) {
  const Runtime runtime(headers() +
                        piece(grpc_frame("\x12\x02\xFF\xFE\x1a\x01"
                                         "1")) +
                        trailers("0"));
  const auto version = Cri(runtime.path).version();
  ASSERT_TRUE(version);
  EXPECT_EQ(version->runtime_version, "1");
}

TEST(Documents, ARuntimeThatHangsIsAskedOnceForEachInterface) {
  const Runtime runtime([](Conversation& peer) { peer.silence(); });
  auto socket = socket_at("unix:///run/containerd/containerd.sock");
  socket.here = runtime.path;
  std::vector<std::string> told;
  const auto begin = std::chrono::steady_clock::now();
  read_state(socket, {200ms}, [&](const Document& one) {
    ASSERT_FALSE(one.text);
    told.push_back(one.name + ": " + one.text.error().message());
  });
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2s);
  EXPECT_EQ(runtime.connections(), 2u);
  EXPECT_THAT(told, testing::IsSupersetOf({"cri/version.json: did not answer within 0.2 s",
                                           "cri/images.json: not asked: did not answer within 0.2 s",
                                           "containerd/version.json: did not answer within 0.2 s",
                                           "containerd/ingests-k8s.io.json: not asked: did not answer within 0.2 s"}));
}

TEST(Documents, ASocketThatIsNotThereIsSaidOnce) {
  auto socket = socket_at("/run/crio/crio.sock");
  socket.here = "/nonexistent/crio.sock";
  std::vector<std::string> told;
  read_state(socket, {}, [&](const Document& one) { told.push_back(one.text.error().message()); });
  EXPECT_EQ(told.at(0), "No such file or directory");
  EXPECT_EQ(told.at(1), "not asked: No such file or directory");
}

}  // namespace
}  // namespace unsnag::runtimes
