// SPDX-License-Identifier: Apache-2.0
// YAML and JSON inside a text that holds other things too: where a document begins and ends.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>

#include "base/document.h"
#include "readers/kubernetes_lines.h"
#include "readers/kubernetes_say.h"

namespace unsnag::readers::kubernetes {

class DocumentReader {
 public:
  DocumentReader(const Lines& lines, Collector& collector) : lines_(lines), collector_(collector) {}

  struct Taken {
    std::size_t end = 0;      // index behind the document's last line
    bool understood = false;  // it was an object that is read here
    bool secret = false;      // not understood, and it may hold credentials: show it to nobody
  };
  /// The document that begins at line `i`; nullopt: none does.
  std::optional<Taken> take(std::size_t i);

 private:
  std::optional<std::size_t> json_end(std::size_t i);
  [[nodiscard]] std::optional<std::size_t> yaml_end(std::size_t i) const;

  const Lines& lines_;
  Collector& collector_;
  std::deque<Value> values_;        // sayings borrow from them
  std::size_t no_json_before_ = 0;  // up to there it was looked for in vain
};

}  // namespace unsnag::readers::kubernetes
