// SPDX-License-Identifier: Apache-2.0
// Downloads that were begun and that nobody goes on with: containerd keeps what they have so far, and a pull of the same layer
// goes on from it, or waits for whoever began it. Whoever still writes has written lately.
#include <algorithm>

#include <fmt/format.h>

#include "base/time.h"
#include "remedy/actions.h"

namespace unsnag::remedy {
namespace {

constexpr std::chrono::minutes k_untouched{10};

/// nullopt: nobody knows when it was last written to, so that it counts as being written.
std::optional<nanoseconds> untouched_for(const runtimes::Ingest& ingest, SysTime now) {
  const auto& at = ingest.updated ? ingest.updated : ingest.started;
  if (!at) return std::nullopt;
  return now - *at;
}

std::string describe(const IngestIn& one, SysTime now) {
  auto text = fmt::format("{} in namespace {}: {}", one.ingest.ref, one.name_space, format_size(one.ingest.offset));
  if (one.ingest.total) text += " of " + format_size(*one.ingest.total);
  if (const auto ago = untouched_for(one.ingest, now)) text += fmt::format(", nobody has written to it for {}", format_short(*ago));
  return text;
}

bool is_stale(const IngestIn& one, SysTime now) {
  const auto ago = untouched_for(one.ingest, now);
  return ago && *ago >= k_untouched;
}

/// Looked at again at once before it is dropped: in between a pull may have taken it up.
Result<std::string> drop(Store& store, const IngestIn& planned) {
  TRY_ASSIGN(const auto all, store.ingests());
  const auto found = std::find_if(all.begin(), all.end(), [&](const IngestIn& one) {
    return one.name_space == planned.name_space && one.ingest.ref == planned.ingest.ref;
  });
  if (found == all.end()) return fmt::format("{} had ended already", planned.ingest.ref);
  if (found->ingest.offset != planned.ingest.offset || found->ingest.updated != planned.ingest.updated)
    return fmt::format("{} is written to again, and was left alone", planned.ingest.ref);
  const auto done = store.abort_ingest(planned.name_space, planned.ingest.ref);
  if (!done && done.error().code != Errc::not_found) return tl::unexpected<Error>(done.error());
  return std::string();
}

Result<std::string> look_again(Store& store, const std::vector<IngestIn>& planned) {
  TRY_ASSIGN(const auto all, store.ingests());
  for (const auto& one : all)
    for (const auto& old : planned)
      if (one.name_space == old.name_space && one.ingest.ref == old.ingest.ref && one.ingest.updated == old.ingest.updated)
        return fail(Errc::io, fmt::format("{} is still there", one.ingest.ref));
  return std::string("none of them is left; kubelet's next try begins those layers anew");
}

/// Where that can't be known, an hour ago, since no layer takes as long to unpack.
SysTime runtime_started(const Ground& ground) {
  const auto machine = ground.machine();
  if (machine)
    if (const auto state = (*machine)->services().state(ground.facts.engine.unit.name); state && state->main_pid > 0)
      if (const auto at = (*machine)->started(state->main_pid)) return *at;
  return ground.now - std::chrono::hours(1);
}

Result<ActionPlan> plan_ref_locked(const Ground& ground, const Values&) {
  TRY_ASSIGN(const auto store, ground.store());
  TRY_ASSIGN(const auto all, store->ingests());
  ActionPlan plan;
  std::vector<IngestIn> stale;
  for (const auto& one : all) {
    if (is_stale(one, ground.now)) stale.push_back(one);
    else plan.notes.push_back(fmt::format("{} is being written, and left alone", one.ingest.ref));
  }
  for (const auto& one : stale) plan.found.push_back(describe(one, ground.now));
  TRY_ASSIGN(const auto extractions, store->extractions());
  const auto since = runtime_started(ground);
  for (const auto& one : extractions)
    if (one.snapshot.created && *one.snapshot.created < since)
      plan.notes.push_back(
          fmt::format("{} ({}, namespace {}) is from before containerd was started, so nobody unpacks into it: it goes with "
                      "containerd's own collection once its lease has ended",
                      one.snapshot.key, one.snapshotter, one.name_space));
  if (stale.empty()) {
    plan.found.push_back(fmt::format("no download that nobody has written to for {}", format_short(k_untouched)));
    plan.notes.emplace_back(
        "a lock without a download lives in containerd's memory alone: restarting containerd frees it, containers go on, and other "
        "pulls begin again");
    return plan;
  }
  for (const auto& one : stale)
    plan.steps.push_back({fmt::format("drop the download {} of namespace {}", one.ingest.ref, one.name_space),
                          "running pods go on; what it has so far is fetched again", [store, one] { return drop(*store, one); }});
  plan.undo = "this can't be undone: half a layer is gone, and comes from the registry again";
  plan.check = "the store's downloads are listed again";
  plan.verify = [store, stale] { return look_again(*store, stale); };
  return plan;
}

}  // namespace

const Action k_ref_locked{"ref-locked", "downloads that nobody goes on with, dropped", {}, plan_ref_locked};

}  // namespace unsnag::remedy
