// SPDX-License-Identifier: Apache-2.0
// What the editors are asked for: a place in a file, and the value that is to stand there. An editor takes a file's text
// and one change and gives the new text, in which everything else is byte for byte as it was. What it gives has been
// read again: the change is there, and nothing else means anything else than before; otherwise it is an Error.
//
// Errors of all editors: malformed (the text as it is does not parse: nothing is mended here), not_found (a list's item,
// or what is to be removed), invalid_argument (no such value can stand there), unsupported (it could not be done without
// touching more than the value; detail says what is in the way), too_large (16 MiB, depth 64).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace unsnag::edit {

constexpr std::size_t k_max_bytes = std::size_t{16} << 20;

struct NewValue {
  enum class Kind : std::uint8_t { text, number, boolean, list };
  Kind kind = Kind::text;
  std::string text;               // without quotes; boolean: "true" or "false"
  std::vector<std::string> list;  // of texts, in order
};

inline NewValue text_value(std::string_view text) { return {NewValue::Kind::text, std::string(text), {}}; }
inline NewValue number_value(std::string_view text) { return {NewValue::Kind::number, std::string(text), {}}; }
inline NewValue boolean_value(bool yes) { return {NewValue::Kind::boolean, yes ? "true" : "false", {}}; }
inline NewValue list_value(std::vector<std::string> list) { return {NewValue::Kind::list, {}, std::move(list)}; }

/// Keys from the outside in; they may hold dots and anything else. Where a list stands, a step is "[0]", "[-1]" (the last)
/// or "[name=worker]" (the only item whose `name` is that).
using Path = std::vector<std::string>;

}  // namespace unsnag::edit
