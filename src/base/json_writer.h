// SPDX-License-Identifier: Apache-2.0
// Writes JSON. Output is ours and small, so this is a pen that can't forget a comma, not a document model.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace unsnag {

struct Value;

class JsonWriter {
 public:
  enum class Style { compact, pretty };
  explicit JsonWriter(Style style = Style::compact) : style_(style) {}

  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view name);
  JsonWriter& string(std::string_view text);  // invalid UTF-8 becomes U+FFFD
  JsonWriter& number(std::int64_t value);
  JsonWriter& number(std::uint64_t value);
  JsonWriter& number(double value);  // not finite becomes null
  JsonWriter& boolean(bool value);
  JsonWriter& null();
  /// A document that parse_json read (base/document.h); its numbers as they stood there.
  JsonWriter& document(const Value& value);
  JsonWriter& member(std::string_view name, std::string_view text) { return key(name).string(text); }

  [[nodiscard]] const std::string& text() const { return out_; }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void value();
  void newline();

  Style style_;
  std::string out_;
  std::string stack_;  // '{' or '[' for each open one
  bool first_ = true;  // nothing was written in the open one yet
  bool after_key_ = false;
};

}  // namespace unsnag
