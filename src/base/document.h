// SPDX-License-Identifier: Apache-2.0
// JSON, YAML and TOML read into one kind of tree, with the line of every value, since a verdict shows where a
// setting stands. The parsers behind it (json_reader.cc, yaml-cpp, toml++) are seen by document.cc alone.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace unsnag {

struct Value {
  enum class Kind : std::uint8_t { null, scalar, list, map };
  Kind kind = Kind::null;
  std::string scalar;                                  // text of a string, number, boolean or date
  bool quoted = false;                                 // the scalar was written as a string
  std::vector<std::pair<std::string, Value>> entries;  // map: in file order; list: keys are empty
  std::uint64_t line = 0;                              // counted from 1

  // Written out in document.cc: clang 14 instantiates the implicit ones while `entries` still holds an incomplete type.
  Value();
  Value(const Value& other);
  Value(Value&& other) noexcept;
  Value& operator=(const Value& other);
  Value& operator=(Value&& other) noexcept;
  ~Value();

  /// Entry of a map, or a null value. Of a key that stands twice, the last, as Go's decoders have it.
  [[nodiscard]] const Value& operator[](std::string_view key) const;
  /// A path of map keys; each `path` part may hold dots: at({"plugins", "io.containerd.grpc.v1.cri"}).
  [[nodiscard]] const Value& at(std::initializer_list<std::string_view> path) const;
  [[nodiscard]] bool is_map() const { return kind == Kind::map; }
  [[nodiscard]] bool is_list() const { return kind == Kind::list; }
  [[nodiscard]] bool is_scalar() const { return kind == Kind::scalar; }
  explicit operator bool() const { return kind != Kind::null; }
};

/// Limits on other people's documents: depth 128, 2 million values, 64 MiB (YAML 16 MiB, and no alias
/// expansion beyond that). JSON's numbers stay as written; TOML's are decimal.
/// Errors: malformed (with line), too_large.
Result<Value> parse_json(std::string_view text);
Result<std::vector<Value>> parse_yaml(std::string_view text);  // the documents of the stream that are not empty
Result<Value> parse_toml(std::string_view text);

}  // namespace unsnag
