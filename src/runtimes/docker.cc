// SPDX-License-Identifier: Apache-2.0
#include "runtimes/docker.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/text.h"
#include "runtimes/numbers.h"

namespace unsnag::runtimes {
namespace {

// What is read here has stood in the API since 1.24 (Docker 1.12); 1.43 is Docker 24's, and 29 still answers it.
constexpr std::pair k_newest{1, 43};

http::Peer peer_of(const std::string& unix_socket, std::function<bool()> stop) {
  http::Peer peer;
  peer.unix_socket = unix_socket;
  peer.stop = std::move(stop);
  return peer;
}

std::optional<std::pair<int, int>> version_of(std::string_view text) {
  const auto parts = split(text, '.');
  if (parts.size() != 2) return std::nullopt;
  const auto major = number_of<int>(parts[0]), minor = number_of<int>(parts[1]);
  if (!major || !minor) return std::nullopt;
  return std::pair(*major, *minor);
}

}  // namespace

std::string agreed_version(std::string_view newest_of_daemon, std::string_view oldest_of_daemon) {
  const auto newest = version_of(newest_of_daemon);
  if (!newest) return {};
  const auto agreed = std::min(*newest, std::max(k_newest, version_of(oldest_of_daemon).value_or(std::pair{1, 12})));
  return fmt::format("/v{}.{}", agreed.first, agreed.second);
}

Docker::Docker(const std::string& unix_socket, Asking asking)
    : client_(peer_of(unix_socket, std::move(asking.stop))), limit_(asking.limit) {}

Result<Value> Docker::get(std::string_view path) {
  http::Request request;
  request.url = "http://docker" + std::string(path);
  request.limit = limit_;
  TRY_ASSIGN(auto answer, client_.send(request));
  TRY_ASSIGN(const auto good, http::succeeded(std::move(answer)));
  return parse_json(good.body);
}

Result<void*> Docker::ping() {
  http::Request request;
  request.url = "http://docker/_ping";
  request.limit = limit_;
  TRY_ASSIGN(auto answer, client_.send(request));
  TRY(http::succeeded(std::move(answer)));
  return nullptr;
}

Result<Value> Docker::version() {
  TRY_ASSIGN(auto version, get("/version"));
  prefix_ = agreed_version(version["ApiVersion"].scalar, version["MinAPIVersion"].scalar);
  return version;
}

Result<Value> Docker::info() { return get(prefix_ + "/info"); }
Result<Value> Docker::images() { return get(prefix_ + "/images/json"); }

Result<std::vector<DockerContainer>> Docker::containers() {
  TRY_ASSIGN(const auto list, get(prefix_ + "/containers/json?all=1&limit=500"));
  std::vector<DockerContainer> containers;
  for (const auto& [unused, one] : list.entries) {
    DockerContainer container{one["Id"].scalar, {}, one["Image"].scalar, one["State"].scalar, one["Status"].scalar, std::nullopt};
    if (!one["Names"].entries.empty()) container.name = one["Names"].entries.front().second.scalar;
    if (const auto s = number_of<std::int64_t>(one["Created"].scalar)) container.created = time_of(*s, 0);
    containers.push_back(std::move(container));
  }
  return containers;
}

}  // namespace unsnag::runtimes
