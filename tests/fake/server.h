// SPDX-License-Identifier: Apache-2.0
// A server for tests, on a Unix socket or on loopback, in plain text or under TLS, that answers with exactly the bytes it is
// told to: also those that no library would send. It keeps what it was asked.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace fake {

/// One accepted connection.
class Conversation {
 public:
  virtual ~Conversation() = default;
  /// What came, at most `most` bytes; "" at the end and after an error.
  virtual std::string read_some(std::size_t most) = 0;
  virtual bool write(std::string_view bytes) = 0;
  virtual void reset() = 0;    // the peer gets RST
  virtual void silence() = 0;  // not a word until the peer closes, or the server ends
};

struct Certificate {
  std::string certificate;  // PEM
  std::string key;          // PEM
};
/// A self-signed certificate for `host` (a name or an IPv4 address); it is its own authority.
Certificate make_certificate(const std::string& host);

class Server {
 public:
  using Handler = std::function<void(Conversation&)>;  // on a thread of its own for each connection
  /// Answers each request (head and body) of HTTP/1.1 with the bytes that `answer` returns, one a connection. "reset" and
  /// "silence" are done rather than said.
  static Handler answering(std::function<std::string(const std::string& request)> answer);

  explicit Server(const std::string& unix_socket, Handler handler);
  /// Loopback, a free port. `certificate`: TLS with it; nullptr: plain text. `client_authority`: clients must show a
  /// certificate of this PEM.
  explicit Server(Handler handler, const Certificate* certificate = nullptr, const std::string& client_authority = {});
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server();

  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] std::vector<std::string> requests() const;  // of `answering`, in order
  [[nodiscard]] std::size_t connections() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// "HTTP/1.1 200 OK" with a length.
std::string http_answer(std::string_view body, std::string_view status = "200 OK", std::string_view more_headers = "");

}  // namespace fake
