// SPDX-License-Identifier: Apache-2.0
#include "report/tracks.h"

#include <algorithm>
#include <unordered_map>

#include "base/text.h"

namespace unsnag::report {
namespace {

using timeline::Attempt;
using timeline::Outcome;
using timeline::Phase;

constexpr std::size_t k_most_layers = 6;
/// A shorter silence is every pull's.
constexpr std::chrono::seconds k_notable{10};

double since(SysTime begin, SysTime at) { return std::chrono::duration<double>(at - begin).count(); }

bool ended_badly(const std::optional<Outcome>& outcome) { return outcome == Outcome::failed || outcome == Outcome::cancelled; }

struct Silence {
  SysTime from;
  std::string layer;  // "" unknown
  Phase phase = Phase::unpack;
};

/// The last moment at which a sample told something new, and of which layer.
std::optional<Silence> last_news(const Attempt& attempt) {
  std::unordered_map<std::string, const timeline::Progress*> latest;
  std::optional<Silence> news;
  for (const auto& sample : attempt.samples) {
    auto& before = latest[sample.layer];
    const bool same = before != nullptr && before->phase == sample.phase && before->words == sample.words && before->done == sample.done;
    before = &sample;
    if (!same && sample.when.at) news = Silence{*sample.when.at, sample.layer, sample.phase};
  }
  return news;
}

Phase phase_of(std::string_view doing, Phase otherwise) {
  if (contains(doing, "xtract") || contains(doing, "npack")) return Phase::unpack;
  if (contains(doing, "ownload")) return Phase::download;
  return otherwise;
}

/// Which row to mark as silent: a measured silence (the timer's) counts for more than what the samples look like.
std::optional<Silence> silence_of(const Attempt& attempt, const Extent& extent, const diagnose::Timer* timer) {
  if (timer == nullptr && attempt.outcome != Outcome::cancelled) return std::nullopt;
  auto silence = last_news(attempt);
  if (timer != nullptr && timer->silent_for && *timer->silent_for > nanoseconds{0} && *timer->silent_for <= extent.end - extent.begin) {
    if (!silence) silence = Silence{extent.end, timer->layer, phase_of(timer->doing, Phase::unpack)};
    silence->from = extent.end - *timer->silent_for;
    if (!timer->layer.empty() && short_layer(timer->layer) != short_layer(silence->layer)) {
      silence->layer = timer->layer;
      silence->phase = phase_of(timer->doing, silence->phase);
    }
  }
  if (!silence || silence->from < extent.begin || extent.end - silence->from < k_notable) return std::nullopt;
  return silence;
}

Row row_of(const std::pair<Phase, std::string>& key, const Track& track, const Tracks& tracks, const Attempt& attempt,
           const Extent& extent) {
  Row row;
  row.phase = key.first;
  row.layer = key.second;
  row.layers = key.second.empty() ? 0 : 1;
  row.outcome = track.outcome;
  row.done = track.done;
  row.total = track.total;
  row.from_known = track.begin.has_value();
  row.from = since(extent.begin, track.begin.value_or(extent.begin));
  auto end = track.end;
  if (!end) {
    row.to_known = false;
    end = extent.end;
    // Nobody said when it ended: no later than the next phase began.
    if (key.second.empty())
      for (const auto& [other, later] : tracks)
        if (other.first > key.first && later.begin && (!track.begin || *later.begin >= *track.begin)) end = std::min(*end, *later.begin);
    if (*end == extent.end && !row.outcome && ended_badly(attempt.outcome)) {
      row.outcome = attempt.outcome;
      row.to_known = true;
    }
  }
  row.to = std::max(since(extent.begin, *end), row.from);
  return row;
}

/// Of many layers, those that tell something: silent, failed, unfinished, long.
void share_rows(std::vector<Row>& rows) {
  if (rows.size() <= k_most_layers) return;
  const auto weight = [](const Row& row) {
    return (row.silent_from ? 1e12 : 0) + (ended_badly(row.outcome) ? 1e11 : 0) + (row.to - row.from);
  };
  std::stable_sort(rows.begin(), rows.end(), [&](const Row& a, const Row& b) { return weight(a) > weight(b); });
  Row rest = rows[k_most_layers - 1];
  for (auto it = rows.begin() + k_most_layers; it != rows.end(); ++it) {
    rest.from = std::min(rest.from, it->from);
    rest.to = std::max(rest.to, it->to);
    rest.from_known = rest.from_known && it->from_known;
    rest.to_known = rest.to_known && it->to_known;
    rest.done = rest.done && it->done ? std::optional(*rest.done + *it->done) : std::nullopt;
    if (ended_badly(it->outcome)) rest.outcome = it->outcome;
  }
  rest.layers = rows.size() - (k_most_layers - 1);
  rest.layer.clear();
  rows.resize(k_most_layers - 1);
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) { return a.from < b.from; });
  rows.push_back(std::move(rest));
}

