// SPDX-License-Identifier: Apache-2.0
#include "fake/server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "base/fd.h"

namespace fake {
namespace {

struct FreeContext {
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};
using Context = std::unique_ptr<SSL_CTX, FreeContext>;

class Accepted : public Conversation {
 public:
  Accepted(unsnag::Fd fd, SSL_CTX* context, const std::atomic<bool>& ending) : fd_(std::move(fd)), ending_(ending) {
    const timeval patience{10, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    if (context == nullptr) return;
    ssl_ = SSL_new(context);
    SSL_set_fd(ssl_, fd_.get());
    broken_ = SSL_accept(ssl_) != 1;
  }
  Accepted(const Accepted&) = delete;
  Accepted& operator=(const Accepted&) = delete;
  ~Accepted() override {
    if (ssl_ != nullptr) {
      if (!broken_) SSL_shutdown(ssl_);
      SSL_free(ssl_);
    }
    if (!fd_) return;
    // Unread bytes would turn the close into a reset, and the answer would be lost with it.
    ::shutdown(fd_.get(), SHUT_WR);
    const timeval patience{0, 200'000};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    std::array<char, 4096> rest{};
    while (!ending_ && ::recv(fd_.get(), rest.data(), rest.size(), 0) > 0) {}
  }

  std::string read_some(std::size_t most) override {
    if (broken_) return {};
    std::string bytes(most, '\0');
    const auto got =
        ssl_ != nullptr ? SSL_read(ssl_, bytes.data(), static_cast<int>(most)) : static_cast<int>(::recv(fd_.get(), bytes.data(), most, 0));
    bytes.resize(static_cast<std::size_t>(std::max(got, 0)));
    return bytes;
  }
  bool write(std::string_view bytes) override {
    while (!broken_ && !bytes.empty()) {
      const auto size = std::min<std::size_t>(bytes.size(), 1 << 16);
      const auto sent = ssl_ != nullptr ? SSL_write(ssl_, bytes.data(), static_cast<int>(size))
                                        : static_cast<int>(::send(fd_.get(), bytes.data(), size, MSG_NOSIGNAL));
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return !broken_;
  }
  void reset() override {
    const linger at_once{1, 0};
    ::setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    broken_ = true;
    fd_ = unsnag::Fd();
  }
  void silence() override {
    std::array<char, 4096> rest{};
    while (!broken_ && !ending_) {
      pollfd wait{fd_.get(), POLLIN, 0};
      if (::poll(&wait, 1, 20) > 0 && ::recv(fd_.get(), rest.data(), rest.size(), 0) <= 0) return;
    }
  }

 private:
  unsnag::Fd fd_;
  const std::atomic<bool>& ending_;
  SSL* ssl_ = nullptr;
  bool broken_ = false;
};

template <typename T, void (*free)(T*)>
struct Freed {
  void operator()(T* thing) const { free(thing); }
};
using Bio = std::unique_ptr<BIO, Freed<BIO, BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY, EVP_PKEY_free>>;
using Cert = std::unique_ptr<X509, Freed<X509, X509_free>>;

std::string text_of(BIO* bio) {
  char* bytes = nullptr;
  const auto size = BIO_get_mem_data(bio, &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

Cert read_certificate(const std::string& pem) {
  const Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return Cert(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

Context make_context(const Certificate& own, const std::string& client_authority) {
  Context context(SSL_CTX_new(TLS_server_method()));
  SSL_CTX_use_certificate(context.get(), read_certificate(own.certificate).get());
  const Bio bio(BIO_new_mem_buf(own.key.data(), static_cast<int>(own.key.size())));
  const Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
  SSL_CTX_use_PrivateKey(context.get(), key.get());
  if (!client_authority.empty()) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context.get()), read_certificate(client_authority).get());
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  return context;
}

/// A request's head and as much body as its Content-Length says.
std::string read_request(Conversation& peer) {
  std::string request;
  std::size_t end = std::string::npos;
  while ((end = request.find("\r\n\r\n")) == std::string::npos) {
    const auto more = peer.read_some(4096);
    if (more.empty()) return request;
    request += more;
  }
  constexpr std::string_view k_length = "Content-Length: ";
  const auto at = request.find(k_length);
  const auto length = at < end ? std::strtoul(request.c_str() + at + k_length.size(), nullptr, 10) : 0;
  while (request.size() < end + 4 + length) {
    const auto more = peer.read_some(4096);
    if (more.empty()) break;
    request += more;
  }
  return request;
}

thread_local std::function<void(const std::string&)> t_keep;

}  // namespace

struct Server::Impl {
  Handler handler;
  unsnag::Fd listener;
  std::uint16_t port = 0;
  Context context;
  std::atomic<bool> ending = false;
  std::mutex guard;
  std::vector<std::string> requests;  // guarded
  std::size_t connections = 0;        // guarded
  std::vector<std::thread> threads;   // of `accepting` alone
  std::thread accepting;

  void start() {
    ::listen(listener.get(), 64);
    accepting = std::thread([this] { accept_all(); });
  }
  void accept_all() {
    while (!ending) {
      pollfd wait{listener.get(), POLLIN, 0};
      if (::poll(&wait, 1, 20) <= 0) continue;
      unsnag::Fd fd(::accept4(listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!fd) continue;
      const std::lock_guard lock(guard);
      ++connections;
      threads.emplace_back([this, connection = std::move(fd)]() mutable {
        t_keep = [this](const std::string& request) {
          const std::lock_guard keep_lock(guard);
          requests.push_back(request);
        };
        Accepted peer(std::move(connection), context.get(), ending);
        handler(peer);
      });
    }
  }
};

Server::Handler Server::answering(std::function<std::string(const std::string& request)> answer) {
  return [answer = std::move(answer)](Conversation& peer) {
    const auto request = read_request(peer);
    if (request.empty()) return;
    t_keep(request);
    const auto bytes = answer(request);
    if (bytes == "reset") peer.reset();
    else if (bytes == "silence") peer.silence();
    else peer.write(bytes);
  };
}

Server::Server(const std::string& unix_socket, Handler handler) : impl_(std::make_unique<Impl>()) {
  impl_->handler = std::move(handler);
  impl_->listener = unsnag::Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::copy_n(unix_socket.begin(), std::min(unix_socket.size(), sizeof address.sun_path - 1), std::begin(address.sun_path));
  ::bind(impl_->listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  impl_->start();
}

Server::Server(Handler handler, const Certificate* certificate, const std::string& client_authority) : impl_(std::make_unique<Impl>()) {
  // OpenSSL writes without MSG_NOSIGNAL.
  std::signal(SIGPIPE, SIG_IGN);
  impl_->handler = std::move(handler);
  if (certificate != nullptr) impl_->context = make_context(*certificate, client_authority);
  impl_->listener = unsnag::Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::bind(impl_->listener.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address);
  socklen_t size = sizeof address;
  ::getsockname(impl_->listener.get(), reinterpret_cast<sockaddr*>(&address), &size);
  impl_->port = ntohs(address.sin_port);
  impl_->start();
}

Server::~Server() {
  impl_->ending = true;
  impl_->accepting.join();
  for (auto& thread : impl_->threads) thread.join();
}

std::uint16_t Server::port() const { return impl_->port; }
std::vector<std::string> Server::requests() const {
  const std::lock_guard lock(impl_->guard);
  return impl_->requests;
}
std::size_t Server::connections() const {
  const std::lock_guard lock(impl_->guard);
  return impl_->connections;
}

Certificate make_certificate(const std::string& host) {
  const Key key(EVP_EC_gen("P-256"));
  const Cert certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3600);
  X509_set_pubkey(certificate.get(), key.get());
  auto* name = X509_get_subject_name(certificate.get());
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(host.c_str()), -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  X509V3_CTX extensions{};
  X509V3_set_ctx(&extensions, certificate.get(), certificate.get(), nullptr, nullptr, 0);
  const auto add = [&](int which, const std::string& value) {
    auto* extension = X509V3_EXT_conf_nid(nullptr, &extensions, which, value.c_str());
    X509_add_ext(certificate.get(), extension, -1);
    X509_EXTENSION_free(extension);
  };
  in_addr address{};
  add(NID_subject_alt_name, (::inet_pton(AF_INET, host.c_str(), &address) == 1 ? "IP:" : "DNS:") + host);
  add(NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(certificate.get(), key.get(), EVP_sha256());
  const Bio certificate_text(BIO_new(BIO_s_mem())), key_text(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(certificate_text.get(), certificate.get());
  PEM_write_bio_PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return {text_of(certificate_text.get()), text_of(key_text.get())};
}

std::string http_answer(std::string_view body, std::string_view status, std::string_view more_headers) {
  return fmt::format("HTTP/1.1 {}\r\nContent-Length: {}\r\nConnection: close\r\n{}\r\n{}", status, body.size(), more_headers, body);
}

}  // namespace fake
