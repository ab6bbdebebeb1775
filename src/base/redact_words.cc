// SPDX-License-Identifier: Apache-2.0
#include "base/redact_words.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/text.h"

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

using redact_tables::Name;

constexpr std::array<std::string_view, 12> k_plain_values = {"",      "true",     "false",      "null",       "nil",      "<nil>",
                                                             "xxxxx", "REDACTED", "[REDACTED]", "<redacted>", "(hidden)", "%5BREDACTED%5D"};

// Single words that say what became of a secret; and packages that begin an error of Go's.
constexpr std::array<std::string_view, 34> k_talk = {
    "unauthorized", "forbidden",  "denied",   "required", "missing", "invalid", "incorrect", "empty",  "expired",
    "unknown",      "unset",      "none",     "not",      "no",      "wrong",   "error",     "failed", "timeout",
    "mismatch",     "unexpected", "rejected", "get",      "post",    "head",    "eof",       "rpc",    "x509",
    "oauth2",       "http2",      "base64",   "sha256",   "json",    "i/o",     "non-200"};

constexpr auto k_ends_well = [](const Name& name) { return k_secret_tails.end(name.ending); };
static_assert(std::all_of(redact_tables::k_endings.begin(), redact_tables::k_endings.end(), k_ends_well));
static_assert(std::all_of(redact_tables::k_talked.begin(), redact_tables::k_talked.end(), k_ends_well));
static_assert(std::all_of(redact_tables::k_whole.begin(), redact_tables::k_whole.end(), k_ends_well));
static_assert(std::all_of(redact_tables::k_headers.begin(), redact_tables::k_headers.end(), k_ends_well));
static_assert(std::all_of(redact_tables::k_parameters.begin(), redact_tables::k_parameters.end(),
                          [](std::string_view name) { return k_secret_tails.end(name); }));

template <typename Names>
const Name* whole_name(std::string_view word, const Names& names) {
  const auto found = std::find_if(names.begin(), names.end(), [word](const Name& name) { return word == name.ending; });
  return found == names.end() ? nullptr : &*found;
}
template <typename Names>
const Name* with_ending(std::string_view word, const Names& names) {
  const auto found = std::find_if(names.begin(), names.end(), [word](const Name& name) { return word.ends_with(name.ending); });
  return found == names.end() ? nullptr : &*found;
}

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

/// "fWghMQQqVPD", and not "InvalidIdentityToken".
bool is_random(std::string_view word) {
  constexpr std::size_t k_least = 8;
  std::size_t rises = 0;
  for (std::size_t i = 1; i < word.size(); ++i) rises += is_lower(word[i - 1]) && is_upper(word[i]) ? 1 : 0;
  return word.size() >= k_least && rises >= std::max<std::size_t>(2, word.size() / 5) && std::all_of(word.begin(), word.end(), is_base64);
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
  if (whole_name(word, redact_tables::k_headers) != nullptr) return Secrecy::header;
  if (whole_name(word, redact_tables::k_whole) != nullptr) return Secrecy::strong;
  if (with_ending(word, redact_tables::k_endings) != nullptr) return Secrecy::strong;
  if (word.ends_with("token")) return Secrecy::talked;
  if (!word.ends_with("secret") || contains(word, "pull")) return Secrecy::none;  // imagePullSecret: regcred1
  return name.ends_with("_SECRET") ? Secrecy::strong : Secrecy::object;
}

SecretKind kind_of(std::string_view name) {
  const auto lower = lower_of(name);
  const std::string_view word = lower;
  for (const auto* found : {whole_name(word, redact_tables::k_headers), whole_name(word, redact_tables::k_whole),
                            with_ending(word, redact_tables::k_endings), with_ending(word, redact_tables::k_talked)})
    if (found != nullptr) return found->kind;
  return word == "auth" ? SecretKind::credentials : is_secret_parameter(word) ? SecretKind::signature : SecretKind::secret;
}

bool is_secret_parameter(std::string_view name) { return among(lower_of(name), redact_tables::k_parameters); }

