// SPDX-License-Identifier: Apache-2.0
#include "edit/flags.h"

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "base/text.h"
#include "edit/text_edit.h"
#include "edit/words.h"

namespace unsnag::edit {
namespace {

struct Found {
  std::size_t word = 0;
  std::size_t dashes = 2;
  enum class Form : std::uint8_t { joined, apart, alone } form = Form::joined;
};

std::vector<Found> find_all(const std::vector<Word>& words, std::string_view name) {
  std::vector<Found> found;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view text = words[i].text;
    const std::size_t dashes = text.starts_with("--") ? 2 : text.starts_with('-') ? 1 : 0;
    if (dashes == 0 || text.size() == dashes) continue;
    const auto body = text.substr(dashes);
    if (!body.starts_with(name)) continue;
    if (body.size() == name.size()) {
      const bool apart = i + 1 < words.size() && !words[i + 1].text.starts_with('-');
      found.push_back({i, dashes, apart ? Found::Form::apart : Found::Form::alone});
    } else if (body[name.size()] == '=') {
      found.push_back({i, dashes, Found::Form::joined});
    }
  }
  return found;
}

Result<void*> check(std::string_view words, std::string_view name, std::string_view value) {
  if (words.size() > k_max_bytes) return fail(Errc::too_large, "a command line of more than 16 MiB");
  if (name.empty() || name.starts_with('-') || name.find_first_of(" \t\r\n=\"'\\") != std::string_view::npos)
    return fail(Errc::invalid_argument, fmt::format("'{}' is no flag's name", printable(name)));
  if (value.find_first_of(std::string_view("\n\r\0", 3)) != std::string_view::npos)
    return fail(Errc::invalid_argument, "a flag's value has no line breaks");
  return nullptr;
}

char quote_of(std::string_view raw) { return raw.starts_with('"') || raw.starts_with('\'') ? raw[0] : '\0'; }

/// The word `--name=value` written as the old one was: bare, with quotes around all of it, or around its value.
std::string joined_word(std::string_view old_raw, std::string_view front, std::string_view value, Words kind) {
  if (const char quote = quote_of(old_raw); quote != 0) return write_word(std::string(front) + std::string(value), kind, quote);
  const auto equals = old_raw.find('=');
  const char quote = equals == std::string_view::npos ? '\0' : quote_of(old_raw.substr(equals + 1));
  if (quote == 0 && value.empty()) return std::string(front);
  return std::string(front) + write_word(value, kind, quote);
}

/// Both command lines have the same words but for `index` and those that `wanted` names.
Result<std::string> hand_out(std::string_view text, std::vector<Patch> patches, const std::vector<std::string>& wanted, Words kind) {
  auto out = apply(text, std::move(patches));
  TRY_ASSIGN(const auto have, split_command(out, kind));
  const bool good =
      std::equal(have.begin(), have.end(), wanted.begin(), wanted.end(), [](const Word& a, const std::string& b) { return a.text == b; });
  if (!good) return fail(Errc::unsupported, "the flag can't be set without changing other words");
  return out;
}

std::vector<std::string> texts(const std::vector<Word>& words) {
  std::vector<std::string> out;
  out.reserve(words.size());
  for (const auto& word : words) out.push_back(word.text);
  return out;
}

}  // namespace

std::optional<std::string> get_flag(std::string_view words, std::string_view name, Words kind) {
  const auto split = split_command(words, kind);
  if (!split) return std::nullopt;
  const auto found = find_all(*split, name);
  if (found.empty()) return std::nullopt;
  const auto& last = found.back();
  if (last.form == Found::Form::alone) return "true";
  if (last.form == Found::Form::apart) return (*split)[last.word + 1].text;
  return (*split)[last.word].text.substr(last.dashes + name.size() + 1);
}

Result<std::string> set_flag(std::string_view words, std::string_view name, std::string_view value, Words kind) {
  TRY(check(words, name, value));
  TRY_ASSIGN(const auto split, split_command(words, kind));
  const auto found = find_all(split, name);
  auto wanted = texts(split);
  if (found.empty()) {
    const auto front = fmt::format("--{}=", name);
    const auto word = value.empty() ? front : front + write_word(value, kind);
    wanted.push_back(front + std::string(value));
    if (split.empty()) return hand_out(words, {{{0, 0}, word}}, wanted, kind);
    const auto at = split.back().raw.end;
    return hand_out(words, {{{at, at}, " " + word}}, wanted, kind);
  }
  const auto& last = found.back();
  if (get_flag(words, name, kind) == value) return std::string(words);
  const auto& word = split[last.word];
  if (last.form == Found::Form::apart) {
    const auto& argument = split[last.word + 1];
    if (argument.expands) return fail(Errc::unsupported, fmt::format("the value of --{} is made by a shell", name));
    wanted[last.word + 1] = value;
    return hand_out(words, {{argument.raw, write_word(value, kind, value.empty() ? '"' : quote_of(argument.raw.of(words)))}}, wanted, kind);
  }
  if (word.expands) return fail(Errc::unsupported, fmt::format("the value of --{} is made by a shell", name));
  const auto front = std::string(last.dashes, '-') + std::string(name) + "=";
  wanted[last.word] = front + std::string(value);
  return hand_out(words, {{word.raw, joined_word(word.raw.of(words), front, value, kind)}}, wanted, kind);
}

}  // namespace unsnag::edit
