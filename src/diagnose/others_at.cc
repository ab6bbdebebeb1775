// SPDX-License-Identifier: Apache-2.0
#include "diagnose/others_at.h"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <queue>
#include <utility>

namespace unsnag::diagnose {
namespace {

/// The pulls that are there at the moment that time has come to.
class Present {
 public:
  explicit Present(std::vector<Stretch> stretches) : stretches_(std::move(stretches)) {
    std::sort(stretches_.begin(), stretches_.end(), [](const Stretch& a, const Stretch& b) { return a.from < b.from; });
  }

  /// Moments must not go back.
  void move_to(SysTime moment) {
    for (; next_ < stretches_.size() && stretches_[next_].from <= moment; ++next_) {
      ++stretches_of_[stretches_[next_].pull];
      ends_.emplace(stretches_[next_].to, stretches_[next_].pull);
    }
    for (; !ends_.empty() && ends_.top().first < moment; ends_.pop()) {
      const auto it = stretches_of_.find(ends_.top().second);
      if (--it->second == 0) stretches_of_.erase(it);
    }
  }

  [[nodiscard]] std::size_t other_than(std::size_t pull, Pick pick) const {
    const auto search = [&](auto it, auto end) {
      if (it != end && it->first == pull) ++it;
      return it == end ? k_no_pull : it->first;
    };
    return pick == Pick::first ? search(stretches_of_.begin(), stretches_of_.end()) : search(stretches_of_.rbegin(), stretches_of_.rend());
  }

 private:
  using End = std::pair<SysTime, std::size_t>;
  std::vector<Stretch> stretches_;
  std::size_t next_ = 0;                                             // of stretches_: those before it have begun
  std::map<std::size_t, std::size_t> stretches_of_;                  // pull → how many of its own
  std::priority_queue<End, std::vector<End>, std::greater<>> ends_;  // of them, the next one on top
};

}  // namespace

std::vector<std::size_t> others_at(std::vector<Stretch> stretches, const std::vector<Question>& questions, Pick pick) {
  std::vector<std::size_t> answers(questions.size(), k_no_pull), order(questions.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return questions[a].moment < questions[b].moment; });
  Present present(std::move(stretches));
  for (const auto i : order) {
    present.move_to(questions[i].moment);
    answers[i] = present.other_than(questions[i].pull, pick);
  }
  return answers;
}

}  // namespace unsnag::diagnose
