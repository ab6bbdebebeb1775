// SPDX-License-Identifier: Apache-2.0
// Reads objects from a Kubernetes API server. Nothing is ever written there, and what is nobody's business is taken out of an
// object before anybody else sees it: the values of environment variables, what programs are started with, foreign annotations.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/document.h"
#include "base/result.h"
#include "http/http.h"
#include "kube/access.h"

namespace unsnag::kube {

struct Asking {
  std::chrono::milliseconds limit{5'000};  // for one request; its connection has half of that
  std::function<bool()> stop{};            // as http::Peer's
};

/// Not for several threads at once.
class Api {
 public:
  Api(Access access, Asking asking);

  /// A path with its query: "/api/v1/nodes/a". Errors: those of http::Client::send and http::succeeded, with the server's
  /// message; malformed (no JSON).
  Result<Value> get(const std::string& path);
  struct Listed {
    std::vector<Value> items;
    bool all = true;  // else there are more than were asked for
  };
  /// A list's items, page by page, at most `most` for which `wanted` is true out of five times as many.
  Result<Listed> list(const std::string& path, std::size_t most, const std::function<bool(const Value&)>& wanted = {});
  [[nodiscard]] const Access& access() const { return access_; }

 private:
  Access access_;
  Asking asking_;
  http::Client client_;
};

/// A name as a part of a path or query.
std::string escaped(std::string_view name);

/// Takes out of a Node, Pod or Event what nobody may see or needs. See the top of this file.
void strip(Value& object);

}  // namespace unsnag::kube
