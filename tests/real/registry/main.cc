// SPDX-License-Identifier: Apache-2.0
// fake_registry IMAGES FAULTS LISTEN...: a registry that misbehaves as it is told, for pulls by real programs.
//
//   LISTEN   plain:ADDRESS:PORT           HTTP
//            tls:ADDRESS:PORT:FILE.pem    HTTPS; FILE holds the key and the chain
//            mute:ADDRESS:PORT            accepts, and never says a word
//            dns:ADDRESS:PORT             UDP; every name is NXDOMAIN
//
// Port 0 takes a free one. It prints "kind address port" for each as soon as it listens, then "ready", and runs until
// it is killed. It binds to loopback addresses and to 203.0.113.0/24 (TEST-NET-3, RFC 5737: routed nowhere) only.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <csignal>

#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "real/registry/answer.h"
#include "real/registry/script.h"
#include "real/registry/stream.h"

namespace fake {
namespace {

struct Listener {
  std::string kind, address, pem;
  int port = 0;
  unsnag::Fd fd{};
  SSL_CTX* context = nullptr;
};

bool parse_listener(const std::string& text, Listener& made) {
  std::vector<std::string> parts{""};
  for (const char c : text)
    if (c == ':' && parts.size() < 4) parts.emplace_back();
    else parts.back() += c;
  if (parts.size() < 3) return false;
  made.kind = parts[0], made.address = parts[1], made.port = std::atoi(parts[2].c_str());
  if (parts.size() == 4) made.pem = parts[3];
  const bool known = made.kind == "plain" || made.kind == "tls" || made.kind == "mute" || made.kind == "dns";
  const bool near = made.address.rfind("127.", 0) == 0 || made.address.rfind("203.0.113.", 0) == 0;
  return known && near && (made.kind == "tls") == !made.pem.empty();
}

bool open_listener(Listener& listener) {
  const bool udp = listener.kind == "dns";
  listener.fd = unsnag::Fd(::socket(AF_INET, (udp ? SOCK_DGRAM : SOCK_STREAM) | SOCK_CLOEXEC, 0));
  const int yes = 1;
  ::setsockopt(listener.fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(static_cast<std::uint16_t>(listener.port));
  if (::inet_pton(AF_INET, listener.address.c_str(), &where.sin_addr) != 1) return false;
  if (::bind(listener.fd.get(), reinterpret_cast<sockaddr*>(&where), sizeof where) != 0) return false;
  if (!udp && ::listen(listener.fd.get(), 128) != 0) return false;
  socklen_t size = sizeof where;
  ::getsockname(listener.fd.get(), reinterpret_cast<sockaddr*>(&where), &size);
  listener.port = ntohs(where.sin_port);
  if (listener.kind != "tls") return true;
  listener.context = SSL_CTX_new(TLS_server_method());
  return SSL_CTX_use_certificate_chain_file(listener.context, listener.pem.c_str()) == 1 &&
         SSL_CTX_use_PrivateKey_file(listener.context, listener.pem.c_str(), SSL_FILETYPE_PEM) == 1;
}

void serve(unsnag::Fd fd, SSL_CTX* context, const std::string& images, Faults& faults) {
  Stream stream(std::move(fd), context);
  std::string buffer;
  while (stream.ready() && stream.read_head(buffer)) {
    const auto end = buffer.find("\r\n\r\n") + 4;
    Request request;
    request.encrypted = stream.encrypted();
    if (!parse_request(std::string_view(buffer).substr(0, end), request)) return;
    buffer.erase(0, end);
    const auto given = answer(request, images, faults);
    fmt::print(stderr, "{} {}{} {} {}\n", request.method, request.host, request.path, given.status, given.body.size());
    auto bytes = head_of(given);
    if (request.method != "HEAD") bytes += given.end == Answer::End::clean ? given.body : given.body.substr(0, given.body_sent);
    if (!stream.write(bytes)) return;
    if (given.end == Answer::End::clean && request.method != "POST") continue;  // a POST's body is not read: close
    if (request.method == "HEAD") continue;
    if (given.end == Answer::End::reset) stream.reset();
    if (given.end == Answer::End::stall) stream.silence();
    return;
  }
}

/// Copies the question, sets QR, RA and RCODE 3 (NXDOMAIN).
void answer_dns(int fd) {
  for (;;) {
    unsigned char packet[512];
    sockaddr_in who{};
    socklen_t size = sizeof who;
    const auto got = ::recvfrom(fd, packet, sizeof packet, 0, reinterpret_cast<sockaddr*>(&who), &size);
    if (got < 12) continue;
    packet[2] = static_cast<unsigned char>(packet[2] | 0x80), packet[3] = 0x83;
    std::size_t end = 12;
    while (end < static_cast<std::size_t>(got) && packet[end] != 0) end += packet[end] + std::size_t{1};
    end += 5;
    if (end > static_cast<std::size_t>(got)) continue;
    std::memset(packet + 6, 0, 6);  // no answer, authority or additional records (EDNS goes)
    ::sendto(fd, packet, end, 0, reinterpret_cast<sockaddr*>(&who), size);
  }
}

void listen_on(const Listener& listener, const std::string& images, Faults& faults) {
  if (listener.kind == "dns") return answer_dns(listener.fd.get());
  for (;;) {
    unsnag::Fd fd(::accept4(listener.fd.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!fd) continue;
    if (listener.kind == "mute")
      std::thread([held = std::move(fd)] {
        char some[4096];
        while (::recv(held.get(), some, sizeof some, 0) > 0) {}
      }).detach();
    else
      std::thread([held = std::move(fd), &listener, &images, &faults]() mutable {
        serve(std::move(held), listener.context, images, faults);
      }).detach();
  }
}

int run(const std::vector<std::string>& words) {
  if (words.size() < 3) {
    fmt::print(stderr, "usage: fake_registry IMAGES FAULTS KIND:ADDRESS:PORT[:PEM]...\n");
    return 2;
  }
  ::signal(SIGPIPE, SIG_IGN);
  Faults faults;
  std::string why;
  if (!faults.load(words[1], why)) {
    fmt::print(stderr, "{}: not understood: {}\n", words[1], why);
    return 2;
  }
  std::vector<Listener> listeners(words.size() - 2);
  for (std::size_t i = 0; i < listeners.size(); ++i) {
    if (!parse_listener(words[i + 2], listeners[i]) || !open_listener(listeners[i])) {
      fmt::print(stderr, "cannot listen on {}\n", words[i + 2]);
      return 1;
    }
    fmt::print("{} {} {}\n", listeners[i].kind, listeners[i].address, listeners[i].port);
  }
  fmt::print("ready\n");
  std::fflush(stdout);
  std::vector<std::thread> threads;
  for (const auto& listener : listeners) threads.emplace_back([&] { listen_on(listener, words[0], faults); });
  for (auto& thread : threads) thread.join();
  return 0;
}

}  // namespace
}  // namespace fake

int main(int argc, char** argv) { return fake::run(std::vector<std::string>(argv + 1, argv + argc)); }
