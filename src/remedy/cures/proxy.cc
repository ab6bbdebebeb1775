// SPDX-License-Identifier: Apache-2.0
// The runtime's proxy: variables of its unit. What must not go through the proxy is easy to forget: the node itself,
// link-local addresses (metadata), the cluster's own names and networks.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "remedy/cures.h"

namespace unsnag::remedy {
namespace {

using settings::Setting;
using settings::Target;

constexpr std::array<std::string_view, 8> k_never{"localhost",      "127.0.0.1",  "169.254.169.254", ".svc",
                                                  ".cluster.local", "10.0.0.0/8", "172.16.0.0/12",   "192.168.0.0/16"};

std::string no_proxy(const std::string& given, const NodeFacts& facts) {
  std::vector<std::string> all;
  const auto add = [&](std::string_view one) {
    one = trim(one);
    if (!one.empty() && std::find(all.begin(), all.end(), one) == all.end()) all.emplace_back(one);
  };
  // What is in force stays.
  for (const auto& variable : facts.engine.environment)
    if (variable.name == "NO_PROXY" || variable.name == "no_proxy")
      for (const auto part : split(variable.value, ',')) add(part);
  for (const auto part : split(given, ',')) add(part);
  for (const auto part : k_never) add(part);
  if (facts.platform.substr(0, 3) == "eks") add("169.254.170.23");  // EKS Pod Identity
  return fmt::format("{}", fmt::join(all, ","));
}

/// "u:p@": whoever may read the unit reads it.
bool has_password(std::string_view url) {
  const auto rest = url.substr(std::min(url.find("://") + 3, url.size()));
  return contains(rest.substr(0, rest.find('/')), "@");
}

Result<Prescription> prescribe(const node::Root&, const NodeFacts& facts, const Values& values) {
  if (!facts.engine.found) return fail(Errc::unsupported, "no unit starts a runtime on this node");
  const bool off = values.get("proxy") == "off";
  const auto https = values.get("https-proxy"), http = values.has("http-proxy") ? values.get("http-proxy") : https;
  if (!off && https.empty() && http.empty())
    return fail(Errc::invalid_argument,
                "which proxy? --https-proxy http://proxy.example:3128 (and --http-proxy, --no-proxy), or --proxy off to use none");
  Prescription prescription;
  const auto variable = [&](std::string_view name, std::string value) {
    Setting setting;
    setting.target = Target::environment;
    setting.unit = facts.engine.unit.name;
    setting.key = name;
    setting.value = std::move(value);
    prescription.settings.push_back(std::move(setting));
  };
  const auto is_set = [&](std::string_view name) {
    return std::any_of(facts.engine.environment.begin(), facts.engine.environment.end(), [&](const auto& one) { return one.name == name; });
  };
  const auto both = [&](std::string_view upper, std::string_view lower, const std::string& value) {
    variable(upper, value);
    if (is_set(lower)) variable(lower, value);  // Go takes the upper one first, other programs the lower
  };
  if (off || !http.empty()) both("HTTP_PROXY", "http_proxy", off ? "" : http);
  if (off || !https.empty()) both("HTTPS_PROXY", "https_proxy", off ? "" : https);
  if (!off) both("NO_PROXY", "no_proxy", no_proxy(values.get("no-proxy"), facts));
  if (has_password(https) || has_password(http))
    prescription.warnings.emplace_back("the proxy's password will be readable for everybody who may read units on this node");
  return prescription;
}

Result<std::string> check_off(std::string_view value) {
  if (value == "off") return std::string(value);
  return fail(Errc::invalid_argument, "only off: the proxy itself is given with --https-proxy");
}

}  // namespace

const Cure k_proxy_misconfigured{"proxy-misconfigured",
                                 "the runtime's proxy and what does not go through it",
                                 {{"https-proxy", "URL", "", "the proxy for https, http://HOST:PORT as a rule", check_url},
                                  {"http-proxy", "URL", "", "the proxy for http; as --https-proxy when not given", check_url},
                                  {"no-proxy", "LIST", "", "more hosts, domains and networks that need no proxy", nullptr},
                                  {"proxy", "off", "", "off: the runtime uses no proxy at all", check_off}},
                                 prescribe};

}  // namespace unsnag::remedy
