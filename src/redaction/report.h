// SPDX-License-Identifier: Apache-2.0
// redaction.json: what was removed from which file, so that people see what they hand on, and that nothing else is missing.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "redaction/redactor.h"

namespace unsnag::redaction {

class Report {
 public:
  /// `file` as it is called in the bundle. Files from which nothing was removed are not named.
  void add(std::string_view file, const std::vector<Found>& found);
  /// Secrets removed, over all files; stand-ins are not among them.
  [[nodiscard]] std::uint64_t secrets() const;
  /// {"format":"unsnag-redaction","version":1,"files":{NAME:{KIND:{"count":2,"first_line":7}}},"total":{KIND:2}}
  [[nodiscard]] std::string json() const;

 private:
  std::map<std::string, std::vector<Found>, std::less<>> files_;
};

}  // namespace unsnag::redaction
