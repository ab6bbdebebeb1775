// SPDX-License-Identifier: Apache-2.0
// What redact() knows of words: how issued keys begin, which names have a secret for their value, and whether a word
// behind such a name is a secret or talk about one ("token: unexpected status").
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

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

/// Letters that issued keys begin with.
inline constexpr std::string_view k_first_of_tokens = "AIFygdxe";

/// Last two letters of the names of secrets, in any case: nearly all words are done with one look-up.
class SecretTails {
 public:
  constexpr SecretTails() {
    for (const std::string_view tail : {"rd", "wd", "se", "ey", "et", "en", "al", "re", "ss", "ie", "pi", "th", "ig", "fy", "cy", "id"})
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

/// Bytes of the issued key (AKIA…, ghp_…, eyJ…) that `text` begins with; 0: it begins with none.
std::size_t token_length(std::string_view text);

/// True when no secret is lost if `value` is shown: empty, true, null, ***.
bool is_plain_value(std::string_view value);

/// Whether `value`, which stands behind a secret's name, a colon or an option, is a secret; `after` is what follows it.
bool is_secret_value(std::string_view value, std::string_view after, Secrecy name);

}  // namespace unsnag
