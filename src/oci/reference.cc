// SPDX-License-Identifier: Apache-2.0
#include "oci/reference.h"

#include <algorithm>

#include "base/text.h"

namespace unsnag::oci {
namespace {

constexpr std::size_t k_most_name = 255;  // of registry and repository together (NameTotalLengthMax)
constexpr std::size_t k_most_tag = 128;
constexpr std::string_view k_hub = "docker.io", k_old_hub = "index.docker.io";

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_lower(c) || is_upper(c) || is_digit(c); }

tl::unexpected<Error> wrong(std::string_view text, std::string_view why) {
  return fail(Errc::invalid_argument, fmt::format("\"{}\" is no image name: {}", printable(clip(text, 300)), why));
}

/// "[2001:db8::1]" (without a zone), or names of letters, digits and inner hyphens with dots between.
bool is_host(std::string_view host) {
  if (host.starts_with('[')) {
    const auto inside = host.substr(1, host.size() - 2);
    return host.ends_with(']') && inside.size() >= 2 && std::all_of(inside.begin(), inside.end(), [](char c) {
             return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':';
           });
  }
  for (const auto part : split(host, '.')) {
    if (part.empty() || !is_word(part.front()) || !is_word(part.back())) return false;
    if (!std::all_of(part.begin(), part.end(), [](char c) { return is_word(c) || c == '-'; })) return false;
  }
  return true;
}

bool is_port(std::string_view port) {
  if (port.empty() || port.size() > 5 || !std::all_of(port.begin(), port.end(), is_digit)) return false;
  return std::stoul(std::string(port)) <= 65535;
}

bool is_registry(std::string_view text) {
  const auto bracket = text.rfind(']');
  const auto colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon == std::string_view::npos) return is_host(text);
  return is_host(text.substr(0, colon)) && is_port(text.substr(colon + 1));
}

/// One part of a repository: runs of small letters and digits with one of ".", "_", "__" or hyphens between.
bool is_path_part(std::string_view part) {
  std::size_t at = 0;
  const auto run = [&] {
    const auto begin = at;
    while (at < part.size() && (is_lower(part[at]) || is_digit(part[at]))) ++at;
    return at > begin;
  };
  if (!run()) return false;
  while (at < part.size()) {
    if (part.substr(at).starts_with("__")) {
      at += 2;
    } else if (part[at] == '.' || part[at] == '_') {
      ++at;
    } else if (part[at] == '-') {
      while (at < part.size() && part[at] == '-') ++at;
    } else {
      return false;
    }
    if (!run()) return false;
  }
  return true;
}

bool is_tag(std::string_view tag) {
  return !tag.empty() && tag.size() <= k_most_tag && (is_word(tag.front()) || tag.front() == '_') &&
         std::all_of(tag.begin(), tag.end(), [](char c) { return is_word(c) || c == '_' || c == '.' || c == '-'; });
}

/// What is before the first slash is a registry if it can be no repository's part on Docker Hub.
bool names_a_registry(std::string_view first) {
  return first.find_first_of(".:[") != std::string_view::npos || first == "localhost" || std::any_of(first.begin(), first.end(), is_upper);
}

Result<Repository> parse_name(std::string_view text, std::string_view name) {
  Repository out;
  std::string_view path = name;
  if (const auto slash = name.find('/'); slash != std::string_view::npos && names_a_registry(name.substr(0, slash))) {
    out.registry = name.substr(0, slash);
    path = name.substr(slash + 1);
    if (!is_registry(out.registry)) return wrong(text, fmt::format("\"{}\" is no registry's host and port", printable(out.registry)));
  }
  if (out.registry.empty() || out.registry == k_old_hub) out.registry = k_hub;
  if (path.empty()) return wrong(text, "there is no repository in it");
  for (const auto part : split(path, '/')) {
    if (is_path_part(part)) continue;
    if (std::any_of(part.begin(), part.end(), is_upper)) return wrong(text, "a repository is written in small letters");
    if (part.empty()) return wrong(text, "there is nothing between two slashes, or behind the last one");
    return wrong(text, fmt::format("\"{}\" holds more than letters and digits with one . or _, or hyphens, between them", printable(part)));
  }
  if (out.registry == k_hub && path.find('/') == std::string_view::npos) out.name = "library/";
  out.name += path;
  if (out.registry.size() + 1 + out.name.size() > k_most_name)
    return wrong(text, fmt::format("it is longer than {} characters", k_most_name));
  return out;
}

}  // namespace

std::string Reference::to_string() const {
  auto text = registry + '/' + repository;
  if (!tag.empty()) text.append(":").append(tag);
  if (digest) text.append("@").append(digest->to_string());
  return text;
}

Result<Reference> parse_reference(std::string_view text) {
  if (text.empty()) return fail(Errc::invalid_argument, "an image without a name");
  // Said without repeating it: it may be a password.
  if (const auto at = text.find('@'); at != std::string_view::npos && text.find('/', at) != std::string_view::npos)
    return fail(Errc::invalid_argument, "an image name with a user in front of its registry; credentials are given by themselves");
  if (const auto scheme = text.find("://"); scheme != std::string_view::npos)
    return wrong(text, fmt::format("it begins with \"{}\"; a name has no scheme", printable(text.substr(0, scheme + 3))));
  Reference out;
  auto name = text;
  if (const auto at = name.find('@'); at != std::string_view::npos) {
    auto digest = Digest::parse(name.substr(at + 1));
    if (!digest) {
      if (digest.error().code == Errc::unsupported) return tl::unexpected<Error>(std::move(digest).error());
      return wrong(text, digest.error().detail);
    }
    out.digest = std::move(*digest);
    name = name.substr(0, at);
  }
  const auto slash = name.rfind('/');
  if (const auto colon = name.rfind(':'); colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    const auto tag = name.substr(colon + 1);
    if (!is_tag(tag))
      return wrong(text, fmt::format("\"{}\" is no tag: up to {} letters, digits, _, . and -", printable(clip(tag, 200)), k_most_tag));
    out.tag = tag;
    name = name.substr(0, colon);
  }
  if (name.size() == 64 && Digest::parse("sha256:" + std::string(name)))
    return wrong(text, "64 hexadecimal digits are an image's id here, not a name that a registry knows");
  TRY_ASSIGN(auto repository, parse_name(text, name));
  out.registry = std::move(repository.registry);
  out.repository = std::move(repository.name);
  if (out.tag.empty() && !out.digest) out.tag = "latest";
  return out;
}

Result<Repository> parse_repository(std::string_view text) {
  if (text.empty()) return fail(Errc::invalid_argument, "a repository without a name");
  const auto slash = text.rfind('/');
  const auto colon = text.find(':', slash == std::string_view::npos ? 0 : slash);
  if (text.find("://") == std::string_view::npos && (colon != std::string_view::npos || text.find('@') != std::string_view::npos))
    return wrong(text, "a repository alone is wanted, without tag and digest");
  TRY_ASSIGN(auto reference, parse_reference(text));
  return Repository{std::move(reference.registry), std::move(reference.repository)};
}

}  // namespace unsnag::oci
