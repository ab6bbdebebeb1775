// SPDX-License-Identifier: Apache-2.0
// Reports from messages and from a timeline's samples.
#include "watch/stream.h"

#include <algorithm>
#include <array>
#include <utility>

namespace unsnag::watch {

namespace {

using timeline::Phase;

Status status_of(const timeline::Progress& sample) {
  switch (sample.phase) {
    case Phase::download: return Status::downloading;
    case Phase::unpack: return Status::extracting;
    case Phase::queue: return Status::waiting;
    case Phase::verify: return Status::complete;
    case Phase::resolve:
    case Phase::auth:
    case Phase::commit: break;
  }
  return Status::other;
}

Report report_of(const timeline::Progress& sample, nanoseconds at) {
  Report report = parse_docker_progress(sample.words, at);
  if (report.status == Status::other) report.status = status_of(sample);
  if (!sample.layer.empty()) report.layer = sample.layer;
  report.done = sample.done;
  report.total = sample.total;
  return report;
}

/// `at` - `zero`, clamped to ten years either way: times of other people's logs may lie centuries apart.
nanoseconds since(SysTime zero, SysTime at) {
  constexpr std::uint64_t k_most = 10ULL * 365 * 24 * 3600 * 1'000'000'000;
  const auto count = [](SysTime time) { return static_cast<std::uint64_t>(time.time_since_epoch().count()); };
  const auto clamped = [](std::uint64_t span) { return nanoseconds{static_cast<std::int64_t>(span < k_most ? span : k_most)}; };
  return at >= zero ? clamped(count(at) - count(zero)) : -clamped(count(zero) - count(at));
}

bool same(const timeline::Progress& a, const timeline::Progress& b) {
  return a.words == b.words && a.layer == b.layer && a.phase == b.phase && a.done == b.done && a.total == b.total;
}

}  // namespace

Status parse_status(std::string_view word) {
  // Docker: distribution/xfer and pkg/progress of 20.10; containerd: core/transfer/local/progress.go of 2.4.
  static constexpr std::array<std::pair<std::string_view, Status>, 16> k_words{{
      {"Pulling fs layer", Status::waiting},
      {"Waiting", Status::waiting},
      {"Downloading", Status::downloading},
      {"Verifying Checksum", Status::complete},
      {"Download complete", Status::complete},
      {"Extracting", Status::extracting},
      {"Pull complete", Status::extracted},
      {"Already exists", Status::exists},
      {"waiting", Status::waiting},
      {"downloading", Status::downloading},
      {"complete", Status::complete},
      {"already exists", Status::exists},
      {"extracting", Status::extracting},
      {"extracted", Status::extracted},
      {"progress for image pull", Status::counters},
      {"No progress", Status::other},
  }};
  const auto* const found = std::find_if(k_words.begin(), k_words.end(), [&](const auto& row) { return row.first == word; });
  return found == k_words.end() ? Status::other : found->second;
}

Report parse_docker_progress(std::string_view text, nanoseconds at) {
  Report report;
  report.at = at;
  report.words = std::string(text);
  if (const auto colon = text.find(": "); colon != std::string_view::npos && text.find(' ') > colon) {
    report.layer = std::string(text.substr(0, colon));
    text.remove_prefix(colon + 2);
  }
  text = text.substr(0, text.find('['));
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  report.status = parse_status(text);
  if (report.status == Status::other) report.layer.clear();  // "2.8.0: Pulling from recs/ranker": a tag, no layer
  return report;
}

std::optional<Stream> stream_of(const timeline::Attempt& attempt, Samples samples, nanoseconds every) {
  std::optional<SysTime> zero = attempt.begin.at;
  std::optional<SysTime> last;
  for (const auto& sample : attempt.samples) {
    if (!sample.when.at) continue;
    if (!zero) zero = *sample.when.at;
    if (!last || *last < *sample.when.at) last = *sample.when.at;
  }
  if (!last) return std::nullopt;

  Stream stream;
  const timeline::Progress* before = nullptr;
  for (const auto& sample : attempt.samples) {
    if (!sample.when.at) continue;
    nanoseconds at = since(*zero, *sample.when.at);
    if (samples == Samples::at_its_looks) {
      // The reporter starts one interval before its first line, so that the lines are its ticks. What a line shows
      // arrived at some time since the line before. Almost the whole interval is taken off, so that a look one
      // interval after the line before finds it silent for less than that, in spite of lines written a little late.
      if (before == nullptr) stream.begin = at - every;
      if (before != nullptr && same(*before, sample)) continue;
      at = std::max(at - every / 10 * 9, stream.begin);
    } else if (before == nullptr) {
      stream.begin = at;
    }
    before = &sample;
    stream.reports.push_back(report_of(sample, at));
  }
  std::stable_sort(stream.reports.begin(), stream.reports.end(), [](const Report& a, const Report& b) { return a.at < b.at; });
  if (samples == Samples::at_its_looks) stream.sampled_every = every;

  stream.end = since(*zero, std::max(*last, attempt.end.at.value_or(*last)));
  if (attempt.end.at && attempt.outcome) {
    switch (*attempt.outcome) {
      case timeline::Outcome::ok:
      case timeline::Outcome::cached: stream.ending = Ending::finished; break;
      case timeline::Outcome::failed: stream.ending = Ending::failed; break;
      case timeline::Outcome::cancelled: stream.ending = Ending::cancelled; break;
    }
  }
  return stream;
}

}  // namespace unsnag::watch
