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

#include "base/base64.h"
#include "base/redact.h"
#include "base/redact_tables.h"
#include "base/redact_words.h"
#include "base/text.h"

namespace unsnag {
namespace {

constexpr std::string_view k_stars = "***";

bool is_alnum(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_name(char c) { return is_alnum(c) || c == '_' || c == '-' || c == '.'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// What a byte may begin: one look-up a byte passes over most of a line.
enum class Kind : std::uint8_t { other, word, dash, colon, dollar };
constexpr std::array<Kind, 256> k_kinds = [] {
  std::array<Kind, 256> kinds{};
  for (const char c : std::string_view("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_"))
    kinds[static_cast<unsigned char>(c)] = Kind::word;
  kinds['-'] = Kind::dash;
  kinds[':'] = Kind::colon;
  kinds['$'] = Kind::dollar;
  return kinds;
}();
constexpr std::array<bool, 256> table_of(std::string_view letters) {
  std::array<bool, 256> table{};
  for (const char c : letters) table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr std::array<bool, 256> k_in_name = table_of("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-.");

constexpr int k_most_layers = 3;                     // of base64 in base64
constexpr std::size_t k_longest_blob = 256U << 10U;  // looked into; EC2's user data has 16 KiB

/// One pass over a text.
class Walk {
 public:
  Walk(std::string_view text, SecretCounts& counts, int layer) : text_(text), counts_(counts), layer_(layer) {}

  std::string run() {
    while (at_ < text_.size()) step();
    if (kept_ == 0) return std::string(text_);  // nearly always
    out_ += text_.substr(kept_);
    return std::move(out_);
  }

  /// Up to a place at or behind `end` where nothing is open.
  std::size_t run_to(std::size_t end, std::string& out, bool& open) {
    while (at_ < end) step();
    open = kept_ != 0 && kept_ == text_.size();
    out += out_;
    out += text_.substr(kept_, at_ - kept_);
    return at_;
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
      case Kind::dollar:
        if (const auto length = is_password_hash(text_.substr(at_)); length != 0) hide_to(at_ + length, SecretKind::password_hash);
        else ++at_;
        break;
    }
  }

  [[nodiscard]] char peek(std::size_t at) const { return at < text_.size() ? text_[at] : '\0'; }
  void copy_to(std::size_t end) { at_ = end; }  // copied when something has to be hidden, or at the end
  void hide_to(std::size_t end, SecretKind kind) {
    if (is_plain_value(text_.substr(at_, end - at_))) return copy_to(end);
    // A bare *** would be an alias in YAML.
    if (is_yaml_scalar(end) || is_flow_scalar(end)) put(end, kind, "\"***\"");
    else put(end, kind, k_stars);
  }
  void hide_to(std::size_t end) { hide_to(end, kind_); }
  void put(std::size_t end, SecretKind kind, std::string_view instead) {
    out_ += text_.substr(kept_, at_ - kept_);
    out_ += instead;
    at_ = kept_ = end;
    ++counts_[static_cast<std::size_t>(kind)];
  }

  /// {user: robot, password: x}, and not in a string, where a quote would end it.
  [[nodiscard]] bool is_flow_scalar(std::size_t end) const {
    if (at_ < 2 || text_[at_ - 1] != ' ' || text_[at_ - 2] != ':' || (peek(end) != ',' && peek(end) != '}')) return false;
    constexpr std::size_t k_looked_at = 512;
    auto before = text_.substr(at_ - std::min(at_, k_looked_at), std::min(at_, k_looked_at));
    before.remove_prefix(before.rfind('\n') + 1);
    bool string = false;
    bool brace = false;
    for (std::size_t i = 0; i < before.size(); ++i) {
      if (before[i] == '\\') ++i;
      else if (before[i] == '"') string = !string;
      else brace = brace || before[i] == '{';
    }
    return brace && !string;
  }

  /// Whether what stands from here to `end` is all of a line's value: `key: x`, `- x`.
  [[nodiscard]] bool is_yaml_scalar(std::size_t end) const {
    if (at_ < 2 || text_[at_ - 1] != ' ' || (peek(end) != '\0' && peek(end) != '\n' && peek(end) != '\r')) return false;
    auto begin = at_ - 1;
    constexpr std::size_t k_longest_key = 128;
    while (begin > 0 && at_ - begin < k_longest_key && text_[begin - 1] != '\n') --begin;
    auto before = text_.substr(begin, at_ - begin);
    before.remove_prefix(std::min(before.find_first_not_of(' '), before.size()));
    while (before.starts_with("- ")) before.remove_prefix(2);
    before.remove_prefix(std::min(before.find_first_not_of(' '), before.size()));
    if (before.empty()) return true;
    const auto colon = before.find_last_not_of(' ');
    return colon != std::string_view::npos && colon > 0 && before[colon] == ':' && before.find_first_of(" \"'{}[]") > colon;
  }

  void private_key() {
    auto header = text_.substr(at_, 64);  // "-----BEGIN ENCRYPTED PRIVATE KEY-----" is the longest in use
    header = header.substr(0, header.find_first_of("\n\\"));
    std::string_view tail = "PRIVATE KEY-----";
    if (contains(header, "PRIVATE%20KEY-----")) tail = "PRIVATE%20KEY-----";  // Ignition's data: URLs
    if (contains(header, "PGP PRIVATE KEY BLOCK-----")) tail = "PRIVATE KEY BLOCK-----";
    if (!contains(header, tail)) return copy_to(at_ + 11);
    copy_to(at_ + header.find(tail) + tail.size());
    auto end = text_.find("-----END", at_);
    if (end == std::string_view::npos) end = std::min(text_.find_first_of("\"'{}[]<>();", at_), text_.size());  // cut off
    if (text_.substr(at_, end - at_).find_first_not_of("\r\n *\\") == std::string_view::npos) return copy_to(end);
    hide_to(end, SecretKind::private_key);
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
    if (sign == std::string_view::npos) {
      const bool slack = text_.substr(at_, end - at_) == "hooks.slack.com";
      copy_to(end);
      return slack ? web_hook() : void();
    }
    const auto after = text_.substr(sign + 1);
    if (after.starts_with("sha256:") || after.starts_with("sha512:")) return copy_to(end);  // docker://alpine@sha256:…
    if (colon != std::string_view::npos && at_ + colon < sign) {
      copy_to(at_ + colon + 1);
    } else if (const auto shown = text_.substr(kept_, at_ - kept_); !shown.ends_with("http://") && !shown.ends_with("https://")) {
      return copy_to(sign + 1);  // ssh://git@host
    }
    hide_to(sign, SecretKind::password);
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
    hide_to(next_sign_, SecretKind::password);
  }

  /// `--password PW`, `-p PW` behind a login, `--creds user:PW`: the argument stands in a word of its own, or behind "=".
  /// Quotes and commas between them are a list's, as ps rows, klog and JSON show arguments.
  void option() {
    const auto start = at_;
    const bool own_word = start == 0 || std::string_view(" \t\n\"'").find(text_[start - 1]) != std::string_view::npos;
    const auto begin = start + (peek(start + 1) == '-' ? 2 : 1);
    copy_to(begin);
    if (!own_word) return;
    auto end = begin;
    while (end < text_.size() && (is_alnum(text_[end]) || text_[end] == '-' || text_[end] == '_')) ++end;
    if (begin == end) return;
    const auto name = text_.substr(begin, end - begin);
    constexpr auto& k_pairs = redact_tables::k_credential_options;
    const bool pair = std::find(k_pairs.begin(), k_pairs.end(), name) != k_pairs.end();
    const bool login = name.front() == 'p' && begin == start + 1 && login_ != 0 && start - login_ < 256 &&
                       text_.substr(login_, start - login_).find('\n') == std::string_view::npos;
    if (name == "auth") return assigned_auth(end);
    if (!pair && !login && !k_secret_tails.end(name)) return;
    kind_ = pair || login ? SecretKind::password : kind_of(name);
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
    if (k_token_heads.begin(text_.substr(start))) {
      if (is_encoded(start)) return encoded(start);
      if (const auto key = issued_key(text_.substr(start)); key.length != 0) return issued(start + key.length, key.kind, name);
    }
    constexpr std::size_t k_bootstrap_id = 6;
    if (name.size() > k_bootstrap_id && name[k_bootstrap_id] == '.' && is_bootstrap_token(text_, start))
      return hide_to(end, SecretKind::token);
    copy_to(end);
    if (name.front() == 'B' && (name == "Bearer" || name == "Basic")) return credentials(name);
    if (name == "login" || name == "sshpass") login_ = end;
    if (name == "echo" || name == "printf") return chpasswd();
    if (name.size() >= 13 && (equal_ignoring_case(name, "authorization") || equal_ignoring_case(name, "proxy-authorization")))
      return authorization();
    const char next = peek(end);
    if (next == '~' && name.ends_with("Q")) return azure_secret(start, name);
    if (next == ',' && name == "base64" && start > 0 && text_[start - 1] == ';') return copy_to(end + 1), encoded(end + 1);
    if (next != '=' && next != ':' && next != '"' && next != '\\' && next != '\'' && next != ' ' && next != '\t' && next != ',') return;
    if (k_secret_tails.end(name)) value_of(name, start);
    if (next == ':' && at_ == end && !is_blank(peek(end + 1))) user_at_host();
  }

  [[nodiscard]] bool is_encoded(std::size_t start) const {
    const auto text = text_.substr(start);
    return std::any_of(redact_tables::k_encoded.begin(), redact_tables::k_encoded.end(),
                       [text](std::string_view beginning) { return text.starts_with(beginning); }) ||
           text.starts_with("eyJhdXRocyI6");  // {"auths":
  }

  /// base64 around something else. Docker's configuration is shown without its secrets, since it says which registries
  /// there are credentials for; anything else goes if a secret is in it, or if nobody can tell (gzip).
  void encoded(std::size_t start) {
    auto end = start;
    while (end < text_.size() &&
           (is_alnum(text_[end]) || text_[end] == '+' || text_[end] == '/' || text_[end] == '=' || text_[end] == '-' || text_[end] == '_'))
      ++end;
    const auto blob = text_.substr(start, end - start);
    constexpr std::size_t k_least = 24;
    if (blob.size() < k_least) return copy_to(end);
    if (blob.starts_with("H4sI") || blob.size() > k_longest_blob || layer_ == k_most_layers) return hide_to(end, SecretKind::encoded);
    const auto inside = decode_base64(blob);
    if (!inside) return copy_to(end);
    SecretCounts counts{};
    Walk walk(*inside, counts, layer_ + 1);
    const auto shown = walk.run();
    if (shown == *inside) return copy_to(end);
    if (contains(shown, "\"auths\"")) return put(end, SecretKind::encoded, encode_base64(shown));
    hide_to(end, SecretKind::encoded);
  }

  /// Azure's client secrets have "8Q~" behind their first three letters.
  void azure_secret(std::size_t start, std::string_view name) {
    constexpr std::size_t k_head = 5;
    constexpr std::size_t k_rest = 30;
    auto end = at_;
    while (end < text_.size() && (k_in_name[static_cast<unsigned char>(text_[end])] || text_[end] == '~')) ++end;
    const char digit = name.size() >= k_head ? name[name.size() - 2] : '\0';
    if (digit != '8' || end - at_ < k_rest) return;
    at_ = std::max(start + name.size() - k_head, kept_);
    hide_to(end, SecretKind::secret);
  }

  /// echo 'root:PW' | chpasswd
  void chpasswd() {
    auto line = text_.substr(at_, 256);
    line = line.substr(0, line.find('\n'));
    if (!contains(line, "chpasswd")) return;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return;
    copy_to(at_ + colon + 1);
    kind_ = SecretKind::password;
    bare(" \t\r\n\"'\\|");
  }

  /// Slack's web hooks: who knows the path may write.
  void web_hook() {
    if (!text_.substr(at_).starts_with("/services/")) return;
    copy_to(at_ + 10);
    auto end = at_;
    while (end < text_.size() && (k_in_name[static_cast<unsigned char>(text_[end])] || text_[end] == '/')) ++end;
    hide_to(end, SecretKind::secret);
  }

  /// AWS prints its key's secret half behind the key's name.
  void issued(std::size_t end, SecretKind kind, std::string_view name) {
    hide_to(end, kind);
    if (!name.starts_with("AKIA") && !name.starts_with("ASIA")) return;
    const auto rest = text_.substr(end, 64);
    const auto begin = rest.find_first_not_of(" :,");
    if (begin == 0 || begin == std::string_view::npos) return;
    const auto secret = rest.substr(begin, rest.find_first_of(" \t\n\"'\\,;", begin) - begin);
    if (secret.size() != 40) return;
    copy_to(end + begin);
    hide_to(end + begin + secret.size(), SecretKind::key);
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
    hide_to(end, SecretKind::credentials);
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
    static constexpr std::array<std::string_view, 6> k_schemes = {"bearer", "basic", "negotiate", "token", "digest", "apikey"};
    auto end = at;
    while (end < text_.size() && is_alnum(text_[end])) ++end;
    const auto scheme = text_.substr(at, end - at);
    kind_ = SecretKind::credentials;
    if (peek(end) != ' ' ||
        std::none_of(k_schemes.begin(), k_schemes.end(), [scheme](std::string_view s) { return equal_ignoring_case(s, scheme); })) {
      // Some APIs take a bare token. "authorization: denied" is talk.
      end = std::min(text_.find_first_of(" \t\r\n\"'\\,;)]}", at), text_.size());
      constexpr std::string_view k_sentence = " goes on";  // no word of one is taken for a secret
      if (at == end || !is_secret_value(text_.substr(at, end - at), k_sentence, Secrecy::strong)) return;
      copy_to(at);
      return hide_to(end);
    }
    copy_to(end + 1);
    while (end < text_.size() && std::string_view("\"'\\]}\r\n").find(text_[end]) == std::string_view::npos) ++end;
    hide_to(end);
  }

  /// After a name that may be a secret's: its value.
  void value_of(std::string_view name, std::size_t start) {
    char next = peek(at_);
    auto sign = at_;
    if (is_blank(next)) {  // `password = x`, `password : x`, `password is x`, `PrivateKey   = x`
      constexpr std::size_t k_widest = 40;
      while (is_blank(next) && sign - at_ < k_widest) next = peek(++sign);
      if (next == 'i' && peek(sign + 1) == 's' && peek(sign + 2) == ' ') ++sign;
      else if (next != '=' && next != ':') return netrc(name);
      else if (next == '=' && peek(sign + 1) == '=') return;
    }
    if (name.starts_with("u0026")) name.remove_prefix(5);  // & as Go's JSON writes it
    const auto secrecy = secrecy_of(name);
    const bool auth = equal_ignoring_case(name, "auth");  // base64 of user:password in Docker's configuration
    kind_ = kind_of(name);
    if (secrecy == Secrecy::none && !auth && next != '=') return;
    if (secrecy >= Secrecy::talked && (next == ',' || next == '"' || next == '\\' || next == '\'') && paired(at_)) return;
    if (next == ',') return;
    if (secrecy == Secrecy::header && next == ':') return header(sign);
    if (auth && next == '=') return assigned_auth(sign);
    if (next == '=') return assigned(name, start, sign, secrecy);
    if (next == ':') return after_colon(name, start, sign, secrecy, auth);
    if (next == 'i') return spoken(sign + 1, Secrecy::talked);
    if (secrecy == Secrecy::none && !auth) return;
    const bool object = secrecy == Secrecy::object && name != "Secret";  // credential helpers answer {"ServerURL":…,"Secret":…}
    auto at = at_;
    while (peek(at) == '\\') ++at;
    if (peek(at) != '"' && peek(at) != '\'') return;
    ++at;
    while (is_blank(peek(at))) ++at;
    if (peek(at) != ':') return;
    if (secrecy == Secrecy::header) return header(at);
    ++at;
    while (is_blank(peek(at))) ++at;
    if (object) return spoken(at, secrecy);
    if (secrecy == Secrecy::strong && peek(at) >= '0' && peek(at) <= '9') return number(at);
    if (peek(at) != '"' && peek(at) != '\\' && peek(at) != '\'') return;
    copy_to(at);
    quoted();
  }

  /// A password of digits that somebody wrote as a number: the value stays one of JSON.
  void number(std::size_t at) {
    auto end = at;
    while (is_alnum(peek(end)) || peek(end) == '.') ++end;
    copy_to(at);
    put(end, kind_, "\"***\"");
  }

  /// A variable in two parts: {"name":"DB_PASSWORD","value":"x"}, Key:DB_PASSWORD,Value:x, `name: DB_PASSWORD, value: x`.
  bool paired(std::size_t at) {
    while (peek(at) == '\\' || peek(at) == '"' || peek(at) == '\'') ++at;
    if (peek(at) != ',') return false;
    ++at;
    while (is_blank(peek(at))) ++at;
    while (peek(at) == '\\' || peek(at) == '"' || peek(at) == '\'') ++at;
    constexpr std::string_view k_value = "value";
    if (!equal_ignoring_case(text_.substr(at, k_value.size()), k_value)) return false;
    at += k_value.size();
    while (peek(at) == '\\' || peek(at) == '"' || peek(at) == '\'') ++at;
    if (peek(at) != ':' && peek(at) != '=') return false;
    ++at;
    while (is_blank(peek(at))) ++at;
    copy_to(at);
    if (!quoted()) bare(" \t\r\n\"'\\,}");
    return true;
  }

  /// `auth = "am9lOnBhNTU="` as containerd's TOML has it. Of other things of that name no base64 holds a colon.
  void assigned_auth(std::size_t sign) {
    auto at = sign;
    kind_ = SecretKind::credentials;
    while (is_blank(peek(at)) || peek(at) == '=' || peek(at) == ',' || peek(at) == '"' || peek(at) == '\'' || peek(at) == '\\') ++at;
    const auto end = std::min(text_.find_first_of(" \t\r\n\"'\\,;)]}", at), text_.size());
    constexpr std::size_t k_longest = 8192;
    const auto inside = end - at < k_longest ? decode_base64(text_.substr(at, end - at)) : std::nullopt;
    if (!inside || !contains(*inside, ":")) return;
    copy_to(at);
    hide_to(end);
  }

  /// machine HOST login NAME password PW
  void netrc(std::string_view name) {
    if (name != "password" || login_ == 0 || at_ - login_ > 256 ||
        !contains(text_.substr(at_ < 512 ? 0 : at_ - 512, std::min<std::size_t>(at_, 512)), "machine "))
      return;
    auto at = at_;
    while (is_blank(peek(at))) ++at;
    copy_to(at);
    bare(" \t\r\n\"'\\");
  }

  /// `name=value`, `name = value`.
  void assigned(std::string_view name, std::size_t start, std::size_t sign, Secrecy secrecy) {
    const char before = start > 0 ? text_[start - 1] : '\0';
    const bool parameter =
        sign == at_ && (before == '?' || before == '&' || text_.substr(start).starts_with("u0026")) && is_secret_parameter(name);
    const bool variable = sign == at_ && secrecy != Secrecy::none && (before == '"' || before == '\'') && is_variable(name);
    if (secrecy == Secrecy::object) return spoken(sign + 1, secrecy);
    if (secrecy == Secrecy::none && !parameter) return;
    auto at = sign + 1;
    if (sign != at_)
      while (is_blank(peek(at))) ++at;
    if (peek(at) == '/' && equal_ignoring_case(name, "pwd")) return;  // the shell's folder
    copy_to(at);
    const bool phrase = name.find("pass") != std::string_view::npos || name.find("PASS") != std::string_view::npos;
    if (quoted() || (variable && up_to_quote(before))) return;
    bare(phrase ? " \t\r\n\"'\\&" : " \t\r\n\"'\\&,;)]}");
  }

  /// Of the environment: DB_PASSWORD.
  static bool is_variable(std::string_view name) {
    return std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; });
  }

  /// "DB_PASSWORD=correct horse": the quotes are around both.
  bool up_to_quote(char quote) {
    constexpr std::size_t k_longest = 4096;
    const auto value = text_.substr(at_, k_longest);
    const auto end = value.find_first_of(quote == '"' ? "\"\n" : "'\n");
    if (end == std::string_view::npos || value[end] != quote) return false;
    const auto slashes = end - std::min(value.find_last_not_of('\\', end == 0 ? 0 : end - 1) + 1, end);
    hide_to(at_ + end - slashes);
    return true;
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
  SecretCounts& counts_;
  int layer_;
  SecretKind kind_ = SecretKind::secret;  // of the value that is looked at
  std::size_t at_ = 0;
  std::size_t kept_ = 0;       // what stands before is in out_, or hidden
  std::size_t next_sign_ = 0;  // of the next @, once looked for; the text's end: none
  std::size_t login_ = 0;      // behind the last "login"; 0: none yet
  std::string out_;
};

}  // namespace

std::string redact(std::string_view text, SecretCounts& counts) {
  if (next_suspect(text) == std::string_view::npos) return std::string(text);
  auto shown = Walk(text, counts, 0).run();
  if (shown == text) return shown;
  // What was hidden no longer hides what stands beside it.
  constexpr int k_rounds = 8;
  for (int round = 0; round < k_rounds; ++round) {
    auto again = Walk(shown, counts, 0).run();
    if (again == shown) break;
    shown = std::move(again);
  }
  return shown;
}

std::string redact(std::string_view text) {
  SecretCounts counts{};
  return redact(text, counts);
}

std::size_t redact_part(std::string_view text, SecretCounts& counts, std::string& out, bool& open) {
  constexpr std::size_t k_ahead = 64U << 10U;  // looked at beyond what is redacted
  return Walk(text, counts, 0).run_to(text.size() - std::min(text.size(), k_ahead), out, open);
}

std::optional<SecretKind> secret_of_name(std::string_view name) {
  if (equal_ignoring_case(name, "auth")) return SecretKind::credentials;
  return secrecy_of(name) == Secrecy::none ? std::nullopt : std::optional(kind_of(name));
}

bool has_secret_unfiltered(std::string_view text) {
  SecretCounts counts{};
  return Walk(text, counts, 0).finds_any();
}

bool has_secret(std::string_view text) { return next_suspect(text) != std::string_view::npos && has_secret_unfiltered(text); }

std::string_view to_string(SecretKind kind) {
  constexpr std::array<std::string_view, k_secret_kinds> k_words = {"password", "token",     "key",         "secret",        "credentials",
                                                                    "cookie",   "signature", "private-key", "password-hash", "encoded"};
  return k_words[static_cast<std::size_t>(kind)];
}

}  // namespace unsnag
