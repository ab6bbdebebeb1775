// SPDX-License-Identifier: Apache-2.0
// What to set on a node against a cause. A cure is one file in cures/: it names its parameters and turns them and the node's
// facts into settings; where those are kept, plan.h knows. To add one: write cures/NAME.cc with a `const Cure k_NAME`, and
// add it to the table in cure.cc and to CMakeLists.txt.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "node/root.h"
#include "remedy/facts.h"
#include "settings/setting.h"

namespace unsnag::remedy {

/// An option of a cure: "--deadline 10m".
struct Parameter {
  std::string_view name, argument;  // "deadline", "TIME"
  std::string_view otherwise;       // its value when it isn't given; "" none
  std::string_view help;            // without full stop, as the options of commands have it
  /// The value as programs take it. Errors: invalid_argument, with the reason.
  Result<std::string> (*check)(std::string_view value) = nullptr;
};

/// The parameters' values by name, checked; those without a value are missing.
class Values {
 public:
  void set(std::string_view name, std::string value) { values_.insert_or_assign(std::string(name), std::move(value)); }
  [[nodiscard]] std::string get(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string() : found->second;
  }
  [[nodiscard]] bool has(std::string_view name) const { return values_.find(name) != values_.end(); }

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

struct Prescription {
  std::vector<settings::Setting> settings;
  std::vector<std::string> warnings;
};

struct Cure {
  std::string_view cause;
  std::string_view summary;  // "a longer limit for the watchdog that cancelled"
  std::vector<Parameter> parameters;
  /// Errors: invalid_argument: a parameter is missing or contradicts another; unsupported: nothing of this node cures it,
  /// detail says why.
  Result<Prescription> (*prescribe)(const node::Root& root, const NodeFacts& facts, const Values& values);
};

/// In the order of the causes' names.
const std::vector<const Cure*>& cures();
/// nullptr: no node's setting cures it.
const Cure* find_cure(std::string_view cause);

/// Fills in what wasn't given and checks the rest. Errors: invalid_argument: a parameter that the cause's cure doesn't have, or a
/// value that can't be.
Result<Values> check_values(std::string_view cause, const std::vector<Parameter>& parameters,
                            const std::map<std::string, std::string>& given);
Result<Values> check_values(const Cure& cure, const std::map<std::string, std::string>& given);

/// For a cause that the node can't cure: who can, and what to say to them; from the cause's own advice. Empty: nothing is
/// known but the cause's page.
std::vector<std::string> for_others(std::string_view cause);

// ---- checks for parameters ----

/// A length of time above zero, as Go prints it: "10m", "1h30m", "90s".
Result<std::string> check_duration(std::string_view value);
Result<std::string> check_count(std::string_view value);    // 0 to 2,000,000,000
Result<std::string> check_percent(std::string_view value);  // 1 to 100
Result<std::string> check_yes_no(std::string_view value);   // "true", "false"
Result<std::string> check_host(std::string_view value);     // registry.example:5000, without scheme and path
Result<std::string> check_url(std::string_view value);      // http:// or https://, no blanks

}  // namespace unsnag::remedy