void mark_silence(std::vector<Row>& rows, const Silence& silence, const Extent& extent) {
  const auto from = since(extent.begin, silence.from);
  auto chosen = rows.end();
  for (auto it = rows.begin(); it != rows.end(); ++it) {
    const bool same = !silence.layer.empty() && short_layer(it->layer) == short_layer(silence.layer);
    if (same && (chosen == rows.end() || it->phase == silence.phase)) chosen = it;
  }
  if (chosen == rows.end()) {
    Row row;
    row.phase = silence.phase;
    row.layer = silence.layer;
    row.layers = silence.layer.empty() ? 0 : 1;
    row.from = from;
    row.from_known = false;
    chosen = rows.insert(rows.end(), row);
  }
  chosen->silent_from = from;
  chosen->from = std::min(chosen->from, from);
  chosen->to = since(extent.begin, extent.end);
  chosen->outcome = Outcome::cancelled;
}

}  // namespace

std::optional<Extent> extent_of(const Attempt& attempt) {
  auto begin = attempt.begin.at, end = attempt.end.at;
  if (!begin)
    for (const auto& span : attempt.spans)
      if (span.begin.at && (!begin || *span.begin.at < *begin)) begin = span.begin.at;
  if (!end) {
    for (const auto& span : attempt.spans)
      if (span.end.at && (!end || *span.end.at > *end)) end = span.end.at;
    for (const auto& sample : attempt.samples)
      if (sample.when.at && (!end || *sample.when.at > *end)) end = sample.when.at;
  }
  if (!begin || !end || *end <= *begin) return std::nullopt;
  const auto uncertain = std::max(attempt.begin.uncertainty, attempt.end.uncertainty);
  if (uncertain > (*end - *begin) / 4) return std::nullopt;
  return Extent{*begin, *end};
}

Tracks tracks_of(const Attempt& attempt) {
  Tracks tracks;
  for (const auto& span : attempt.spans) {
    if (span.phase == Phase::commit) continue;  // a moment, not a stretch
    auto& track = tracks[{span.phase, span.layer}];
    if (span.begin.at && (!track.begin || *span.begin.at < *track.begin)) track.begin = span.begin.at;
    if (span.end.at && (!track.end || *span.end.at > *track.end)) track.end = span.end.at;
    if (span.outcome) track.outcome = span.outcome;
  }
  for (const auto& sample : attempt.samples) {
    auto& track = tracks[{sample.phase, sample.layer}];
    if (sample.done) track.done = sample.done;
    if (sample.total) track.total = sample.total;
  }
  return tracks;
}

std::vector<Row> rows_of(const Attempt& attempt, const Extent& extent, const diagnose::Timer* timer) {
  const auto tracks = tracks_of(attempt);
  std::vector<Row> rows;
  bool pull_known = false, layers_known = false;
  for (const auto& [key, track] : tracks) {
    if (!track.begin && !track.end) continue;
    if (!key.second.empty()) layers_known = true;
    else if (key.first != Phase::queue) pull_known = true;
    rows.push_back(row_of(key, track, tracks, attempt, extent));
  }
  // A runtime that logs only "PullImage" begins to resolve and never says when it is through with that.
  const auto beyond_queue = std::count_if(rows.begin(), rows.end(), [](const Row& row) { return row.phase != Phase::queue; });
  for (auto& row : rows)
    if (beyond_queue == 1 && row.phase == Phase::resolve && !tracks.at({row.phase, row.layer}).end) row.whole = true;
  if (!pull_known) {
    Row row;
    row.whole = true;
    row.to = since(extent.begin, extent.end);
    row.outcome = attempt.outcome;
    row.to_known = attempt.end.at.has_value();
    rows.insert(rows.begin(), row);
  }
  if (const auto silence = silence_of(attempt, extent, timer)) {
    if (silence->layer.empty() && !layers_known) {
      // All that is known is the pull: its own bar falls silent.
      const auto whole = std::find_if(rows.begin(), rows.end(), [](const Row& row) { return row.whole; });
      auto& row = whole == rows.end() ? rows.back() : *whole;
      row.silent_from = since(extent.begin, silence->from);
      row.to = since(extent.begin, extent.end);
    } else {
      mark_silence(rows, *silence, extent);
    }
  }
  std::stable_sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    if (a.whole != b.whole) return a.whole;
    if (a.phase != b.phase) return a.phase < b.phase;
    return a.from < b.from;
  });
  const auto trifle = [](const Row& row) {
    const auto length = row.to - row.from;
    const bool small = (row.phase == Phase::queue && length < 0.5) || (row.phase == Phase::verify && length < 0.05);
    return small && row.from_known && row.to_known && !ended_badly(row.outcome) && !row.silent_from;
  };
  rows.erase(std::remove_if(rows.begin(), rows.end(), trifle), rows.end());
  std::vector<Row> shown;
  for (auto it = rows.begin(); it != rows.end();) {
    auto end = it;
    while (end != rows.end() && end->phase == it->phase && end->whole == it->whole) ++end;
    std::vector<Row> layers;
    for (; it != end; ++it) (it->layer.empty() ? shown : layers).push_back(*it);
    share_rows(layers);
    shown.insert(shown.end(), layers.begin(), layers.end());
  }
  return shown;
}

std::string short_layer(std::string_view layer) {
  constexpr std::string_view k_algorithm = "sha256:";
  if (layer.substr(0, k_algorithm.size()) == k_algorithm) layer.remove_prefix(k_algorithm.size());
  return std::string(layer.substr(0, 12));
}

}  // namespace unsnag::report
