// SPDX-License-Identifier: Apache-2.0
// What redact() knows of words: how issued keys begin, which names have a secret for their value, and whether a word
// behind such a name is a secret or talk about one ("token: unexpected status").
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/redact.h"
#include "base/redact_tables.h"

namespace unsnag {

/// How much a name promises that its value is a secret.
enum class Secrecy : std::uint8_t {
  none,
  object,  // "secret": Kubernetes' object of that name as often as its content
  talked,  // "token": a secret, or what errors talk about
  strong,  // password, client_secret, …
  header,  // Cookie, X-Auth-Token: all of the header's value
};

/// Whether a word is the name of a secret, by its ending, in any case.
Secrecy secrecy_of(std::string_view name);

/// True for names that are secrets' only as a parameter of an URL: `sig`, `verify`, …
bool is_secret_parameter(std::string_view name);

/// What the value of a secret's name is called in reports.
SecretKind kind_of(std::string_view name);

/// First three letters of issued keys and of encoded texts: nearly all words are done with one look-up.
class TokenHeads {
 public:
  constexpr TokenHeads() {
    for (const auto& token : redact_tables::k_tokens) heads_[place(token.start)] = true;
    for (const auto start : redact_tables::k_encoded) heads_[place(start)] = true;
    for (const std::string_view start : {"eyJ", "K10"}) heads_[place(start)] = true;
  }
  [[nodiscard]] constexpr bool begin(std::string_view word) const { return word.size() > 2 && heads_[place(word)]; }

 private:
  static constexpr std::size_t place(std::string_view word) {
    return (static_cast<std::size_t>(word[0]) & 31U) * 32 * 32 + (static_cast<std::size_t>(word[1]) & 31U) * 32 +
           (static_cast<std::size_t>(word[2]) & 31U);
  }
  std::array<bool, std::size_t{32} * 32 * 32> heads_{};
};
inline constexpr TokenHeads k_token_heads;

/// Last two letters of the names of secrets, in any case: nearly all words are done with one look-up.
class SecretTails {
 public:
  constexpr SecretTails() {
    for (const std::string_view tail :
         {"rd", "wd", "se", "ey", "et", "en", "al", "re", "ss", "ie", "pi", "th", "ig", "fy", "cy", "id", "sk", "de"})
      tails_[place(tail[0], tail[1])] = true;
  }
  [[nodiscard]] constexpr bool end(std::string_view name) const {
    return name.size() > 1 && tails_[place(name[name.size() - 2], name[name.size() - 1])];
  }

 private:
  static constexpr std::size_t place(char a, char b) {
    return (static_cast<std::size_t>(a) & 31U) * 32 + (static_cast<std::size_t>(b) & 31U);
  }
  std::array<bool, 1024> tails_{};
};
inline constexpr SecretTails k_secret_tails;

struct IssuedKey {
  std::size_t length = 0;  // in bytes; 0: none
  SecretKind kind = SecretKind::token;
};
/// The issued key (AKIA…, ghp_…, eyJ…, K10…::server:…) that `text` begins with.
IssuedKey issued_key(std::string_view text);

/// Bytes of the password's hash ($6$…, $2y$…) that `text` begins with; 0: none.
std::size_t is_password_hash(std::string_view text);

/// Whether kubeadm's bootstrap token (abcdef.0123456789abcdef) stands at `at`, by itself.
bool is_bootstrap_token(std::string_view text, std::size_t at);

/// True when no secret is lost if `value` is shown: empty, true, null, ***.
bool is_plain_value(std::string_view value);

/// Whether `value`, which stands behind a secret's name, a colon or an option, is a secret; `after` is what follows it.
bool is_secret_value(std::string_view value, std::string_view after, Secrecy name);

}  // namespace unsnag
