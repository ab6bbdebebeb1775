// SPDX-License-Identifier: Apache-2.0
#include "diagnose/timer.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "diagnose/effective.h"
#include "watch/rule.h"
#include "watch/stream.h"
#include "watch/watchdog.h"

namespace unsnag::diagnose {
namespace {

using timeline::Attempt;
using timeline::Noted;
using timeline::Outcome;

struct Watcher {
  std::string_view by;          // as the catalogue names it
  std::string_view program;     // as watch names it
  std::string_view version_of;  // fact version(of=…)
  std::string_view shown;
  std::string_view setting;
};
constexpr std::array<Watcher, 4> k_watchers{
    Watcher{"kubelet-dockershim", "kubelet", "kubelet", "kubelet (dockershim)", "image-pull-progress-deadline"},
    Watcher{"cri-dockerd", "cri-dockerd", "cri-dockerd", "cri-dockerd", "image-pull-progress-deadline"},
    Watcher{"containerd", "containerd", "containerd", "containerd", "image_pull_progress_timeout"},
    Watcher{"cri-o", "cri-o", "cri-o", "CRI-O", "pull_progress_timeout"},
};

std::string version_of(const CaseFile& file, std::string_view program) {
  for (const auto& fact : file.facts)
    if (fact.fact.name == "version" && fact.fact.get("of") == program) return std::string(fact.fact.get("version"));
  return {};
}

std::string place(const Noted& noted) {
  return noted.first_origin.line == 0 ? noted.first_origin.file : noted.first_origin.file + ":" + std::to_string(noted.first_origin.line);
}

/// Where the limit in force comes from; "" when nothing tells.
std::string origin_of(const CaseFile& file, const Watcher& watcher, const CaseFact* setting, const Timer& timer, bool is_default) {
  const bool stands = timer.limit && setting != nullptr && setting->noted != nullptr;
  if (stands && parse_duration(setting->fact.get("value")) == timer.limit)
    return (is_default ? "the default, in force by " : "set at ") + place(*setting->noted);
  const auto odd = without_effect(file, watcher.program, watcher.setting);
  std::string but;
  if (odd) but = place(*odd->fact->noted) + " " + odd->words;
  else if (stands) but = fmt::format("{} sets {}, which was not in force", place(*setting->noted), setting->fact.get("value"));
  if (!is_default) return but;
  return "the default: " + (but.empty() ? "nothing in the evidence sets it" : but);
}

/// Without a version: a rule of the family, whose way of looking is the same in all versions that log such a line.
std::optional<watch::Rule> rule_of(const Watcher& watcher, const std::string& version, watch::PullMode mode) {
  if (auto rule = watch::rule_for(watcher.program, version, mode)) return rule;
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> k_typical{
      {{"kubelet", "1.20"}, {"cri-dockerd", "0.3.10"}, {"containerd", "2.1.0"}, {"cri-o", "1.32.0"}}};
  for (const auto& [program, typical] : k_typical)
    if (program == watcher.program) return watch::rule_for(program, typical, mode);
  return std::nullopt;
}

std::string where_set(const watch::Rule& rule, std::string_view config_version) {
  std::string text;
  for (const auto& setting : rule.settings) {
    if (!config_version.empty() && setting.config_version != 0 && std::to_string(setting.config_version) != config_version) continue;
    if (!text.empty()) text += ", or ";
    if (setting.kind == watch::Setting::Kind::flag) {
      text += fmt::format("the flag {} on {}'s command line", setting.name, rule.program);
    } else {
      text += fmt::format("{} in {}, table [{}]", setting.name, setting.file, setting.table);
      if (setting.config_version != 0) text += fmt::format(" (version = {})", setting.config_version);
    }
  }
  return text;
}

const Attempt* cancelled_attempt(const CaseFile& file) {
  if (file.pull == nullptr) return nullptr;
  const Attempt* found = nullptr;
  for (const auto& attempt : file.pull->attempts)
    if (attempt.outcome == Outcome::cancelled && (found == nullptr || !attempt.samples.empty()))
      found = &attempt;  // the last one that was observed
  return found;
}

/// Docker finishes and then throws away the layer of a cancelled pull; its line dates when the work would have ended.
std::optional<SysTime> work_ended(const CaseFile& file, const Attempt& attempt) {
  std::optional<SysTime> ended;
  for (const auto& fact : file.facts)
    if (fact.fact.name == "layer-discarded" && fact.noted != nullptr && attempt.end.at && fact.noted->last.at)
      for (const auto& moment : {fact.noted->first.at, fact.noted->last.at})
        if (moment && *moment > *attempt.end.at && *moment < *attempt.end.at + std::chrono::minutes(5) && (!ended || *moment < *ended))
          ended = moment;
  return ended;
}

/// A watchdog's own log lines come at its looks; what comes more often is a recording of what it received.
watch::Samples kind_of_samples(const Attempt& attempt, nanoseconds look_every) {
  std::size_t close = 0;
  for (std::size_t i = 1; i < attempt.samples.size(); ++i) {
    const auto &before = attempt.samples[i - 1].when.at, &now = attempt.samples[i].when.at;
    if (before && now && *now - *before < look_every / 2) ++close;
  }
  return 2 * close > attempt.samples.size() ? watch::Samples::each_report : watch::Samples::at_its_looks;
}

void replay(const CaseFile& file, const watch::Rule& rule, Timer& timer) {
  const auto* attempt = cancelled_attempt(file);
  if (attempt == nullptr || !timer.limit) return;
  const auto stream = watch::stream_of(*attempt, kind_of_samples(*attempt, rule.look_every()), rule.look_every());
  if (!stream) {
    // Nothing recorded; but where the runtime finished the work after the cancel, it needed that much more.
    if (const auto ended = work_ended(file, *attempt); ended && attempt->end.at) {
      timer.enough = std::chrono::ceil<std::chrono::seconds>(*timer.limit + (*ended - *attempt->end.at));
      timer.enough_is_lower_bound = true;
    }
    return;
  }
  auto with_limit = rule;
  with_limit.limit = *timer.limit;
  // The look that cancelled may lie a little after the line that tells of it.
  auto as_seen = *stream;
  as_seen.ending = watch::Ending::open;
  const auto verdict = watch::judge(as_seen, with_limit, stream->end + std::chrono::seconds(1));
  if (verdict.silent_for.count() > 0) timer.silent_for = verdict.silent_for;
  auto until = stream->end;
  if (const auto ended = work_ended(file, *attempt); ended && attempt->end.at) until = stream->end + (*ended - *attempt->end.at);
  const auto deadline = watch::smallest_deadline(*stream, with_limit, until);
  timer.enough = std::max(deadline.value, deadline.for_any_looks);
  timer.enough_is_lower_bound = deadline.kind == watch::Deadline::Kind::at_least;
}

}  // namespace

std::optional<Timer> explain_timer(const CaseFile& file) {
  const CaseFact* cancelled = nullptr;
  for (const auto& fact : file.facts)
    if (fact.fact.name == "cancelled" && (cancelled == nullptr || fact.fact.get("age") == "last")) cancelled = &fact;
  if (cancelled == nullptr) return std::nullopt;
  const auto by = cancelled->fact.get("by");
  const auto* watcher = std::find_if(k_watchers.begin(), k_watchers.end(), [&](const Watcher& w) { return w.by == by; });
  if (watcher == k_watchers.end()) return std::nullopt;

  Timer timer;
  timer.program = watcher->shown;
  timer.limit = parse_duration(cancelled->fact.get("limit"));
  // containerd 2.1 and later pull in one of two ways, and their watchdogs differ.
  const auto mode = file.has("local-pull-mode") ? watch::PullMode::local : watch::PullMode::unknown;
  const auto rule = rule_of(*watcher, version_of(file, watcher->version_of), mode);
  const auto* setting = effective_setting(file, watcher->program, watcher->setting);
  if (!timer.limit && setting != nullptr) timer.limit = parse_duration(setting->fact.get("value"));
  if (rule) {
    timer.setting = rule->settings.empty() ? "" : std::string(rule->settings.front().name);
    const auto* config = effective_setting(file, watcher->program, "config-version");
    timer.where = where_set(*rule, config == nullptr ? "" : config->fact.get("value"));
  }
  timer.limit_origin = origin_of(file, *watcher, setting, timer, rule && timer.limit == rule->limit);

  const auto latest = cancelled->fact.get("latest");
  if (!latest.empty()) {
    const auto report = watch::parse_docker_progress(latest, nanoseconds{0});
    timer.layer = report.layer;
    timer.doing = trim(report.layer.empty() || latest.size() < report.layer.size() + 2 ? latest : latest.substr(report.layer.size() + 2));
    if (report.status != watch::Status::extracting && report.status != watch::Status::downloading && !timer.layer.empty())
      timer.note = "the last message names the layer that spoke last; another one may be the silent one";
  } else if (const auto* attempt = cancelled_attempt(file); attempt != nullptr && !attempt->samples.empty()) {
    timer.layer = attempt->samples.back().layer;
    timer.doing = attempt->samples.back().words;
  } else if (const auto layer = cancelled->fact.get("layer"); !layer.empty()) {
    timer.layer = layer;
  }
  if (timer.doing.empty())
    for (const auto& fact : file.facts)
      if (fact.fact.name == "context-canceled" && fact.fact.get("step") == "unpack") {
        timer.doing = "unpacking";
        timer.layer = fact.fact.get("layer").empty() ? fact.fact.get("digest") : fact.fact.get("layer");
      }
  if (rule) replay(file, *rule, timer);
  return timer;
}

}  // namespace unsnag::diagnose
