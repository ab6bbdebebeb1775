// SPDX-License-Identifier: Apache-2.0
// One accepted connection, in plain text or under TLS. A TLS port that is spoken to in plain text, and the reverse,
// answer as Go's HTTP server does (net/http, server.go): most registries are written in Go.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include <openssl/ssl.h>

#include "base/fd.h"

namespace fake {

class Stream {
 public:
  /// `context` null: plain text. Takes a few seconds at most for a handshake.
  Stream(unsnag::Fd fd, SSL_CTX* context);
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream();

  [[nodiscard]] bool ready() const { return ready_; }
  [[nodiscard]] bool encrypted() const { return ssl_ != nullptr; }
  /// Reads until `buffer` holds "\r\n\r\n"; false at the end, at an error and past 64 KiB.
  bool read_head(std::string& buffer);
  bool write(std::string_view bytes);
  void reset();    // the peer gets RST
  void silence();  // holds the connection open, without a word, until the peer closes it

 private:
  ssize_t read_some(char* into, std::size_t size);

  unsnag::Fd fd_;
  SSL* ssl_ = nullptr;
  bool ready_ = false;
};

}  // namespace fake
