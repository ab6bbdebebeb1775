// SPDX-License-Identifier: Apache-2.0
#include "real/registry/stream.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <cctype>
#include <utility>

namespace fake {
namespace {

constexpr std::size_t k_max_head = 64 * 1024;
constexpr std::string_view k_plain_to_tls = "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n";
constexpr std::string_view k_not_http =
    "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n400 Bad Request";

}  // namespace

Stream::Stream(unsnag::Fd fd, SSL_CTX* context) : fd_(std::move(fd)) {
  const timeval patience{30, 0};
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  char first = 0;
  if (::recv(fd_.get(), &first, 1, MSG_PEEK) != 1) return;
  const bool letter = std::isalpha(static_cast<unsigned char>(first)) != 0;
  if (context == nullptr) {
    if (letter) ready_ = true;
    else write(k_not_http);
    return;
  }
  if (letter) {
    write(k_plain_to_tls);
    return;
  }
  ssl_ = SSL_new(context);
  SSL_set_fd(ssl_, fd_.get());
  ready_ = SSL_accept(ssl_) == 1;
}

Stream::~Stream() {
  if (ssl_ != nullptr) {
    if (ready_) SSL_shutdown(ssl_);
    SSL_free(ssl_);
  }
  // Unread bytes would turn the close into a reset, and the answer would be lost with it.
  if (fd_.get() < 0) return;
  ::shutdown(fd_.get(), SHUT_WR);
  const timeval patience{0, 200'000};
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  char rest[4096];
  while (::recv(fd_.get(), rest, sizeof rest, 0) > 0) {}
}

ssize_t Stream::read_some(char* into, std::size_t size) {
  if (ssl_ == nullptr) return ::recv(fd_.get(), into, size, 0);
  return SSL_read(ssl_, into, static_cast<int>(size));
}

bool Stream::read_head(std::string& buffer) {
  while (buffer.find("\r\n\r\n") == std::string::npos) {
    char some[4096];
    const auto got = read_some(some, sizeof some);
    if (got <= 0 || buffer.size() > k_max_head) return false;
    buffer.append(some, static_cast<std::size_t>(got));
  }
  return true;
}

bool Stream::write(std::string_view bytes) {
  constexpr std::size_t k_piece = 16 * 1024;
  while (!bytes.empty()) {
    const auto piece = bytes.substr(0, k_piece);
    const auto sent = ssl_ != nullptr ? SSL_write(ssl_, piece.data(), static_cast<int>(piece.size()))
                                      : ::send(fd_.get(), piece.data(), piece.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

void Stream::reset() {
  const linger at_once{1, 0};
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ready_ = false;
  fd_ = unsnag::Fd();  // assignment swaps: the temporary closes the socket here
}

void Stream::silence() {
  char some[4096];
  while (::recv(fd_.get(), some, sizeof some, 0) > 0) {}
}

}  // namespace fake
