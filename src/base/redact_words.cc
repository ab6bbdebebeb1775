// SPDX-License-Identifier: Apache-2.0
#include "base/redact_words.h"

#include <algorithm>
#include <array>
#include <string>

namespace unsnag {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_alnum(char c) { return is_digit(c) || is_lower(c) || is_upper(c); }
bool is_base64(char c) { return is_alnum(c) || c == '+' || c == '/' || c == '-' || c == '_' || c == '='; }
bool is_name(char c) { return is_alnum(c) || c == '_' || c == '-' || c == '.'; }

template <std::size_t N>
bool among(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

struct Pattern {
  std::string_view start;
  std::size_t least;  // letters and digits that must follow
};

// Beginnings that the issuers chose so that tools can find their keys.
constexpr std::array<Pattern, 18> k_tokens = {{{"AKIA", 16},
                                               {"ASIA", 16},  // AWS access keys
                                               {"IQoJb3JpZ2lu", 40},
                                               {"FwoGZXIvYXdz", 40},
                                               {"AQoDYXdz", 40},  // AWS session tokens
                                               {"AIza", 30},
                                               {"ya29.", 20},  // Google
                                               {"ghp_", 20},
                                               {"gho_", 20},
                                               {"ghu_", 20},
                                               {"ghs_", 20},
                                               {"ghr_", 20},
                                               {"github_pat_", 20},
                                               {"glpat-", 15},
                                               {"gldt-", 15},
                                               {"dckr_pat_", 10},
                                               {"dckr_oat_", 10},
                                               {"xoxb-", 20}}};

// Endings of names whose value is a secret, in lower case.
constexpr std::array<std::string_view, 31> k_endings = {
    "password",     "passwd",        "passphrase",    "secretkey",        "secret_key",        "secret-key",    "accesskey",
    "access_key",   "access-key",    "accountkey",    "privatekey",       "private_key",       "apikey",        "api_key",
    "api-key",      "client_secret", "client-secret", "clientsecret",     "identitytoken",     "registrytoken", "refresh_token",
    "refreshtoken", "access_token",  "accesstoken",   "x-amz-credential", "x-goog-credential", "signature",     "_pass",
    "-pass",        "_pwd",          "-pwd"};

constexpr std::array<std::string_view, 7> k_headers = {"cookie",       "set-cookie", "x-jfrog-art-api", "private-token",
                                                       "x-auth-token", "x-api-key",  "x-registry-auth"};

// In a query string alone: signatures of Azure, Cloudflare and CloudFront.
constexpr std::array<std::string_view, 4> k_parameters = {"sig", "verify", "policy", "key-pair-id"};

constexpr std::array<std::string_view, 8> k_plain_values = {"", "true", "false", "null", "nil", "<nil>", "***", "xxxxx"};

// Single words that say what became of a secret; and packages that begin an error of Go's.
constexpr std::array<std::string_view, 34> k_talk = {
    "unauthorized", "forbidden",  "denied",   "required", "missing", "invalid", "incorrect", "empty",  "expired",
    "unknown",      "unset",      "none",     "not",      "no",      "wrong",   "error",     "failed", "timeout",
    "mismatch",     "unexpected", "rejected", "get",      "post",    "head",    "eof",       "rpc",    "x509",
    "oauth2",       "http2",      "base64",   "sha256",   "json",    "i/o",     "non-200"};

constexpr bool has(std::string_view letters, char c) { return letters.find(c) != std::string_view::npos; }
static_assert(std::all_of(k_tokens.begin(), k_tokens.end(), [](const auto& token) { return has(k_first_of_tokens, token.start.front()); }));
constexpr auto k_ends_well = [](std::string_view name) { return k_secret_tails.end(name); };
static_assert(std::all_of(k_endings.begin(), k_endings.end(), k_ends_well));
static_assert(std::all_of(k_headers.begin(), k_headers.end(), k_ends_well));
static_assert(std::all_of(k_parameters.begin(), k_parameters.end(), k_ends_well));

std::string lower_of(std::string_view name) {
  constexpr std::size_t k_longest = 64;
  std::string lower(name.substr(name.size() > k_longest ? name.size() - k_longest : 0));
  for (char& c : lower)
    if (is_upper(c)) c = static_cast<char>(c + ('a' - 'A'));
  return lower;
}

bool has_length(std::string_view word, std::size_t least) {
  return word.size() >= least && std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(least), is_base64);
}

/// "Unauthorized", "the": a word of a sentence, not of a secret.
bool is_sentence_word(std::string_view word) {
  return !word.empty() && (is_lower(word.front()) || is_upper(word.front())) &&
         std::all_of(word.begin() + 1, word.end(), [](char c) { return is_lower(c) || c == '\''; });
}

std::string_view next_word(std::string_view after) {
  const auto begin = std::min(after.find_first_not_of(' '), after.size());
  if (begin == 0) return {};
  after.remove_prefix(begin);
  return after.substr(0, after.substr(0, 64).find_first_of(" \t\n\"'\\:,.;"));
}

}  // namespace

