// SPDX-License-Identifier: Apache-2.0
// What the cases of a timeline have in common, and what one of them has to know of all the others: worked out once for
// the timeline, so that the work on a case depends on its own lines alone. Everything here borrows from the timeline.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "diagnose/bearing.h"
#include "timeline/timeline.h"

namespace unsnag::diagnose {

/// One of the timeline's notes, with what every case asks of it.
struct IndexedNote {
  const timeline::Noted* noted = nullptr;
  catalogue::FailureKind kind = catalogue::FailureKind::no;
  bool about_some_pull = false;         // it can only stem from a pull, or stands in one line with "the pull failed"
  std::string_view asked;               // the repository that its URL asks for
  std::array<std::size_t, 2> during{};  // the first and the last pull under way when it was last said; k_no_pull
};

class TimelineIndex {
 public:
  explicit TimelineIndex(const timeline::Timeline& timeline);
  TimelineIndex(const TimelineIndex&) = delete;
  TimelineIndex& operator=(const TimelineIndex&) = delete;

  [[nodiscard]] const timeline::Timeline& timeline() const { return timeline_; }
  /// Put together by a person: what stands in it belongs together.
  [[nodiscard]] bool is_paste() const { return paste_; }
  /// The last moment that the evidence speaks of.
  [[nodiscard]] const std::optional<SysTime>& end() const { return end_; }
  /// The runtime's own log is there: only then does its silence about an image mean anything.
  [[nodiscard]] bool hears_runtime() const { return hears_runtime_; }
  /// Some host was asked in another one's stead, and some pull succeeded.
  [[nodiscard]] bool went_on() const { return went_on_; }
  /// The runtime died under this pull: Go prints a crash without a time.
  [[nodiscard]] bool died_with(const timeline::Pull& pull) const;

  [[nodiscard]] const std::vector<IndexedNote>& notes() const { return notes_; }
  /// Those of this node and those that name none, in the timeline's order; of an unknown node: all.
  [[nodiscard]] std::vector<const IndexedNote*> notes_on(std::string_view node) const;

  /// The last of the other pulls of its node that were under way when this pull's last attempt began; may be null.
  [[nodiscard]] const timeline::Pull* beside(std::size_t pull) const;
  /// A long attempt of another pull that ended in the very moment in which this one began.
  struct LetGo {
    const timeline::Pull* by = nullptr;  // null: none
    const timeline::Attempt* attempt = nullptr;
  };
  [[nodiscard]] LetGo let_go(std::size_t pull) const;
  /// Successes that took a minute and more in all, where nothing says how much of it was waiting; of all pulls, as many
  /// as anybody would want to see.
  [[nodiscard]] const std::vector<const timeline::Noted*>& long_totals() const { return long_totals_; }
  /// One of them is this (normalised) image's.
  [[nodiscard]] bool is_long_total(const std::string& image) const { return long_total_images_.count(image) != 0; }

 private:
  void index_notes();
  void index_pulls();
  void find_beside();
  void find_let_go();
  void find_long_totals();

  const timeline::Timeline& timeline_;
  bool paste_ = false;
  std::optional<SysTime> end_;
  bool hears_runtime_ = false;
  bool went_on_ = false;
  bool died_undated_ = false;
  std::optional<SysTime> died_;  // for the last time
  std::vector<IndexedNote> notes_;
  std::unordered_map<std::string_view, std::vector<std::size_t>> notes_by_node_;  // by its name's first part; "" of none
  std::vector<std::size_t> beside_;                                               // pull → pull
  std::unordered_map<std::size_t, LetGo> let_go_;                                 // pull → whom it waited for
  std::vector<const timeline::Noted*> long_totals_;
  std::unordered_set<std::string> long_total_images_;
};

}  // namespace unsnag::diagnose