IssuedKey issued_key(std::string_view text) {
  for (const auto& token : redact_tables::k_tokens) {
    if (!text.starts_with(token.start) || !has_length(text.substr(token.start.size()), token.least)) continue;
    auto end = token.start.size();
    while (end < text.size() && is_base64(text[end]) && (token.start.size() != 4 || is_name(text[end]))) ++end;
    return {end, token.kind};
  }
  // RKE2 and k3s join a node with K10, the CA's digest, "::", and a user's name and password or a token.
  if (text.starts_with("K10") && has_length(text.substr(3), 32)) {
    auto end = std::size_t{3};
    while (end < text.size() && is_alnum(text[end])) ++end;
    if (!text.substr(end).starts_with("::")) return {};
    while (end < text.size() && (is_name(text[end]) || text[end] == ':')) ++end;
    return {end, SecretKind::token};
  }
  // base64 of {"… : JWTs, ECR's passwords, .dockerconfigjson, X-Registry-Auth.
  if (!text.starts_with("eyJ") || !has_length(text, 20)) return {};
  std::size_t end = 0;
  while (end < text.size() && (is_base64(text[end]) || text[end] == '.')) ++end;
  return {end, SecretKind::token};
}

std::size_t is_password_hash(std::string_view text) {
  if (!text.starts_with('$')) return 0;
  const auto inside = text.substr(1);
  if (std::none_of(redact_tables::k_hashes.begin(), redact_tables::k_hashes.end(),
                   [inside](std::string_view hash) { return inside.starts_with(hash); }))
    return 0;
  std::size_t end = 1;
  std::size_t after_sign = 0;
  while (end < text.size() && (is_base64(text[end]) || text[end] == '.' || text[end] == '$' || text[end] == ',')) {
    after_sign = text[end] == '$' ? 0 : after_sign + 1;
    ++end;
  }
  return after_sign >= 20 ? end : 0;
}

bool is_bootstrap_token(std::string_view text, std::size_t at) {
  constexpr std::size_t k_id = 6;
  constexpr std::size_t k_length = 23;
  if (at + k_length > text.size() || text[at + k_id] != '.') return false;
  if (at > 0 && (is_name(text[at - 1]) || text[at - 1] == '/')) return false;
  if (at + k_length < text.size() && (is_name(text[at + k_length]) || text[at + k_length] == '/')) return false;
  // Events of Kubernetes are called by their object and nanoseconds in hexadecimal.
  const auto secret = text.substr(at + k_id + 1, k_length - k_id - 1);
  if (secret[0] == '1' && secret[1] >= '4' && secret.find_first_not_of("0123456789abcdef") == std::string_view::npos) return false;
  bool digit = false;
  for (std::size_t i = 0; i < k_length; ++i) {
    const char c = text[at + i];
    if (i != k_id && !is_digit(c) && !is_lower(c)) return false;
    digit = digit || (i > k_id && is_digit(c));
  }
  return digit;
}

bool is_plain_value(std::string_view value) {
  if (among(value, k_plain_values) || value.find_first_not_of('*') == std::string_view::npos) return true;
  if (value.front() == '|' || value.front() == '>')
    return value.find_first_not_of("|>+-0123456789") == std::string_view::npos;  // YAML's lines follow
  if (value.front() != '$') return false;
  value.remove_prefix(value.starts_with("${") ? 2 : 1);  // the name of a variable
  if (value.ends_with('}')) value.remove_suffix(1);
  const auto is_of_name = [](char c) { return is_upper(c) || is_digit(c) || c == '_'; };
  return value.size() > 1 && !is_digit(value[0]) && std::all_of(value.begin(), value.end(), is_of_name);
}

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
    case Secrecy::talked: return ((digits && value.size() >= 6) || is_random(value)) && value.find('=') >= value.size() - 2;
    default: break;
  }
  if (!is_sentence_word(value))
    return !std::all_of(value.begin(), value.end(), [](char c) { return c == '-' || c == '.' || c == '<' || c == '>'; });
  return !is_sentence_word(next_word(after));
}

}  // namespace unsnag
