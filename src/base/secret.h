// SPDX-License-Identifier: Apache-2.0
// A password, token or key on its way from where it is kept to whom it is for. It has no printable form: neither fmt nor
// a stream takes it, so it can't get into an error, a log or a file by accident.
#pragma once

#include <string>
#include <utility>

namespace unsnag {

class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string value) : value_(std::move(value)) {}
  [[nodiscard]] bool empty() const { return value_.empty(); }
  /// For the call that hands it over, and nothing else.
  [[nodiscard]] const std::string& reveal() const { return value_; }

 private:
  std::string value_;
};

}  // namespace unsnag
