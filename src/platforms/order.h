// SPDX-License-Identifier: Apache-2.0
// What one platform is asked to write, and what became of each setting: written, there already, or left out and why. A
// platform takes what it can say; nothing is lost silently.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "platforms/platforms.h"

namespace unsnag::platforms {

using Settings = std::vector<settings::Setting>;

class Order {
 public:
  Order(Settings settings, Context of) : context(std::move(of)), rest_(std::move(settings)) {}

  Context context;
  std::vector<std::string> notes, versions;

  /// Takes out what the platform is going to write.
  Settings take(settings::Target target);
  Settings take_if(const std::function<bool(const settings::Setting&)>& is_it);
  [[nodiscard]] bool has(settings::Target target) const;
  [[nodiscard]] bool has_if(const std::function<bool(const settings::Setting&)>& is_it) const;
  /// Drops what the platform's nodes have without being told, and says so in a note.
  void already_there(const std::function<bool(const settings::Setting&)>& is_it, std::string_view why);
  /// Everything that is still there can't be written; `why` gives the reason for one.
  void leave_out(const std::function<std::string(const settings::Setting&)>& why);
  /// Nothing was taken at all: the reasons, as an Error. To be called after leave_out.
  [[nodiscard]] bool nothing_taken() const { return taken_.empty(); }
  [[nodiscard]] Error unsupported(std::string_view platform_title) const;

  [[nodiscard]] const Settings& taken() const { return taken_; }
  /// "what, and what: why", one for each reason.
  [[nodiscard]] std::vector<std::string> left_out() const;
  /// What it holds for: the platform's own words, and those of the settings taken.
  [[nodiscard]] std::vector<std::string> all_versions() const;
  /// "unsnag-progress-deadline", for names of files.
  [[nodiscard]] std::string name() const;

 private:
  Settings rest_, taken_;
  std::vector<std::string> there_;                             // "what: why it need not be written"
  std::vector<std::pair<std::string, std::string>> left_out_;  // reason, settings
};

/// What a text's head says besides what the Order knows.
struct Head {
  std::string roll_out, in_force, take_back;
};
/// The comment that a text begins with; each line begins with `mark` ("# ").
std::string head_comment(const Order& order, const Head& head, std::string_view mark = "# ");

/// The Snippet of an Order that was written.
Snippet snippet(Order& order, std::string file_name, std::string text);

/// Errors: invalid_argument, unsupported: what no platform could write down.
Result<void*> check(const Settings& settings, const Context& context);

}  // namespace unsnag::platforms
