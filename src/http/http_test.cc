// SPDX-License-Identifier: Apache-2.0
#include "http/http.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fd.h"
#include "fake/server.h"

namespace unsnag::http {
namespace {

using fake::http_answer;
using fake::Server;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

std::string url_of(const Server& server, std::string_view scheme = "http") {
  return fmt::format("{}://127.0.0.1:{}/x", scheme, server.port());
}

Result<Response> get(const std::string& url, Peer peer = {}, std::chrono::milliseconds limit = 5s) {
  Request request;
  request.url = url;
  request.limit = limit;
  return Client(std::move(peer)).send(request);
}

/// What comes of an answer of these bytes.
Result<Response> answered(const std::string& bytes, std::chrono::milliseconds limit = 5s) {
  const Server server(Server::answering([&](const auto&) { return bytes; }));
  return get(url_of(server), {}, limit);
}

TEST(Http, AnAnswerHasItsStatusHeadersAndBody) {
  const auto got = answered(http_answer("hello", "404 Not Found", "X-Why:  the moon \r\n"));
  ASSERT_TRUE(got) << got.error().message();
  EXPECT_EQ(got->status, 404);
  EXPECT_EQ(find(got->headers, "x-why"), "the moon");
  EXPECT_EQ(got->body, "hello");
  EXPECT_EQ(succeeded(*got).error().code, Errc::not_found);
  EXPECT_EQ(succeeded(*got).error().detail, "HTTP 404: hello");
}

TEST(Http, WhatIsSentArrives) {
  const Server server(Server::answering([](const auto&) { return http_answer(""); }));
  Request request;
  request.method = "PUT";
  request.url = url_of(server);
  request.headers = {{"X-Ttl", "60"}};
  request.body = "three";
  ASSERT_TRUE(Client(Peer{}).send(request));
  const auto sent = server.requests().at(0);
  EXPECT_THAT(sent, testing::StartsWith("PUT /x HTTP/1.1\r\n"));
  EXPECT_THAT(sent, HasSubstr("X-Ttl: 60\r\n"));
  EXPECT_THAT(sent, testing::EndsWith("\r\n\r\nthree"));
  EXPECT_THAT(sent, Not(HasSubstr("Content-Type")));
  EXPECT_THAT(sent, Not(HasSubstr("Accept-Encoding")));
}

TEST(Http, ASocketInTheFileSystemIsSpokenTo) {
  const auto path = fmt::format("/tmp/unsnag-http-{}.sock", ::getpid());
  {
    const Server server(path, Server::answering([](const auto&) { return http_answer("here"); }));
    const auto got = get("http://docker/version", Peer{path});
    ASSERT_TRUE(got) << got.error().message();
    EXPECT_EQ(got->body, "here");
  }
  EXPECT_EQ(get("http://docker/", Peer{path}).error().code, Errc::unreachable);  // nobody listens any more
  ::unlink(path.c_str());
  const auto gone = get("http://docker/", Peer{path});
  EXPECT_EQ(gone.error().code, Errc::not_found);
  EXPECT_EQ(gone.error().detail, "No such file or directory");
}

TEST(Http, NoRedirectIsFollowed) {
  const Server elsewhere(Server::answering([](const auto&) { return http_answer("secrets, please"); }));
  const auto got = answered(http_answer("", "302 Found", "Location: " + url_of(elsewhere) + "\r\n"));
  ASSERT_TRUE(got);
  EXPECT_EQ(got->status, 302);
  EXPECT_EQ(elsewhere.connections(), 0u);
}

TEST(Http, AProxyOfTheEnvironmentIsNotUsed) {
  const Server proxy(Server::answering([](const auto&) { return http_answer("by proxy"); }));
  const Server server(Server::answering([](const auto&) { return http_answer("direct"); }));
  const auto address = fmt::format("http://127.0.0.1:{}", proxy.port());
  ::setenv("http_proxy", address.c_str(), 1);
  ::setenv("ALL_PROXY", address.c_str(), 1);
  const auto direct = get(url_of(server));
  ::unsetenv("http_proxy");
  ::unsetenv("ALL_PROXY");
  ASSERT_TRUE(direct);
  EXPECT_EQ(direct->body, "direct");
  Peer named;
  named.proxy = address;
  const auto proxied = get(url_of(server), named);
  ASSERT_TRUE(proxied);
  EXPECT_EQ(proxied->body, "by proxy");
}

TEST(Http, AConnectionIsKeptForTheNextRequest) {
  const Server server([](fake::Conversation& peer) {
    while (!peer.read_some(4096).empty()) peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  Client client(Peer{});
  Request request;
  request.url = url_of(server);
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(client.send(request));
  EXPECT_EQ(server.connections(), 1u);
}

TEST(Http, ASinkGetsTheBodyOfA200AndMayEndIt) {
  Request request;
  std::string seen;
  request.sink = [&](std::string_view piece) -> Result<void*> {
    seen += piece;
    if (seen.size() > 100'000) return fail(Errc::malformed, "seen enough");
    return nullptr;
  };
  const Server server(Server::answering([](const std::string& asked) {
    return asked.starts_with("GET /small") ? http_answer("small")
           : asked.starts_with("GET /no")  ? http_answer("no", "500 No")
                                           : http_answer(std::string(1 << 20, 'x'));
  }));
  const auto base = fmt::format("http://127.0.0.1:{}", server.port());
  request.url = base + "/small";
  auto got = Client(Peer{}).send(request);
  ASSERT_TRUE(got);
  EXPECT_EQ(seen, "small");
  EXPECT_EQ(got->body, "");
  request.url = base + "/no";
  got = Client(Peer{}).send(request);
  ASSERT_TRUE(got);
  EXPECT_EQ(seen, "small");
  EXPECT_EQ(got->body, "no");
  request.url = base + "/large";
  got = Client(Peer{}).send(request);
  EXPECT_EQ(got.error().detail, "seen enough");
}

TEST(Http, FailuresAreToldApart) {
  const auto code = [](const std::string& bytes) { return answered(bytes).error().code; };
  EXPECT_EQ(code("reset"), Errc::io);
  EXPECT_EQ(code("not http at all\r\n\r\n"), Errc::malformed);
  EXPECT_EQ(code(""), Errc::io);
  EXPECT_EQ(code("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort"), Errc::io);
  EXPECT_EQ(code(http_answer(std::string((16U << 20U) + 1, 'x'))), Errc::too_large);
  EXPECT_EQ(code("HTTP/1.1 200 OK\r\nA: " + std::string(300'000, 'a') + "\r\n\r\n"), Errc::too_large);
  std::string many = "HTTP/1.1 200 OK\r\n";
  for (int i = 0; i < 30'000; ++i) many += "Header: value\r\n";
  EXPECT_EQ(code(many + "\r\n"), Errc::too_large);
  EXPECT_EQ(get("ftp://127.0.0.1/").error().code, Errc::invalid_argument);
  EXPECT_EQ(get("http://127.0.0.1:1/\r\nX: y").error().code, Errc::invalid_argument);
  EXPECT_EQ(get("http://127.0.0.1:1/").error().code, Errc::unreachable);
  EXPECT_EQ(get("http://name.invalid/").error().code, Errc::no_such_host);
  Request request;
  request.url = "http://127.0.0.1:1/";
  request.headers = {{"A", "b\r\nC: d"}};
  EXPECT_EQ(Client(Peer{}).send(request).error().code, Errc::invalid_argument);
}

TEST(Http, ASilentServerIsNotWaitedForLonger) {
  const auto silent = answered("silence", 200ms);
  EXPECT_EQ(silent.error().code, Errc::timed_out);
  EXPECT_EQ(silent.error().detail, "did not answer within 0.2 s");
  const Server half([](fake::Conversation& peer) {
    peer.read_some(4096);
    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort");
    peer.silence();
  });
  const auto cut = get(url_of(half), {}, 200ms);
  EXPECT_EQ(cut.error().code, Errc::timed_out);
  EXPECT_EQ(cut.error().detail, "the answer was not complete within 0.2 s; 5 bytes came");
}

TEST(Http, ASocketWhoseQueueIsFullIsNotWaitedFor) {
  const auto path = fmt::format("/tmp/unsnag-http-full-{}.sock", ::getpid());
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  path.copy(std::begin(address.sun_path), path.size());
  const auto* where = reinterpret_cast<const sockaddr*>(&address);
  const Fd listener(::socket(AF_UNIX, SOCK_STREAM, 0));
  ASSERT_EQ(::bind(listener.get(), where, sizeof address), 0);
  ASSERT_EQ(::listen(listener.get(), 0), 0);
  std::vector<Fd> waiting;
  do waiting.emplace_back(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0));
  while (::connect(waiting.back().get(), where, sizeof address) == 0);
  const auto got = get("http://docker/", Peer{path}, 300ms);
  ::unlink(path.c_str());
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Errc::unreachable);
  EXPECT_EQ(got.error().detail, "it takes no connections: its queue is full");
}

TEST(Http, WhoeverAskedMayStopIt) {
  Peer peer;
  std::atomic<int> asked = 0;
  peer.stop = [&] { return ++asked > 2; };
  const Server server(Server::answering([](const auto&) { return "silence"; }));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(get(url_of(server), peer, 30s).error().code, Errc::cancelled);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
}

TEST(Http, OnlyTheNamedAuthorityIsTrusted) {
  const auto own = fake::make_certificate("127.0.0.1");
  const auto other = fake::make_certificate("127.0.0.1");
  const Server server(Server::answering([](const auto&) { return http_answer("safe"); }), &own);
  const auto code_with = [&](const std::string& authorities, Verify verify = Verify::yes) {
    Peer peer;
    peer.tls.authorities = authorities;
    peer.tls.verify = verify;
    const auto got = get(url_of(server, "https"), peer);
    return got ? std::string(got->body) : std::string(to_string(got.error().code));
  };
  EXPECT_EQ(code_with(own.certificate), "safe");
  EXPECT_EQ(code_with(other.certificate), "untrusted");
  EXPECT_EQ(code_with(""), "untrusted");
  EXPECT_EQ(code_with("", Verify::no), "safe");
  EXPECT_EQ(code_with("no certificate"), "untrusted");
}

TEST(Http, AServerIsAskedForByItsCertificatesName) {
  const auto own = fake::make_certificate("api.cluster.example");
  const Server server(Server::answering([](const auto&) { return http_answer("safe"); }), &own);
  Peer peer;
  peer.tls.authorities = own.certificate;
  EXPECT_EQ(get(url_of(server, "https"), peer).error().code, Errc::untrusted);
  peer.tls.server_name = "api.cluster.example";
  const auto got = get(url_of(server, "https"), peer);
  ASSERT_TRUE(got) << got.error().message();
  EXPECT_EQ(got->body, "safe");
}

TEST(Http, AClientShowsItsCertificate) {
  const auto own = fake::make_certificate("127.0.0.1");
  const auto client = fake::make_certificate("system:node:a");
  const Server server(Server::answering([](const auto&) { return http_answer("known"); }), &own, client.certificate);
  Peer peer;
  peer.tls.authorities = own.certificate;
  EXPECT_FALSE(get(url_of(server, "https"), peer));
  peer.tls.certificate = client.certificate;
  peer.tls.key = Secret(client.key);
  EXPECT_EQ(get(url_of(server, "https"), peer).value().body, "known");
  // Both in one text, as kubelet keeps them.
  peer.tls.certificate = client.certificate + client.key;
  peer.tls.key = Secret(peer.tls.certificate);
  EXPECT_EQ(get(url_of(server, "https"), peer).value().body, "known");
}

TEST(Http, ATokenIsSentAndInNoError) {
  Request request;
  request.bearer = Secret("hush-hush");
  for (const auto* answer : {"reset", "silence", "rubbish", "HTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"}) {
    const Server server(Server::answering([&](const auto&) { return answer; }));
    request.url = url_of(server);
    request.limit = 200ms;
    auto got = Client(Peer{}).send(request);
    if (got) got = succeeded(*got);
    ASSERT_FALSE(got);
    EXPECT_THAT(got.error().message(), Not(HasSubstr("hush")));
    EXPECT_THAT(server.requests().at(0), HasSubstr("Authorization: Bearer hush-hush\r\n"));
  }
}

}  // namespace
}  // namespace unsnag::http
