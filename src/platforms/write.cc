// SPDX-License-Identifier: Apache-2.0
#include "platforms/write.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>

#include <fmt/format.h>

#include "base/json_writer.h"
#include "base/text.h"

namespace unsnag::platforms {
namespace {

using settings::Kind;
using settings::Setting;

bool is_number(std::string_view text) {
  if (!text.empty() && text.front() == '-') text.remove_prefix(1);
  return !text.empty() && text.size() < 19 && std::all_of(text.begin(), text.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
}

template <typename Text>
std::string list_of(const std::vector<std::string>& values, Text text) {
  std::string out = "[";
  for (const auto& value : values) out += (out.size() > 1 ? ", " : "") + text(value);
  return out + "]";
}

template <typename Text>
std::string value_of(const Setting& setting, Text text) {
  switch (setting.kind) {
    case Kind::list: return list_of(setting.values, text);
    case Kind::boolean:
      if (setting.value == "true" || setting.value == "false") return setting.value;
      break;
    case Kind::number:
      if (is_number(setting.value)) return setting.value;
      break;
    case Kind::text: break;
  }
  return text(setting.value);
}

bool is_bare_key(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_' || c == '-'; });
}

// YAML 1.1's words for true, false and null, in any case.
bool is_yaml_word(std::string_view text) {
  constexpr std::array<std::string_view, 9> k_words = {"true", "false", "yes", "no", "on", "off", "y", "n", "null"};
  return std::any_of(k_words.begin(), k_words.end(), [&](auto word) { return equal_ignoring_case(text, word); });
}

}  // namespace

std::string json_text(std::string_view text) { return JsonWriter().string(text).take(); }
std::string json_value(const Setting& setting) { return value_of(setting, json_text); }

// TOML's basic strings know all of JSON's escapes, and a JSON writer leaves DEL as it is, which TOML forbids.
std::string toml_text(std::string_view text) {
  auto out = json_text(text);
  for (auto at = out.find('\x7f'); at != std::string::npos; at = out.find('\x7f', at)) out.replace(at, 1, "\\u007F");
  return out;
}
std::string toml_value(const Setting& setting) { return value_of(setting, toml_text); }
std::string toml_key(std::string_view key) { return is_bare_key(key) ? std::string(key) : toml_text(key); }

std::string yaml_text(std::string_view text) {
  const auto plain = [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("_-./").find(static_cast<char>(c)) != std::string_view::npos;
  };
  const bool bare = !text.empty() && (std::isalpha(static_cast<unsigned char>(text.front())) != 0 || text.front() == '/') &&
                    std::all_of(text.begin(), text.end(), plain) && !is_yaml_word(text);
  return bare ? std::string(text) : json_text(text);
}
std::string yaml_value(const Setting& setting) { return value_of(setting, yaml_text); }

std::string yaml_block(std::string_view text, std::size_t blanks) {
  // What a literal block can't hold as it is: tabs and what nobody sees, and a first line that is blank or moved in.
  const bool odd = printable(text) != text || contains(text, "\t") || contains(text, "\xc2\x85") || contains(text, "\xe2\x80") ||
                   trim(text).empty() || text.front() == '\n' || text.front() == ' ';
  if (odd) return json_text(text);
  std::size_t breaks = 0;
  while (text.back() == '\n') text.remove_suffix(1), ++breaks;
  return fmt::format("|{}\n{}{}",
                     breaks == 0   ? "-"
                     : breaks == 1 ? ""
                                   : "+",
                     indent(text, blanks), breaks > 1 ? std::string(breaks - 1, '\n') : "");
}

std::string shell_word(std::string_view text) {
  const auto harmless = [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("_-./:=@%+,").find(static_cast<char>(c)) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), harmless)) return std::string(text);
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? "'\\''" : std::string(1, c);
  return out + "'";
}

std::string unit_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '%') out += '%';
    out += c;
  }
  return out;
}

std::string indent(std::string_view text, std::size_t blanks) {
  std::string out;
  const auto lines = split(text, '\n');
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (i > 0) out += '\n';
    if (!lines[i].empty()) out.append(blanks, ' ').append(lines[i]);
  }
  return out;
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  for (const auto word : split_words(text)) {
    if (!line.empty() && line.size() + 1 + word.size() > width) lines.push_back(std::exchange(line, {}));
    line.append(line.empty() ? "" : " ").append(word);
  }
  if (!line.empty() || lines.empty()) lines.push_back(line);
  return lines;
}

std::string plain_value(const Setting& setting) {
  return setting.kind == Kind::list ? fmt::format("{}", fmt::join(setting.values, ",")) : setting.value;
}

}  // namespace unsnag::platforms
