// SPDX-License-Identifier: Apache-2.0
// Spares redact() the clean text, which is nearly all of it. Each shape of base/redact_tables.h has a beginning or a name; four
// bytes of it, whose case is dropped, and signs that begin a shape by themselves (the @ behind a password, the $ of a hash,
// the dot of a bootstrap token) are looked for many places at once by QuadScan; where that finds something, the four bytes are
// looked up, and the few that are in the table are compared. base/redact_test.cc and fuzz/redaction.cc hold what is passed over here against what redact() finds.
#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/quad_scan.h"
#include "base/redact.h"
#include "base/redact_tables.h"
#include "base/redact_words.h"

namespace unsnag {
namespace {

constexpr unsigned k_bits = 14;  // of few slots that are taken: a place of the text must seldom hit one by chance
constexpr std::size_t k_slots = std::size_t{1} << k_bits;

std::uint32_t load(const char* at) {
  std::uint32_t word = 0;
  std::memcpy(&word, at, sizeof word);
  return word | QuadScan::k_fold;
}
std::size_t slot_of(std::uint32_t word) { return (word * 0x9E3779B1U) >> (32 - k_bits); }

struct Literal {
  std::string text;   // four bytes or more; a name's is in lower case
  bool name = false;  // of a secret: something follows that may stand before its value
};

bool is_name_end(std::string_view text, std::size_t at) {
  return at == text.size() || (at < text.size() && std::string_view("=:\"'\\ ,\t[\r\n").find(text[at]) != std::string_view::npos);
}

class Filter {
 public:
  Filter() {
    namespace tables = redact_tables;
    for (const auto& token : tables::k_tokens) add({std::string(token.start)});
    for (const auto start : tables::k_encoded) add({std::string(start)});
    for (const auto& name : tables::k_talked) add_name(name.ending);
    for (const auto& name : tables::k_endings) add_name(name.ending);
    for (const auto& name : tables::k_headers) add_name(name.ending);
    for (const auto name : tables::k_parameters)
      for (const std::string_view before : {"?", "&", "u0026"}) add({std::string(before) + std::string(name) + "=", true});
    for (const std::string_view name : {"pass", "auth", "login", "rization"}) add_name(name);  // authorization
    for (const std::string_view name : {"pwd", "psk"})
      for (const char end : std::string_view("=:\"'\\ ,\t[")) add_name(std::string(name) + end);
    for (const auto start : {"-----BEGIN ", "Bearer ", "Basic ", ";base64,", "hooks.slack.com/services/", "::server:", "::node:", "-user",
                             "-creds", "chpasswd"})
      add({start});
    // Kubernetes' objects, whose values redact() doesn't know, but who reads all of a Secret does.
    for (const auto start : {"\nkind: ", " kind: ", "\"kind\": ", "\ndata:", " data:", "\"data\":", "stringData", "\"data\\\":"})
      add({start});
    for (const char before : std::string_view(" \t\n\"'"))
      for (const char after : std::string_view(" \"'\\=,")) add({std::string{before, '-', 'u', after}});
    for (char next = '!'; next <= '~'; ++next) {  // {"… in base64; node tokens; Azure's secrets
      if (!is_base64_letter(next)) continue;
      add({std::string("eyJ") + next});
      if (is_hex(next)) add({std::string("K10") + next});
      add({std::string("8Q~") + next});
    }
    std::stable_sort(literals_.begin(), literals_.end(), [](const Literal& a, const Literal& b) { return slot(a) < slot(b); });
    for (std::size_t i = literals_.size(); i-- > 0;) {
      flags_[slot(literals_[i])] = 1;
      first_[slot(literals_[i])] = static_cast<std::uint16_t>(i);
    }
    scan_ = QuadScan(words());
  }

  [[nodiscard]] std::size_t find(std::string_view text, std::size_t from) const {
    if (from == 0 && (text.starts_with("-u") || text.starts_with("data:") || text.starts_with("kind: "))) return 0;
    QuadScan::Places places;
    for (auto at = from; at < text.size();) {
      const auto count = scan_.places(text, at, places);
      for (std::size_t word = 0; word * 64 < count; ++word)
        for (auto left = places[word]; left != 0; left &= left - 1) {
          const auto place = at + word * 64 + static_cast<std::size_t>(std::countr_zero(left));
          if (is_literal(text, place) || is_sign(text, place)) return place;
        }
      at += count;
    }
    return std::string_view::npos;
  }

 private:
  static bool is_alnum(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
  static bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
  static bool is_base64_letter(char c) { return is_alnum(c) || c == '+' || c == '/' || c == '-' || c == '_'; }
  static std::size_t slot(const Literal& literal) { return slot_of(load(literal.text.data())); }

  [[nodiscard]] std::vector<std::uint32_t> words() const {
    std::vector<std::uint32_t> words;
    for (const auto& literal : literals_) words.push_back(load(literal.text.data()));
    return words;
  }

  void add(Literal literal) { literals_.push_back(std::move(literal)); }
  void add_name(std::string_view name) {
    for (const auto& talked : redact_tables::k_talked)
      if (name != talked.ending && name.ends_with(talked.ending)) return;  // refresh_token is found by its end
    add({std::string(name), true});
  }

  /// In the same word, as before a password and in https://token@. Of words without an end everything is supposed.
  static bool has_colon_before(std::string_view text, std::size_t at) {
    constexpr std::size_t k_longest = 512;
    const auto begin = at - std::min(at, k_longest);
    while (at > begin)
      if (const char c = text[--at]; c == ':') return true;
      else if (c == ' ' || c == '\t' || c == '\n' || c == '"' || c == '\'' || c == '\\') return false;
    return begin != 0;
  }

  static bool is_sign(std::string_view text, std::size_t at) {
    switch (text[at]) {
      case '@': {
        const auto after = text.substr(at + 1);
        return !after.starts_with("sha256:") && !after.starts_with("sha512:") && has_colon_before(text, at);
      }
      case '$': return is_password_hash(text.substr(at)) != 0;
      case '.':
        return at >= 6 && (at == 6 || !is_alnum(text[at - 7])) && (at + 17 >= text.size() || !is_alnum(text[at + 17])) &&
               is_bootstrap_token(text, at - 6);
      default: return false;
    }
  }

  [[nodiscard]] bool is_literal(std::string_view text, std::size_t at) const {
    if (at + 4 > text.size()) return false;
    const auto place = slot_of(load(text.data() + at));
    if (flags_[place] == 0) return false;
    for (std::size_t i = first_[place]; i < literals_.size() && slot(literals_[i]) == place; ++i)
      if (stands(literals_[i], text, at)) return true;
    return false;
  }

  static bool stands(const Literal& literal, std::string_view text, std::size_t at) {
    const auto found = text.substr(at, literal.text.size());
    if (!literal.name) return found == literal.text;
    if (found.size() < literal.text.size()) return false;
    for (std::size_t i = 0; i < found.size(); ++i) {
      const char c = found[i];
      if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c) != literal.text[i]) return false;
    }
    const char last = literal.text.back();
    return last == '=' || is_name_end(text, at + found.size()) || is_name_end(text, at + found.size() - 1);
  }

  std::array<std::uint8_t, k_slots> flags_{};
  std::array<std::uint16_t, k_slots> first_{};  // literal of the slot
  std::vector<Literal> literals_;               // by slot
  QuadScan scan_{{}};
};

}  // namespace

std::size_t next_suspect(std::string_view text, std::size_t from) {
  static const Filter filter;
  return from < text.size() ? filter.find(text, from) : std::string_view::npos;
}

}  // namespace unsnag
