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
#include "diagnose/by_node.h"
#include "timeline/timeline.h"

namespace unsnag::diagnose {

/// One of the timeline's notes, with what every case asks of it.
struct IndexedNote {
  const timeline::Noted* noted = nullptr;
  catalogue::FailureKind kind = catalogue::FailureKind::no;
  bool about_some_pull = false;         // it can only stem from a pull, or stands in one line with "the pull failed"
  std::string_view asked;               // the repository that its URL asks for
  std::array<std::size_t, 2> during{};  // the first and the last pull of its node under way when it was last said; k_no_pull
  bool went_on = false;                 // its node asks one host in another one's stead, and the pull that was under way succeeded
};

class TimelineIndex {
 public:
  explicit TimelineIndex(const timeline::Timeline& timeline);
  TimelineIndex(const TimelineIndex&) = delete;
  TimelineIndex& operator=(const TimelineIndex&) = delete;

  [[nodiscard]] const timeline::Timeline& timeline() const { return timeline_; }
  /// Put together by a person: what stands in it belongs together.
  [[nodiscard]] bool is_paste() const { return paste_; }
  /// The last moment that the evidence tells of on this node.
  [[nodiscard]] std::optional<SysTime> end(std::string_view node) const;
  /// The log of this node's runtime is there: only then does its silence about an image mean anything.
  [[nodiscard]] bool hears_runtime(std::string_view node) const;
  /// The runtime died under this pull: Go prints a crash without a time.
  [[nodiscard]] bool died_with(const timeline::Pull& pull) const;

  [[nodiscard]] const std::vector<IndexedNote>& notes() const { return notes_; }
  /// Those of this node and those that name none, in the timeline's order; of an unknown node: all.
  [[nodiscard]] std::vector<const IndexedNote*> notes_on(std::string_view node) const;

  /// The last of the other pulls of its node that were under way when this pull's last attempt began; may be null.
  [[nodiscard]] const timeline::Pull* beside(std::size_t pull) const;
  /// A long attempt of another pull of its node that ended in the very moment in which this one began.
  struct LetGo {
    const timeline::Pull* by = nullptr;  // null: none
    const timeline::Attempt* attempt = nullptr;
  };
  [[nodiscard]] LetGo let_go(std::size_t pull) const;
  /// Successes that took a minute and more in all, where nothing says how much of it was waiting; of all pulls of this
  /// node, as many as anybody would want to see. Empty where none of them is this (normalised) image's.
  [[nodiscard]] std::vector<const timeline::Noted*> long_totals(std::string_view node, const std::string& image) const;

 private:
  struct Known {  // of a node
    std::optional<SysTime> end;
    bool hears_runtime = false;
    bool tries_next = false;
    bool died_undated = false;
    std::optional<SysTime> died;  // for the last time
    std::vector<const timeline::Noted*> long_totals;
    std::unordered_set<std::string> long_total_images;
  };

  void index_notes();
  void index_pulls();
  void find_during();
  void find_went_on();
  void find_beside();
  void find_let_go();
  void find_long_totals();

  const timeline::Timeline& timeline_;
  bool paste_ = false;
  ByNode<Known> known_;
  std::vector<IndexedNote> notes_;
  std::unordered_map<std::string_view, std::vector<std::size_t>> notes_by_node_;  // by its name's first part; "" of none
  std::vector<std::size_t> beside_;                                               // pull → pull
  std::unordered_map<std::size_t, LetGo> let_go_;                                 // pull → whom it waited for
};

}  // namespace unsnag::diagnose
