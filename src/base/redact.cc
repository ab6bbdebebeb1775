// SPDX-License-Identifier: Apache-2.0
// Takes secrets out of text that is shown or kept: evidence is pasted into tickets. One pass from left to right;
// a word is looked at as a secret by itself (eyJ…, AKIA…) or as the name of one (password=, "auth":). When in
// doubt about where a secret ends, more is removed; words that only talk about secrets ("no basic auth
// credentials", "invalid username/password: unauthorized") have to stay, since verdicts rest on them.
#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/text.h"

namespace unsnag {
namespace {

constexpr std::string_view k_stars = "***";

bool is_alnum(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_name(char c) { return is_alnum(c) || c == '_' || c == '-' || c == '.'; }
bool is_base64(char c) { return is_alnum(c) || c == '+' || c == '/' || c == '-' || c == '_' || c == '='; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }

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
constexpr std::array<std::string_view, 19> k_secret_endings = {
    "password",   "passwd",    "passphrase", "token",         "secretkey",        "secret_key",
    "secret-key", "accesskey", "access_key", "accountkey",    "privatekey",       "private_key",
    "apikey",     "api_key",   "api-key",    "client_secret", "x-amz-credential", "x-goog-credential",
    "signature"};

// In a query string alone: signatures of Azure, Cloudflare and CloudFront.
constexpr std::array<std::string_view, 4> k_secret_parameters = {"sig", "verify", "policy", "key-pair-id"};

// Values that are no secret.
constexpr std::array<std::string_view, 8> k_plain_values = {"", "true", "false", "null", "nil", "<nil>", "***", "xxxxx"};

/// What a byte may begin: one look-up a byte passes over most of a line.
enum class Kind : std::uint8_t { other, word, dash, colon };
constexpr std::array<Kind, 256> k_kinds = [] {
  std::array<Kind, 256> kinds{};
  for (const char c : std::string_view("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"))
    kinds[static_cast<unsigned char>(c)] = Kind::word;
  kinds['-'] = Kind::dash;
  kinds[':'] = Kind::colon;
  return kinds;
}();
constexpr std::array<bool, 256> k_in_name = [] {
  std::array<bool, 256> in_name{};
  for (const char c : std::string_view("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-."))
    in_name[static_cast<unsigned char>(c)] = true;
  return in_name;
}();
/// First letters of k_tokens and of JWTs.
constexpr std::array<bool, 256> k_begins_token = [] {
  std::array<bool, 256> begins{};
  for (const auto& token : k_tokens) begins[static_cast<unsigned char>(token.start.front())] = true;
  begins['e'] = true;
  return begins;
}();
/// Last letters of the names in value_of(), in both cases.
constexpr std::array<bool, 256> k_ends_secret = [] {
  std::array<bool, 256> ends{};
  const auto add = [&ends](char c) {
    ends[static_cast<unsigned char>(c)] = true;
    if (c >= 'a' && c <= 'z') ends[static_cast<unsigned char>(c - 'a' + 'A')] = true;
  };
  for (const auto ending : k_secret_endings) add(ending.back());
  for (const auto parameter : k_secret_parameters) add(parameter.back());
  add(std::string_view("auth").back());
  add(std::string_view("Secret").back());
  return ends;
}();

bool has_length(std::string_view word, std::size_t least) {
  return word.size() >= least && std::all_of(word.begin(), word.begin() + static_cast<std::ptrdiff_t>(least), is_base64);
}

/// The end of the secret that starts with `word` at `at`; `at` itself: it is none.
std::size_t end_of_token(std::string_view text, std::size_t at, std::string_view word) {
  for (const auto& token : k_tokens) {
    if (!word.starts_with(token.start)) continue;
    if (has_length(text.substr(at + token.start.size()), token.least)) {
      auto end = at + token.start.size();
      while (end < text.size() && is_base64(text[end]) && (token.start.size() != 4 || is_name(text[end]))) ++end;
      return end;
    }
  }
  // base64 of {"… : JWTs, ECR's passwords, .dockerconfigjson, X-Registry-Auth.
  if (word.starts_with("eyJ") && has_length(text.substr(at), 20)) {
    auto end = at;
    while (end < text.size() && (is_base64(text[end]) || text[end] == '.')) ++end;
    return end;
  }
  return at;
}

class Redactor {
 public:
  explicit Redactor(std::string_view text) : text_(text) {}

  std::string run() {
    while (at_ < text_.size()) {
      switch (k_kinds[static_cast<unsigned char>(text_[at_])]) {
        case Kind::other: ++at_; break;
        case Kind::word: word(); break;
        case Kind::dash:
          if (text_.substr(at_).starts_with("-----BEGIN ")) private_key();
          else ++at_;
          break;
        case Kind::colon:
          if (text_.substr(at_).starts_with("://")) {
            at_ += 3;
            user_info();
          } else {
            ++at_;
          }
          break;
      }
    }
    if (kept_ == 0) return std::string(text_);  // nearly always
    out_ += text_.substr(kept_);
    return std::move(out_);
  }

 private:
  [[nodiscard]] char peek(std::size_t at) const { return at < text_.size() ? text_[at] : '\0'; }
  void copy_to(std::size_t end) { at_ = end; }  // copied when something has to be hidden, or at the end
  void hide_to(std::size_t end) {
    const auto value = text_.substr(at_, end - at_);
    if (std::find(k_plain_values.begin(), k_plain_values.end(), value) != k_plain_values.end()) return copy_to(end);
    out_ += text_.substr(kept_, at_ - kept_);
    out_ += k_stars;
    at_ = kept_ = end;
  }

  void private_key() {
    auto header = text_.substr(at_, 64);  // "-----BEGIN ENCRYPTED PRIVATE KEY-----" is the longest in use
    header = header.substr(0, header.find_first_of("\n\\"));
    if (!contains(header, "PRIVATE KEY-----")) return copy_to(at_ + 11);
    copy_to(at_ + header.find("PRIVATE KEY-----") + 16);
    const auto end = text_.find("-----END", at_);
    hide_to(end == std::string_view::npos ? text_.size() : end);
  }

  /// After "://": user:password@ or token@.
  void user_info() {
    auto end = at_;
    auto sign = std::string_view::npos;
    while (end < text_.size() && !is_blank(text_[end]) && text_[end] != '/' && text_[end] != '?' && text_[end] != '#' &&
           text_[end] != '"' && text_[end] != '\\' && text_[end] != '\'' && text_[end] != '\n') {
      if (text_[end] == '@') sign = end;
      ++end;
    }
    const auto colon = text_.substr(at_, end - at_).find(':');
    const bool port = colon == std::string_view::npos ||
                      text_.substr(at_ + colon + 1, end - at_ - colon - 1).find_first_not_of("0123456789") == std::string_view::npos;
    if (sign == std::string_view::npos && !port) {
      // A raw slash in the password; Go refuses such an URL, and prints it. Bounded, to stay linear.
      const auto word_end = text_.substr(end, 256).find_first_of(" \t\n\"'\\");
      const auto more = text_.substr(end, word_end == std::string_view::npos ? 256 : word_end);
      if (const auto found = more.find('@'); found != std::string_view::npos) sign = end + found;
    }
    if (sign == std::string_view::npos) return copy_to(end);
    const auto after = text_.substr(sign + 1);
    if (after.starts_with("sha256:") || after.starts_with("sha512:")) return copy_to(end);  // docker://alpine@sha256:…
    if (colon != std::string_view::npos && at_ + colon < sign) {
      copy_to(at_ + colon + 1);
    } else if (const auto shown = text_.substr(kept_, at_ - kept_); !shown.ends_with("http://") && !shown.ends_with("https://")) {
      return copy_to(sign + 1);  // ssh://git@host
    }
    hide_to(sign);
  }

  void word() {
    auto end = at_;
    while (end < text_.size() && k_in_name[static_cast<unsigned char>(text_[end])]) ++end;
    const auto start = at_;
    const auto name = text_.substr(start, end - start);
    if (k_begins_token[static_cast<unsigned char>(name.front())])
      if (const auto token_end = end_of_token(text_, at_, name); token_end > at_) return hide_to(token_end);
    copy_to(end);
    if (name == "Bearer" || name == "Basic") return credentials(name);
    if (name.size() < 13) return value_of(name, start);
    if (equal_ignoring_case(name, "authorization") || equal_ignoring_case(name, "proxy-authorization")) return authorization();
    value_of(name, start);
  }

  /// "Bearer eyJ…" anywhere. "Bearer realm=…" and "Basic authentication failed" are no credentials.
  void credentials(std::string_view scheme) {
    if (peek(at_) != ' ') return;
    auto end = at_ + 1;
    bool odd = false;
    while (end < text_.size() && (is_name(text_[end]) || text_[end] == '+' || text_[end] == '/' || text_[end] == '~')) {
      const char c = text_[end];
      odd = odd || (end > at_ + 1 && ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z')));
      ++end;
    }
    while (peek(end) == '=') ++end;
    if (!odd || end - at_ < (scheme == "Bearer" ? 17u : 9u)) return;
    copy_to(at_ + 1);
    hide_to(end);
  }

  /// After "Authorization": the header in any clothes, `: Basic x`, `":["Bearer x"]`, `\":\"Bearer x`.
  void authorization() {
    auto at = at_;
    bool colon = false;
    while (at < text_.size() && std::string_view("\"'\\:=[ \t").find(text_[at]) != std::string_view::npos) {
      colon = colon || text_[at] == ':' || text_[at] == '=';
      ++at;
    }
    if (!colon) return;
    static constexpr std::array<std::string_view, 5> k_schemes = {"bearer", "basic", "negotiate", "token", "digest"};
    auto end = at;
    while (end < text_.size() && is_alnum(text_[end])) ++end;
    const auto scheme = text_.substr(at, end - at);
    if (peek(end) != ' ' ||
        std::none_of(k_schemes.begin(), k_schemes.end(), [scheme](std::string_view s) { return equal_ignoring_case(s, scheme); }))
      return;
    copy_to(end + 1);
    while (end < text_.size() && std::string_view("\"'\\]}\r\n").find(text_[end]) == std::string_view::npos) ++end;
    hide_to(end);
  }

  /// After a name: its value, if the name is a secret's.
  void value_of(std::string_view name, std::size_t start) {
    const char next = peek(at_);
    if (next != '=' && next != ':' && next != '"' && next != '\\' && next != '\'') return;
    if (!k_ends_secret[static_cast<unsigned char>(name.back())]) return;
    if (name.starts_with("u0026")) name.remove_prefix(5);  // & as Go's JSON writes it
    std::string lower(name.substr(name.size() > 64 ? name.size() - 64 : 0));
    for (char& c : lower)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
    const bool secret = std::any_of(k_secret_endings.begin(), k_secret_endings.end(),
                                    [&lower](std::string_view ending) { return lower.ends_with(ending); });
    const bool auth = lower == "auth";  // base64 of user:password in Docker's configuration
    if (next == '=') {
      const bool parameter = std::find(k_secret_parameters.begin(), k_secret_parameters.end(), lower) != k_secret_parameters.end();
      const char before = start > 0 ? text_[start - 1] : '\0';
      if (!secret && !(parameter && (before == '?' || before == '&' || before == '\\'))) return;
      copy_to(at_ + 1);
      const bool phrase = lower.find("pass") != std::string::npos;
      if (!quoted()) bare(phrase ? " \t\r\n\"'\\&" : " \t\r\n\"'\\&,;)]}");
      return;
    }
    if (next == ':') {
      const char after = peek(at_ + 1);
      if ((secret || auth) && name[0] >= 'A' && name[0] <= 'Z' && after != '\0' && !is_blank(after) && after != '/') {
        copy_to(at_ + 1);  // Go's dump of AuthConfig: Password:hunter2,
        if (!quoted()) bare(" \t\r\n,}");
      } else if ((secret || auth) && is_blank(after) && starts_line(start)) {
        yaml_value();
      }
      return;
    }
    if (!secret && !auth && name != "Secret") return;  // credential helpers answer {"ServerURL":…,"Secret":…}
    auto at = at_;
    while (peek(at) == '\\') ++at;
    if (peek(at) != '"' && peek(at) != '\'') return;
    ++at;
    while (is_blank(peek(at))) ++at;
    if (peek(at) != ':') return;
    ++at;
    while (is_blank(peek(at))) ++at;
    if (peek(at) != '"' && peek(at) != '\\' && peek(at) != '\'') return;
    copy_to(at);
    quoted();
  }

  /// Hides a quoted value, whose quotes may be escaped themselves. False: no quote stands here.
  bool quoted() {
    auto at = at_;
    while (peek(at) == '\\') ++at;
    const char quote = peek(at);
    if (quote != '"' && quote != '\'') return false;
    const auto depth = at - at_;
    copy_to(at + 1);
    std::size_t slashes = 0;
    for (at = at_; at < text_.size(); ++at) {
      if (text_[at] == quote && slashes <= depth) break;
      slashes = text_[at] == '\\' ? slashes + 1 : 0;
    }
    if (at < text_.size()) at -= std::min(slashes, at - at_);
    hide_to(at);
    return true;
  }

  /// Hides a value that ends at one of `stops`. A colon that the blank or the end follows is Go's mark between a request
  /// and its error (`…&verify=x: dial tcp …`), no part of the secret.
  void bare(std::string_view stops) {
    auto end = std::min(text_.find_first_of(stops, at_), text_.size());
    const char after = peek(end);
    if (end > at_ + 1 && text_[end - 1] == ':' && (after == '\0' || is_blank(after) || after == '\r' || after == '\n')) --end;
    hide_to(end);
  }

  [[nodiscard]] bool starts_line(std::size_t at) const {
    // Bounded: an indentation of more than this is no YAML of anybody's.
    for (int steps = 0; at > 0 && steps < 64; ++steps) {
      --at;
      if (text_[at] == '\n') return true;
      if (!is_blank(text_[at]) && text_[at] != '-' && text_[at] != '"') return false;
    }
    return at == 0;
  }

  /// `password: hunter2` with nothing after it on its line. "token: unexpected status" is talk.
  void yaml_value() {
    auto begin = at_ + 1;
    while (is_blank(peek(begin))) ++begin;
    auto line_end = text_.find('\n', begin);
    if (line_end == std::string_view::npos) line_end = text_.size();
    const auto value = trim(text_.substr(begin, line_end - begin));
    if (value.empty()) return;
    const bool one_word = value.find_first_of(" \t") == std::string_view::npos;
    if (!one_word && value[0] != '"' && value[0] != '\'') return;
    copy_to(begin);
    if (!quoted()) hide_to(begin + value.size());
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t kept_ = 0;  // what stands before is in out_, or hidden
  std::string out_;
};

}  // namespace

std::string redact(std::string_view text) { return Redactor(text).run(); }

}  // namespace unsnag
