// SPDX-License-Identifier: Apache-2.0
// Sources: client-go/util/flowcontrol/backoff.go; pkg/kubelet/images/image_manager.go; pkg/kubelet/pod_workers.go
// (completeWork). Since PR 133066 (2025) kubelet looks again when a *container's* back-off ends; the image manager's error
// does not carry its end, so that images still wait for the general 10 to 15 s.
#include "watch/backoff.h"

#include <algorithm>

namespace unsnag::watch {

namespace {

using std::chrono::seconds;

constexpr nanoseconds k_look_soonest = seconds{10};
// 15 s, 1 s until the sync loop's ticker, and 2 s for reading secrets and asking the runtime for the image.
constexpr nanoseconds k_look_latest = seconds{18};

/// The latest time after a failure at which kubelet has looked at the pod once the delay is over.
nanoseconds latest_look(nanoseconds delay) {
  // Of the looks that surely come too early the last one may come just before the delay is over.
  const auto too_early = (delay - nanoseconds{1}) / k_look_soonest;
  return std::min(delay, too_early * k_look_latest) + k_look_latest;
}

/// Of these times, in any order; the last one included.
unsigned failures_in_a_row(std::vector<SysTime> failures) {
  std::sort(failures.begin(), failures.end());
  BackOff back_off;
  for (const SysTime at : failures) back_off.next(at);
  return back_off.failures();
}

std::vector<const Stamp*> failed_ends(const timeline::Pull& pull) {
  std::vector<const Stamp*> ends;
  for (const auto& attempt : pull.attempts)
    if (attempt.outcome == timeline::Outcome::failed || attempt.outcome == timeline::Outcome::cancelled) ends.push_back(&attempt.end);
  return ends;
}

}  // namespace

void BackOff::next(SysTime now) {
  if (failures_ == 0 || now - last_ > 2 * k_longest_delay) {
    delay_ = k_first_delay;
    failures_ = 1;
  } else {
    delay_ = std::min(delay_ * 2, k_longest_delay);
    ++failures_;
  }
  last_ = now;
}

bool BackOff::is_in_back_off(SysTime now) const {
  if (failures_ == 0 || now - last_ > 2 * k_longest_delay) return false;
  return now - last_ < delay_;
}

nanoseconds delay_after(unsigned failures) {
  if (failures == 0) return nanoseconds{0};
  nanoseconds delay = k_first_delay;
  for (unsigned i = 1; i < failures && delay < k_longest_delay; ++i) delay = std::min(delay * 2, k_longest_delay);
  return delay;
}

NextTry next_retry(SysTime last_failure, unsigned failures) {
  NextTry next;
  next.delay = delay_after(std::max(failures, 1U));
  next.earliest = last_failure + next.delay;
  next.latest = last_failure + latest_look(next.delay);
  return next;
}

std::optional<NextTry> next_retry(std::vector<SysTime> failures) {
  if (failures.empty()) return std::nullopt;
  const auto last = *std::max_element(failures.begin(), failures.end());
  return next_retry(last, failures_in_a_row(std::move(failures)));
}

unsigned failures_in(const timeline::Pull& pull) {
  if (pull.pods.size() > 1) return 0;
  std::vector<SysTime> failures;
  for (const auto* end : failed_ends(pull))
    if (end->at) failures.push_back(*end->at);
  unsigned counted = failures_in_a_row(std::move(failures));
  for (const auto& noted : pull.facts)
    if (noted.fact.name == "pull-failed" && !noted.scope.pod.empty()) counted = std::max(counted, failures_in(row_of(noted)));
  return counted;
}

std::optional<NextTry> next_retry(const timeline::Pull& pull) {
  const auto ends = failed_ends(pull);
  if (pull.pods.size() > 1 || ends.empty()) return std::nullopt;
  if (!std::all_of(ends.begin(), ends.end(), [](const Stamp* end) { return end->at && end->year_known; })) return std::nullopt;
  const auto* last = *std::max_element(ends.begin(), ends.end(), [](const Stamp* a, const Stamp* b) { return *a->at < *b->at; });
  auto next = next_retry(*last->at, failures_in(pull));
  next.zone_known = last->zone_known;
  return next;
}

EventRow row_of(const timeline::Noted& noted) {
  EventRow row{EventRow::What::failed, noted.repeats, nanoseconds{0}, noted.last.at.value_or(SysTime{})};
  if (noted.first.at && noted.last.at) row.span = *noted.last.at - *noted.first.at;
  return row;
}

unsigned failures_in(const EventRow& row) {
  if (row.what != EventRow::What::failed || row.count == 0) return 0;
  return row.count > 1 && row.span / (row.count - 1) > 2 * k_longest_delay ? 1 : row.count;
}

std::optional<NextTry> next_retry(const EventRow& row) {
  const auto failures = failures_in(row);
  if (failures == 0) return std::nullopt;
  return next_retry(row.last, failures);
}

Range failures_within(nanoseconds since, nanoseconds duration) {
  duration = std::max(duration, nanoseconds{0});
  if (since < nanoseconds{0}) return {};
  const auto count = [&](auto wait) {
    unsigned failures = 1;
    for (nanoseconds at = wait(failures); at <= since && failures < k_most; at += wait(failures)) ++failures;
    return failures;
  };
  return {count([&](unsigned failures) { return latest_look(delay_after(failures)) + duration; }),
          count([](unsigned failures) { return delay_after(failures); })};
}

}  // namespace unsnag::watch
