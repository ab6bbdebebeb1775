// SPDX-License-Identifier: Apache-2.0
// The pen: commas, line ends and escapes; see the header.
#include "base/json_writer.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "base/document.h"
#include "base/text.h"

namespace unsnag {
namespace {

/// Terminals obey C1 controls (U+0080–9F) and marks that turn or hide text; JSON can spell them without changing them.
void append_character(std::string& out, std::string_view character) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(character[i])); };
  unsigned code = 0;
  if (character.size() == 2) code = (at(0) & 0x1FU) << 6U | (at(1) & 0x3FU);
  if (character.size() == 3) code = (at(0) & 0x0FU) << 12U | (at(1) & 0x3FU) << 6U | (at(2) & 0x3FU);
  const bool control = code >= 0x80 && code <= 0x9F;
  const bool direction =
      code == 0x61C || code == 0x200E || code == 0x200F || (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
  const bool unseen =
      (code >= 0x200B && code <= 0x200D) || code == 0x2060 || code == 0x2061 || code == 0xFEFF || code == 0xAD || code == 0x180E;
  if (control || direction || unseen) fmt::format_to(std::back_inserter(out), "\\u{:04x}", code);
  else out += character;
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const auto plain = [](char c) { return c >= ' ' && c < 0x7F && c != '"' && c != '\\'; };
    const auto run = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), plain) - text.begin());
    out += text.substr(0, run);
    text.remove_prefix(run);
    if (text.empty()) break;
    const auto length = utf8_length(text);
    const auto byte = static_cast<unsigned char>(text.front());
    if (length == 0) {
      out += "\xEF\xBF\xBD";
    } else if (length > 1) {
      append_character(out, text.substr(0, length));
    } else {
      switch (byte) {
        case '"': out += "\\\""; break;
        case '\\': out += "\\\\"; break;
        case '\n': out += "\\n"; break;
        case '\r': out += "\\r"; break;
        case '\t': out += "\\t"; break;
        default:
          if (byte < 0x20 || byte == 0x7F) fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(byte));
          else out += static_cast<char>(byte);
      }
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  out += '"';
}

}  // namespace

void JsonWriter::newline() {
  if (style_ == Style::compact) return;
  out_ += '\n';
  out_.append(2 * stack_.size(), ' ');
}

/// What has to stand before a value or a key.
void JsonWriter::value() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (!stack_.empty()) {
    if (!first_) out_ += ',';
    newline();
  }
  first_ = false;
}

JsonWriter& JsonWriter::begin_object() {
  value();
  out_ += '{';
  stack_ += '{';
  first_ = true;
  return *this;
}

JsonWriter& JsonWriter::end_object() {
  if (!stack_.empty()) stack_.pop_back();
  if (!first_) newline();
  out_ += '}';
  first_ = false;
  return *this;
}

JsonWriter& JsonWriter::begin_array() {
  value();
  out_ += '[';
  stack_ += '[';
  first_ = true;
  return *this;
}

JsonWriter& JsonWriter::end_array() {
  if (!stack_.empty()) stack_.pop_back();
  if (!first_) newline();
  out_ += ']';
  first_ = false;
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view name) {
  value();
  append_quoted(out_, name);
  out_ += style_ == Style::pretty ? ": " : ":";
  after_key_ = true;
  return *this;
}

JsonWriter& JsonWriter::string(std::string_view text) {
  value();
  append_quoted(out_, text);
  return *this;
}

JsonWriter& JsonWriter::number(std::int64_t number) {
  value();
  fmt::format_to(std::back_inserter(out_), "{}", number);
  return *this;
}

JsonWriter& JsonWriter::number(std::uint64_t number) {
  value();
  fmt::format_to(std::back_inserter(out_), "{}", number);
  return *this;
}

JsonWriter& JsonWriter::number(double number) {
  if (!std::isfinite(number)) return null();
  value();
  fmt::format_to(std::back_inserter(out_), "{}", number);
  return *this;
}

JsonWriter& JsonWriter::boolean(bool truth) {
  value();
  out_ += truth ? "true" : "false";
  return *this;
}

JsonWriter& JsonWriter::null() {
  value();
  out_ += "null";
  return *this;
}

// As deep as the reader allows: 128.
JsonWriter& JsonWriter::document(const Value& tree) {
  switch (tree.kind) {
    case Value::Kind::null: return null();
    case Value::Kind::scalar:
      if (tree.quoted) return string(tree.scalar);
      value();
      out_ += tree.scalar;
      return *this;
    case Value::Kind::list:
      begin_array();
      for (const auto& [unused, entry] : tree.entries) document(entry);
      return end_array();
    case Value::Kind::map:
      begin_object();
      for (const auto& [name, entry] : tree.entries) key(name).document(entry);
      return end_object();
  }
  return *this;
}

}  // namespace unsnag
