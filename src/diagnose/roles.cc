// SPDX-License-Identifier: Apache-2.0
// Who was being talked to. The same "i/o timeout" has a different cure for each of them, so rules ask for the role
// rather than for the words.
#include <algorithm>
#include <array>

#include "base/text.h"
#include "diagnose/case_file.h"

namespace unsnag::diagnose {
namespace {

std::string_view without_port(std::string_view host) {
  if (host.starts_with("[")) return host.substr(0, host.find(']') + 1);
  const auto colon = host.rfind(':');
  return colon == std::string_view::npos || host.find(':') != colon ? host : host.substr(0, colon);
}

/// Link-local addresses under which clouds answer questions about the machine (AWS and GCP, ECS tasks, Azure).
bool is_metadata(std::string_view host) {
  static constexpr std::array<std::string_view, 5> k_hosts{"169.254.169.254", "169.254.170.2", "169.254.170.23", "168.63.129.16",
                                                           "metadata.google.internal"};
  return std::any_of(k_hosts.begin(), k_hosts.end(), [&](std::string_view known) { return host.starts_with(known); });
}

bool same_registry(std::string_view host, std::string_view registry) {
  if (host == registry || (timeline::is_docker_hub(host) && timeline::is_docker_hub(registry))) return true;
  // A reference without a port is asked at 443, and error texts leave the default port out.
  return without_port(host) == without_port(registry) &&
         (host.size() == without_port(host).size() || registry.size() == without_port(registry).size());
}

bool is_token_service(std::string_view host, std::string_view url) {
  if (host.starts_with("auth.") || host.starts_with("token.") || contains(host, "login.microsoftonline")) return true;
  const auto path = url.find('/', url.find("://") == std::string_view::npos ? 0 : url.find("://") + 3);
  if (path == std::string_view::npos) return false;
  const auto rest = url.substr(path);
  return !contains(rest, "/v2/") &&
         (contains(rest, "token") || contains(rest, "/jwt/auth") || contains(rest, "/oauth2") || contains(rest, "service="));
}

bool configured_mirror(std::string_view host, const CaseFile& file) {
  for (const auto& fact : file.facts)
    if (fact.fact.name == "mirror-set" && !fact.fact.get("host").empty() && without_port(fact.fact.get("host")) == without_port(host) &&
        !same_registry(host, file.registry))
      return true;
  return false;
}

/// Hosts where public registries keep their layers.
bool is_blob_store(std::string_view host) {
  static constexpr std::array<std::string_view, 10> k_parts{"production.cloudflare.docker.com",
                                                            "production.cloudfront.docker.com",
                                                            "cloudfront.net",
                                                            ".s3.",
                                                            "s3-",
                                                            ".blob.core.windows.net",
                                                            "storage.googleapis.com",
                                                            "pkg-containers.githubusercontent.com",
                                                            "mcr.microsoft.com.",
                                                            ".r2.cloudflarestorage.com"};
  return host.ends_with(".data.mcr.microsoft.com") || host.starts_with("s3.") || (host.starts_with("cdn") && host.ends_with(".quay.io")) ||
         std::any_of(k_parts.begin(), k_parts.end(), [&](std::string_view part) { return contains(host, part); });
}

bool talks(const timeline::Fact& fact) {
  static constexpr std::array<std::string_view, 12> k_facts{"unreachable",  "dns-failed",        "tls-failed",       "protocol-mismatch",
                                                            "proxy-failed", "http-status",       "registry-said",    "access-denied",
                                                            "token-failed", "deadline-exceeded", "context-canceled", "corrupt"};
  return std::find(k_facts.begin(), k_facts.end(), fact.name) != k_facts.end();
}

}  // namespace

std::string role_of(const timeline::Fact& fact, const CaseFile& file) {
  if (!talks(fact)) return "";
  if (fact.get("via") == "proxy" || fact.name == "proxy-failed") return "proxy";
  const auto url = fact.get("url");
  const auto step = fact.get("step");
  auto host = fact.get("host");
  const auto addr = fact.get("addr");
  if (addr.starts_with("/") || contains(fact.get("path"), ".sock")) return "runtime";
  if (is_metadata(host) || is_metadata(addr)) return "metadata";
  if (!fact.get("mirror").empty()) return "mirror";
  if (host.empty()) {
    if (step == "authorize") return "token";
    return "";
  }
  if (contains(url, "ns=")) return same_registry(host, file.registry) ? "registry" : "mirror";
  if (is_token_service(host, url)) return "token";
  if (configured_mirror(host, file)) return "mirror";
  // Where the registry "distribution" and its children keep layers: such a path is in a store's address only.
  const bool stored = contains(url, "/docker/registry/v2/blobs/");
  if (file.registry.empty()) {
    if (stored || is_blob_store(host)) return "blob-host";
    return contains(url, "/v2/") || timeline::is_docker_hub(host) ? "registry" : "other";
  }
  if (same_registry(host, file.registry)) return "registry";
  if (step == "authorize") return "token";
  if (stored || is_blob_store(host)) return "blob-host";
  // A registry may hand requests on to another registry (registry.k8s.io does); layers elsewhere are redirected.
  if (contains(url, "/manifests/")) return "redirect";
  if (step == "download" || step == "config" || contains(url, "blob") || contains(url, "sha256")) return "blob-host";
  // containerd's "fetch failed after status" names the host of its list that was asked, never one redirected to.
  if (url.empty() && step == "resolve" && fact.name == "http-status") return "mirror";
  if (contains(url, "/v2/")) return "redirect";
  return "other";
}

}  // namespace unsnag::diagnose
