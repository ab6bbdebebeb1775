// SPDX-License-Identifier: Apache-2.0
// A small HTTP client: what this program asks of runtimes' sockets, of the Kubernetes API and of a cloud's metadata. One
// thing goes out, one answer comes back, and nothing happens that nobody asked for:
//   - no redirect is followed, so a token goes to the host that it is for and to no other;
//   - no proxy is used unless it is named here, whatever the environment says: sockets, metadata and a node's own API server
//     are not behind one, and a proxy that broke pulls must not break the question why;
//   - no cookie, no netrc, no compression, no signal;
//   - every wait has a limit, every answer a most.
// libcurl is behind it, and is seen by http.cc alone.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/secret.h"

namespace unsnag::http {

struct Header {
  std::string name;
  std::string value;
};
using Headers = std::vector<Header>;
/// The value of the first header of this name, whatever its case; "" when there is none.
std::string_view find(const Headers& headers, std::string_view name);

enum class Protocol : std::uint8_t {
  http1,
  http2,  // from the first byte on ("prior knowledge"), as gRPC speaks over a socket
};
enum class Verify : std::uint8_t { no, yes };

/// PEM texts, not files: a node's files are read through its Root.
struct Tls {
  std::string authorities;  // these and no others are trusted; "": the machine's own
  std::string certificate;  // the client's, with its chain; "": none
  Secret key;               // of that certificate
  std::string server_name;  // the certificate's name of the server, when it is not the URL's; "": it is
  Verify verify = Verify::yes;
};

/// With whom one client talks, and how.
struct Peer {
  std::string unix_socket;  // a path here; "": TCP to the URL's host
  Protocol protocol = Protocol::http1;
  Tls tls{};
  std::string proxy{};  // "http://proxy.example:3128"; "": none
  /// True when whoever asked wants no more (Ctrl-C). Asked ten times a second, on the thread of send().
  std::function<bool()> stop{};
};

struct Request {
  std::string method = "GET";
  std::string url;  // http:// or https://; of a Unix socket the host is only a word
  Headers headers{};
  std::string body{};
  Secret bearer{};  // "Authorization: Bearer …"
  std::chrono::milliseconds connect_limit{5'000};
  std::chrono::milliseconds limit{30'000};          // for all of it; 0: none
  std::size_t most_bytes = std::size_t{16} << 20U;  // of the answer's body
  /// Gets the body of an answer 200 piece by piece, which Response::body then lacks. Its failure ends the request and is
  /// what send() returns.
  std::function<Result<void*>(std::string_view)> sink{};
};

struct Response {
  int status = 0;
  Headers headers{};
  Headers trailers{};  // what came behind the body, as gRPC's status does
  std::string body{};
};

/// Keeps its connections between requests. Not for several threads at once; as many clients as you like.
class Client {
 public:
  explicit Client(Peer peer);
  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client();

  /// Any answer is a success, 503 too. Errors, in the peer's, the kernel's or TLS's own words, never with a header's value:
  /// invalid_argument (URL, header), not_found and permission_denied (of the Unix socket), unreachable, no_such_host,
  /// untrusted, timed_out, too_large, malformed (no HTTP), cancelled, unsupported (the curl here can't), io (broken off).
  Result<Response> send(const Request& request);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A status of 2xx passes. Others become errors with the answer's first words: permission_denied (401, 403), not_found (404),
/// server.
Result<Response> succeeded(Response response);

}  // namespace unsnag::http
