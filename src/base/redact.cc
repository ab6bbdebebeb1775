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

#include "base/redact.h"
#include "base/redact_words.h"
#include "base/text.h"

namespace unsnag {
namespace {

constexpr std::string_view k_stars = "***";

bool is_alnum(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_name(char c) { return is_alnum(c) || c == '_' || c == '-' || c == '.'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }

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
constexpr std::array<bool, 256> table_of(std::string_view letters) {
  std::array<bool, 256> table{};
  for (const char c : letters) table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr std::array<bool, 256> k_in_name = table_of("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-.");
constexpr std::array<bool, 256> k_begins_token = table_of(k_first_of_tokens);

/// The names of options whose argument is `user:password`.
constexpr std::array<std::string_view, 6> k_credential_options = {"u", "user", "creds", "src-creds", "dest-creds", "proxy-user"};

class Redactor {
 public:
  explicit Redactor(std::string_view text) : text_(text) {}

  std::string run() {
    while (at_ < text_.size()) step();
    if (kept_ == 0) return std::string(text_);  // nearly always
    out_ += text_.substr(kept_);
    return std::move(out_);
  }

  bool finds_any() {
    while (at_ < text_.size() && kept_ == 0) step();
    return kept_ != 0;
  }

 private:
  void step() {
    while (at_ < text_.size() && k_kinds[static_cast<unsigned char>(text_[at_])] == Kind::other) ++at_;
    if (at_ == text_.size()) return;
    switch (k_kinds[static_cast<unsigned char>(text_[at_])]) {
      case Kind::other: break;
      case Kind::word: word(); break;
      case Kind::dash:
        if (text_.substr(at_).starts_with("-----BEGIN ")) private_key();
        else option();
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

  [[nodiscard]] char peek(std::size_t at) const { return at < text_.size() ? text_[at] : '\0'; }
  void copy_to(std::size_t end) { at_ = end; }  // copied when something has to be hidden, or at the end
  void hide_to(std::size_t end) {
    const auto value = text_.substr(at_, end - at_);
    if (is_plain_value(value)) return copy_to(end);
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

  /// `user:password@host` without a scheme, as a proxy or a host is given. A digest behind the @ makes it an image.
  void user_at_host() {
    if (next_sign_ < at_) next_sign_ = std::min(text_.find('@', at_), text_.size());
    constexpr std::size_t k_longest = 256;
    if (next_sign_ == text_.size() || next_sign_ - at_ > k_longest) return;
    const auto password = text_.substr(at_ + 1, next_sign_ - at_ - 1);
    if (password.find_first_of(" \t\n\"'\\/,;()[]{}<>") != std::string_view::npos) return;
    const auto host = text_.substr(next_sign_ + 1);
    if (host.empty() || (!is_alnum(host.front()) && host.front() != '[') || host.starts_with("sha")) return;
    copy_to(at_ + 1);
    hide_to(next_sign_);
  }

  /// `--password PW`, `-p PW` behind a login, `--creds user:PW`: the argument stands in a word of its own, or behind "=".
  /// Quotes and commas between them are a list's, as ps rows, klog and JSON show arguments.
  void option() {
    const auto start = at_;
    const bool own_word = start == 0 || !k_in_name[static_cast<unsigned char>(text_[start - 1])];
    const auto begin = start + (peek(start + 1) == '-' ? 2 : 1);
    copy_to(begin);
    if (!own_word) return;
    auto end = begin;
    while (end < text_.size() && (is_alnum(text_[end]) || text_[end] == '-' || text_[end] == '_')) ++end;
    if (begin == end) return;
    const auto name = text_.substr(begin, end - begin);
    const bool pair = std::find(k_credential_options.begin(), k_credential_options.end(), name) != k_credential_options.end();
    const bool login = name.front() == 'p' && begin == start + 1 && login_ != 0 && start - login_ < 256 &&
                       text_.substr(login_, start - login_).find('\n') == std::string_view::npos;
    if (!pair && !login && !k_secret_tails.end(name)) return;
    if (login && name.size() > 1 && secrecy_of(name) == Secrecy::none) return copy_to(begin + 1), hide_to(end);  // -pPW
    const auto secrecy = login ? Secrecy::strong : secrecy_of(name);
    if (!pair && secrecy < Secrecy::talked) return;
    auto at = end;
    while (at < text_.size() && std::string_view("\"'\\,= \t").find(text_[at]) != std::string_view::npos) ++at;
    if (at == end || peek(at) == '-' || at == text_.size()) return;
    auto value_end = std::min(text_.find_first_of(" \t\r\n\"'\\])}", at), text_.size());
    if (pair) {
      const auto colon = text_.substr(at, std::min<std::size_t>(value_end - at, 256)).find(':');
      if (colon == std::string_view::npos || colon == 0) return;
      const auto numbers = text_.substr(at, value_end - at).find_first_not_of("0123456789:");
      if (numbers == std::string_view::npos) return;  // uid:gid
      at += colon + 1;
    }
    if (const auto bare = without_mark(at, value_end); bare > at) value_end = bare;
    if (!pair && !is_secret_value(text_.substr(at, value_end - at), text_.substr(value_end), Secrecy::strong)) return;
    copy_to(at);
    hide_to(value_end);
  }

  void word() {
    auto end = at_;
    while (end < text_.size() && k_in_name[static_cast<unsigned char>(text_[end])]) ++end;
    const auto start = at_;
    const auto name = text_.substr(start, end - start);
    if (k_begins_token[static_cast<unsigned char>(name.front())])
      if (const auto length = token_length(text_.substr(start)); length != 0) return issued_key(start + length, name);
    copy_to(end);
    if (name.front() == 'B' && (name == "Bearer" || name == "Basic")) return credentials(name);
    if (name.front() == 'l' && name == "login") login_ = end;
    if (name.size() >= 13 && (equal_ignoring_case(name, "authorization") || equal_ignoring_case(name, "proxy-authorization")))
      return authorization();
    const char next = peek(end);
    if (next != '=' && next != ':' && next != '"' && next != '\\' && next != '\'' && next != ' ') return;
    if (k_secret_tails.end(name)) value_of(name, start);
    if (next == ':' && at_ == end && !is_blank(peek(end + 1))) user_at_host();
  }

  /// AWS prints its key's secret half behind the key's name.
  void issued_key(std::size_t end, std::string_view name) {
    hide_to(end);
    if (!name.starts_with("AKIA") && !name.starts_with("ASIA")) return;
    const auto rest = text_.substr(end, 64);
    const auto begin = rest.find_first_not_of(" :,");
    if (begin == 0 || begin == std::string_view::npos) return;
    const auto secret = rest.substr(begin, rest.find_first_of(" \t\n\"'\\,;", begin) - begin);
    if (secret.size() != 40) return;
    copy_to(end + begin);
    hide_to(end + begin + secret.size());
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

  /// After a name that may be a secret's: its value.
  void value_of(std::string_view name, std::size_t start) {
    char next = peek(at_);
    auto sign = at_;
    if (next == ' ') {  // `password = x`, `password : x`, `password is x`
      next = peek(++sign);
      if (next == 'i' && peek(sign + 1) == 's' && peek(sign + 2) == ' ') ++sign;
      else if ((next != '=' && next != ':') || (next == '=' && peek(sign + 1) == '=')) return;
    }
    if (name.starts_with("u0026")) name.remove_prefix(5);  // & as Go's JSON writes it
    const auto secrecy = secrecy_of(name);
    const bool auth = equal_ignoring_case(name, "auth");  // base64 of user:password in Docker's configuration
    if (secrecy == Secrecy::none && !auth && next != '=') return;
    if (secrecy == Secrecy::header && (next == '=' || next == ':')) return header(sign);
    if (next == '=') return assigned(name, start, sign, secrecy);
    if (next == ':') return after_colon(name, start, sign, secrecy, auth);
    if (next == 'i') return spoken(sign + 1, Secrecy::talked);
    if (secrecy < Secrecy::talked && !auth && name != "Secret") return;  // credential helpers answer {"ServerURL":…,"Secret":…}
    auto at = at_;
    while (peek(at) == '\\') ++at;
    if (peek(at) != '"' && peek(at) != '\'') return;
    ++at;
    while (is_blank(peek(at))) ++at;
    if (peek(at) != ':') return;
    if (secrecy == Secrecy::header) return header(at);
    ++at;
    while (is_blank(peek(at))) ++at;
    if (peek(at) != '"' && peek(at) != '\\' && peek(at) != '\'') return;
    copy_to(at);
    quoted();
  }

  /// `name=value`, `name = value`.
  void assigned(std::string_view name, std::size_t start, std::size_t sign, Secrecy secrecy) {
    const char before = start > 0 ? text_[start - 1] : '\0';
    const bool parameter = sign == at_ && (before == '?' || before == '&' || before == '\\') && is_secret_parameter(name);
    if (secrecy == Secrecy::object) return spoken(sign + 1, secrecy);
    if (secrecy == Secrecy::none && !parameter) return;
    auto at = sign + 1;
    if (sign != at_)
      while (is_blank(peek(at))) ++at;
    if (peek(at) == '/' && equal_ignoring_case(name, "pwd")) return;  // the shell's folder
    copy_to(at);
    const bool phrase = name.find("pass") != std::string_view::npos || name.find("PASS") != std::string_view::npos;
    if (!quoted()) bare(phrase ? " \t\r\n\"'\\&" : " \t\r\n\"'\\&,;)]}");
  }

  void after_colon(std::string_view name, std::size_t start, std::size_t sign, Secrecy secrecy, bool auth) {
    const char after = peek(sign + 1);
    if (after == '\0' || (after == '/' && peek(sign + 2) == '/')) return;
    if ((secrecy >= Secrecy::talked || auth) && !is_blank(after) && after != '\n' && name[0] >= 'A' && name[0] <= 'Z' && sign == at_) {
      copy_to(sign + 1);  // Go's dump of AuthConfig: Password:hunter2,
      if (!quoted()) bare(" \t\r\n,}");
      return;
    }
    auto begin = sign + 1;
    while (is_blank(peek(begin))) ++begin;
    if (auth && text_.substr(begin).starts_with("&{")) {  // &{robot hunter2 … }
      copy_to(begin + 2);
      return hide_to(std::min(text_.find('}', at_), text_.size()));
    }
    if ((secrecy >= Secrecy::talked || auth) && is_blank(after) && starts_line(start) && yaml_value(sign)) return;
    if (secrecy == Secrecy::strong && peek(begin) == '\n')
      while (is_blank(peek(begin)) || peek(begin) == '\n' || peek(begin) == '\r') ++begin;  // klog's err=< has lines
    const auto shown = text_.substr(0, start);
    if (secrecy == Secrecy::object && (shown.ends_with("pull ") || shown.ends_with("image "))) return;
    spoken(begin, secrecy);
  }

  /// A value in a sentence; it may be talk about the secret.
  void spoken(std::size_t at, Secrecy secrecy) {
    while (is_blank(peek(at))) ++at;
    while (peek(at) == '\\' || peek(at) == '"' || peek(at) == '\'') ++at;
    constexpr std::size_t k_looked_at = 256;
    auto end = std::min(text_.substr(at, k_looked_at).find_first_of(" \t\r\n\"'\\,;)]}"), std::min(k_looked_at, text_.size() - at)) + at;
    end = without_mark(at, end);
    if (!is_secret_value(text_.substr(at, end - at), text_.substr(end), secrecy)) return;
    copy_to(at);
    if (end == at + k_looked_at) bare(" \t\r\n\"'\\,;)]}");
    else hide_to(end);
  }

  /// After the name of a header that is all secret, in any clothes: `Cookie: a=b; c=d`, `Cookie:[a=b]`.
  void header(std::size_t sign) {
    auto at = sign + 1;
    while (at < text_.size() && std::string_view("\"'\\[ \t").find(text_[at]) != std::string_view::npos) ++at;
    for (auto end = at; end < text_.size();) {
      end = std::min(text_.find_first_of(" \t\r\n\"'\\]}", end), text_.size());
      // The next pair of a cookie.
      const auto more = text_.substr(end, 256);
      const auto next = more.find_first_of("=;\"'\\", 1);
      const bool goes_on = end > at && text_[end - 1] == ';' && more.front() == ' ' && next != std::string_view::npos &&
                           more[next] == '=' && more.substr(1, next).find(' ') == std::string_view::npos;
      if (goes_on) {
        end += next;
        continue;
      }
      copy_to(at);
      return hide_to(without_mark(at, end));
    }
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

  /// A colon that a blank or the end follows is Go's mark between a request and its error (`…&verify=x: dial tcp …`), no
  /// part of the secret that stands from `begin` to `end`.
  [[nodiscard]] std::size_t without_mark(std::size_t begin, std::size_t end) const {
    const char after = peek(end);
    return end > begin + 1 && text_[end - 1] == ':' && (after == '\0' || is_blank(after) || after == '\r' || after == '\n') ? end - 1 : end;
  }

  /// Hides a value that ends at one of `stops`.
  void bare(std::string_view stops) {
    const auto end = std::min(text_.find_first_of(stops, at_), text_.size());
    hide_to(without_mark(at_, end));
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
  bool yaml_value(std::size_t colon) {
    auto begin = colon + 1;
    while (is_blank(peek(begin))) ++begin;
    auto line_end = text_.find('\n', begin);
    if (line_end == std::string_view::npos) line_end = text_.size();
    const auto value = trim(text_.substr(begin, line_end - begin));
    if (value.empty()) return false;
    const bool one_word = value.find_first_of(" \t") == std::string_view::npos;
    if (!one_word && value[0] != '"' && value[0] != '\'') return false;
    copy_to(begin);
    if (!quoted()) hide_to(begin + value.size());
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t kept_ = 0;       // what stands before is in out_, or hidden
  std::size_t next_sign_ = 0;  // of the next @, once looked for; the text's end: none
  std::size_t login_ = 0;      // behind the last "login"; 0: none yet
  std::string out_;
};

}  // namespace

std::string redact(std::string_view text) { return Redactor(text).run(); }

bool has_secret(std::string_view text) { return Redactor(text).finds_any(); }

}  // namespace unsnag
