// SPDX-License-Identifier: Apache-2.0
// Where a JSON document ends that stands among other lines: at the bracket that closes its first one.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace unsnag::readers {

/// Is given a document's lines one after the other, the first one with a bracket before all else.
class Brackets {
 public:
  /// What stands behind the bracket in `line` that closes the document; nullopt: the document goes on.
  std::optional<std::string_view> behind_end(std::string_view line);

 private:
  std::size_t depth_ = 0;
  bool in_string_ = false;
};

}  // namespace unsnag::readers
