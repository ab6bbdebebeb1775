// SPDX-License-Identifier: Apache-2.0
// The verdicts, made of looks.
#include "watch/watchdog.h"

#include <algorithm>

#include "watch/looks.h"

namespace unsnag::watch {

namespace {

using std::chrono::seconds;

/// More than anybody sets; keeps sums of times within their type.
constexpr nanoseconds k_longest_limit = std::chrono::hours{24 * 365};

bool ended_by(const Stream& stream, nanoseconds now) { return stream.ending != Ending::open && stream.end <= now; }

nanoseconds distance(nanoseconds a, nanoseconds b) { return a < b ? b - a : a - b; }

/// The next whole second after `span` that a late look does not reach.
nanoseconds whole_seconds_above(nanoseconds span) {
  if (span <= nanoseconds{0}) return nanoseconds{0};
  return std::chrono::ceil<seconds>(span + k_jitter);
}

/// Longest time between two messages: what the worst looks can find. A watchdog that spares "Extracting" is sure to
/// see it when it is the latest message for a whole interval.
nanoseconds longest_gap(const Stream& stream, const Rule& rule, nanoseconds until) {
  nanoseconds longest{0};
  nanoseconds last = stream.begin;
  bool extracting = false;
  const auto gap_to = [&](nanoseconds at) {
    const nanoseconds gap = at - last;
    if (extracting && gap >= rule.interval) return false;
    longest = std::max(longest, gap);
    return true;
  };
  for (const Report& report : stream.reports) {
    if (report.at > until) break;
    if (!gap_to(report.at)) return longest;
    last = std::max(last, report.at);
    extracting = rule.spares == Rule::Spares::extracting && report.status == Status::extracting;
  }
  gap_to(until);
  return longest;
}

}  // namespace

Verdict judge(const Stream& stream, const Rule& given, nanoseconds now) {
  Verdict verdict;
  Rule rule = given;
  rule.limit = std::min(rule.limit, k_longest_limit);
  if (rule.limit <= nanoseconds{0} && rule.zero != Zero::at_once) {
    const bool over = ended_by(stream, now);
    verdict.fate = over ? Fate::ended : rule.zero == Zero::hangs ? Fate::hung : Fate::not_watched;
    return verdict;
  }
  const bool over = ended_by(stream, now);
  const nanoseconds seen_until = over ? stream.end : now;
  // A running pull is looked at further, without reports, to tell when it would be cancelled. Three intervals beyond
  // the limit are enough: by then a rule that still does not count never will.
  Stream so_far = stream;
  while (!so_far.reports.empty() && so_far.reports.back().at > seen_until) so_far.reports.pop_back();
  const nanoseconds horizon = over ? stream.end : std::max(now, stream.begin) + rule.limit + 3 * rule.look_every();

  const nanoseconds doubt = std::max(k_jitter, stream.sampled_every);
  walk(so_far, rule, horizon, [&](const Look& look) {
    if (!look.silent) {
      if (look.at <= seen_until) verdict.silent_for = nanoseconds{0};
      return false;
    }
    if (look.at <= seen_until) {
      verdict.silent_for = *look.silent;
      if (distance(*look.silent, rule.limit) <= doubt && rule.interval > nanoseconds{0}) verdict.on_the_edge = true;
    }
    if (*look.silent < rule.limit) return false;
    // A plain timer runs out when it runs out, whenever the next event would have come.
    verdict.cancels_at = look.number == 0 ? look.at - *look.silent + rule.limit : look.at;
    verdict.look = look.number;
    verdict.last_report = look.last_report;
    if (*verdict.cancels_at <= seen_until) {
      verdict.fate = Fate::cancelled;
      verdict.silent_for = look.number == 0 ? rule.limit : *look.silent;
      verdict.on_the_edge = look.number != 0 && distance(*look.silent, rule.limit) <= doubt;
    }
    return true;
  });
  if (verdict.fate != Fate::cancelled) {
    verdict.fate = over ? Fate::ended : Fate::running;
    if (over) verdict.cancels_at.reset();
    if (over) verdict.look = 0;
    if (!verdict.last_report && !so_far.reports.empty()) verdict.last_report = so_far.reports.size() - 1;
  }
  return verdict;
}

Deadline smallest_deadline(const Stream& stream, const Rule& rule, nanoseconds until) {
  Deadline deadline;
  const bool through = stream.ending == Ending::finished && until >= stream.end;
  deadline.kind = through ? Deadline::Kind::enough : Deadline::Kind::at_least;
  if (through) until = stream.end;

  Rule patient = rule;
  const bool containerd = rule.counts == Counts::containerd_requests || rule.counts == Counts::containerd_transfer;
  // Below its interval a limit changes how often containerd looks; such limits are not looked for.
  if (containerd) patient.limit = std::max(rule.limit, rule.interval);
  walk(stream, patient, until, [&](const Look& look) {
    if (look.silent && *look.silent > deadline.silence) {
      deadline.silence = *look.silent;
      deadline.before = look.last_report;
    }
    return false;
  });

  // What was sampled may have been silent for longer than the samples say.
  const nanoseconds hidden = through ? stream.sampled_every : nanoseconds{0};
  deadline.value = whole_seconds_above(deadline.silence + hidden);
  switch (rule.counts) {
    case Counts::docker_messages: deadline.for_any_looks = whole_seconds_above(longest_gap(stream, rule, until) + hidden); break;
    case Counts::containerd_requests:
    case Counts::containerd_transfer:
      deadline.value = std::max(deadline.value, rule.interval);
      deadline.for_any_looks = deadline.value + rule.interval;
      break;
    case Counts::crio_events:
      if (through) deadline.value = whole_seconds_above(deadline.silence / 9 * 10 + hidden);
      deadline.for_any_looks = deadline.value;
      break;
  }
  return deadline;
}

}  // namespace unsnag::watch
