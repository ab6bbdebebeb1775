// SPDX-License-Identifier: Apache-2.0
// The node's logs: slices of its journal, a file for each unit that pulls concern, and the logs that are text files, rotated
// and compressed ones too, the newest first.
#pragma once

#include <functional>
#include <string_view>

#include "base/result.h"
#include "collect/collect.h"
#include "collect/room.h"
#include "collect/survey.h"

namespace unsnag::collect {

/// Counts what a part could not have. What is there and can't be read matters; what is not there (not_found) may not belong to
/// this node at all.
class Lacks {
 public:
  void add(const Error& why);
  [[nodiscard]] std::uint64_t unread() const { return unread_; }
  [[nodiscard]] std::uint64_t absent() const { return absent_; }
  /// The first reason, in words for people, of what could not be read if anything couldn't; "" when nothing is missing.
  [[nodiscard]] const std::string& words() const { return words_; }

 private:
  std::uint64_t unread_ = 0, absent_ = 0;
  std::string words_;
};

/// Runs one part of collecting and tells the listener of it.
using RunPart = std::function<Result<void*>(std::string_view name, bool counts_lines, const std::function<Result<void*>(Lacks&)>& part)>;

/// Errors of both: cancelled, and those of bundle::Writer.
Result<void*> journals(const Survey& survey, const Wants& wants, Room& room, Sink& sink, const RunPart& run);
Result<void*> text_logs(const Survey& survey, const Wants& wants, Room& room, Sink& sink, Lacks& lacks);

}  // namespace unsnag::collect
