// SPDX-License-Identifier: Apache-2.0
// What a registry answers: the distribution API (docs.docker.com/registry/spec/api) over a folder of images, bent by
// the fault scripts. The words of errors are those of docker-registry 2.8, of Docker Hub and of nginx.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "real/registry/script.h"

namespace fake {

struct Request {
  std::string method, path, query, host;
  std::map<std::string, std::string> headers;  // names in lower case
  bool encrypted = false;
};

struct Answer {
  enum class End { clean, cut, reset, stall };
  int status = 200;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::size_t from = 0;       // where in the blob the body begins
  End end = End::clean;       // what happens after `body_sent` bytes
  std::size_t body_sent = 0;  // of the body; only where `end` is not clean
};

/// Parses a request's head. False: it is no HTTP.
bool parse_request(std::string_view head, Request& request);

/// `images` holds manifests/TAG and manifests/sha256:HEX (a media type in the first line, the manifest after it) and
/// blobs/sha256:HEX. Every repository has all of them. Any thread.
Answer answer(const Request& request, const std::string& images, Faults& faults);

std::string head_of(const Answer& answer);

}  // namespace fake