Secrecy secrecy_of(std::string_view name) {
  const auto lower = lower_of(name);
  const std::string_view word = lower;
  if (among(word, k_headers)) return Secrecy::header;
  if (word == "pass" || word == "pwd") return Secrecy::strong;
  if (std::any_of(k_endings.begin(), k_endings.end(), [word](std::string_view ending) { return word.ends_with(ending); }))
    return Secrecy::strong;
  if (word.ends_with("token")) return Secrecy::talked;
  return word == "secret" || word.ends_with("_secret") ? Secrecy::object : Secrecy::none;
}

bool is_secret_parameter(std::string_view name) { return among(lower_of(name), k_parameters); }

std::size_t token_length(std::string_view text) {
  for (const auto& token : k_tokens) {
    if (!text.starts_with(token.start) || !has_length(text.substr(token.start.size()), token.least)) continue;
    auto end = token.start.size();
    while (end < text.size() && is_base64(text[end]) && (token.start.size() != 4 || is_name(text[end]))) ++end;
    return end;
  }
  // base64 of {"… : JWTs, ECR's passwords, .dockerconfigjson, X-Registry-Auth.
  if (!text.starts_with("eyJ") || !has_length(text, 20)) return 0;
  std::size_t end = 0;
  while (end < text.size() && (is_base64(text[end]) || text[end] == '.')) ++end;
  return end;
}

bool is_plain_value(std::string_view value) { return among(value, k_plain_values); }

bool is_secret_value(std::string_view value, std::string_view after, Secrecy name) {
  while (!value.empty() && (value.back() == ':' || value.back() == '.')) value.remove_suffix(1);
  if (name == Secrecy::none || is_plain_value(value) || value == "-" || value.front() == '$' || value.front() == '{') return false;
  if (name == Secrecy::header) return true;
  if (value.find("://") != std::string_view::npos || value.starts_with("AADSTS")) return false;  // a URL, Azure's error codes
  if (value.front() == '/' && value.find('/', 1) != std::string_view::npos) return false;        // a path
  const bool digits = std::any_of(value.begin(), value.end(), is_digit);
  if (value.size() <= 3 && std::all_of(value.begin(), value.end(), is_digit)) return false;  // an HTTP status
  if (among(lower_of(value), k_talk)) return false;
  const bool capitals = std::any_of(value.begin(), value.end(), is_upper);
  switch (name) {
    case Secrecy::object:  // as Kubernetes names its objects: [a-z0-9-.], behind its namespace
      return capitals ? digits : digits && value.find_first_of("-./") == std::string_view::npos;
    case Secrecy::talked: return digits && value.size() >= 6 && value.find('=') >= value.size() - 2;
    default: break;
  }
  if (!is_sentence_word(value))
    return !std::all_of(value.begin(), value.end(), [](char c) { return c == '-' || c == '.' || c == '<' || c == '>'; });
  return !is_sentence_word(next_word(after));
}

}  // namespace unsnag
