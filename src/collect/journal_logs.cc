// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "collect/logs.h"
#include "journal/journal.h"

namespace unsnag::collect {
namespace {

struct Wanted {
  std::string name;  // of the file, and for people: "kubelet"
  std::string what, source;
  journal::Slice slice;
};

/// "docker" of docker.service; docker.socket keeps its whole name.
std::string name_of(std::string_view unit) {
  constexpr std::string_view k_service = ".service";
  return std::string(unit.ends_with(k_service) ? unit.substr(0, unit.size() - k_service.size()) : unit);
}

/// The units that pull and let pull before all others: theirs is the room.
int rank_of(std::string_view unit) {
  constexpr std::array<std::string_view, 10> k_first{"kubelet", "containerd", "docker",    "crio",          "cri-docker",
                                                     "k3s",     "rke2",       "k0sworker", "snap.microk8s", "k0s"};
  const auto at = std::find_if(k_first.begin(), k_first.end(), [&](std::string_view name) { return unit.starts_with(name); });
  return static_cast<int>(at - k_first.begin());
}

std::vector<Wanted> wanted(const journal::Journal& journal, const Wants& wants) {
  journal::Slice slice;
  slice.since = wants.since;
  std::vector<std::string> units;
  if (auto all = journal.units()) units = std::move(*all);
  std::erase_if(units, [](const std::string& unit) { return !journal::concerns_pulls(unit); });
  std::stable_sort(units.begin(), units.end(), [](const auto& a, const auto& b) { return rank_of(a) < rank_of(b); });
  std::vector<Wanted> list;
  for (const auto& unit : units) {
    slice.units = {unit};
    list.push_back({name_of(unit), "the journal of " + unit, "journal: unit " + unit, slice});
  }
  slice.units.clear();
  slice.kernel = true;
  const auto behind_runtimes = std::find_if(list.begin(), list.end(), [](const auto& one) { return rank_of(one.name) == 10; });
  list.insert(behind_runtimes, {"kernel", "the journal of the kernel", "journal: kernel", slice});
  return list;
}

/// The folders of a running and of a stopped journald, as they are beneath the node's root.
journal::Journal open_journal(const node::Root& root, Sink& sink, Lacks& lacks, Result<void*>& written) {
  journal::Journal journal;
  for (const std::string folder : {"/var/log/journal", "/run/log/journal"}) {
    auto fd = root.open_path(folder, O_RDONLY | O_DIRECTORY);
    auto added = fd ? journal.add_folder(*fd, root.here(folder)) : Result<void*>(tl::unexpected<Error>(fd.error()));
    if (added || added.error().code == Errc::not_found || !written) continue;
    lacks.add(added.error());
    written = sink.missing({"logs" + folder, "the journal", root.here(folder), bundle::Kind::log}, added.error());
  }
  for (const auto& unreadable : journal.unreadable()) {
    if (!written) break;
    lacks.add(unreadable.why);
    written = sink.missing({"logs/journal", "a file of the journal", unreadable.name, bundle::Kind::log}, unreadable.why);
  }
  return journal;
}

Result<void*> copy(const journal::Journal& journal, Wanted one, Room& room, bool last, Sink& sink, Lacks& lacks) {
  const bundle::Item item{"logs/" + one.name + ".log", one.what, one.source, bundle::Kind::log};
  if (room.full()) return sink.left_out(item, "no room was left for it (--max-size)");
  one.slice.max_bytes = room.share(last);
  auto text = journal.text(one.slice);
  if (!text) {
    lacks.add(text.error());
    return sink.missing(item, text.error());
  }
  text->stop_when([&] { return sink.stopped(); });
  std::string buffer(std::size_t{256} << 10U, '\0');
  bool begun = false;
  for (;;) {
    const auto got = text->read(buffer.data(), buffer.size());
    if (!got || *got == 0) break;
    if (!begun) TRY(sink.begin(item));
    begun = true;
    TRY(sink.add({buffer.data(), *got}));
  }
  const auto& summary = text->summary();
  room.took(summary.bytes);
  bundle::Outcome outcome;
  outcome.from = summary.first;
  outcome.to = summary.last;
  if (summary.left_out) {
    outcome.completeness = bundle::Completeness::cut;
    outcome.note = "older lines were left out (--max-size)";
  } else if (one.slice.since) {
    outcome.note = "since " + format_rfc3339(*one.slice.since);
  }
  if (!summary.damage.empty()) {
    outcome.completeness = bundle::Completeness::partial;
    outcome.note.clear();
    for (const auto& damage : summary.damage) {
      outcome.note += (outcome.note.empty() ? "" : "; ") + damage.file + (damage.file.empty() ? "" : ": ") + damage.what;
      lacks.add(Error{Errc::malformed, damage.what});
    }
  }
  if (sink.stopped()) return fail(Errc::cancelled, "interrupted");
  return begun ? sink.end(std::move(outcome)) : Result<void*>(nullptr);
}

}  // namespace

Result<void*> journals(const Survey& survey, const Wants& wants, Room& room, Sink& sink, const RunPart& run) {
  journal::Journal journal;
  std::vector<Wanted> list;
  TRY(run("journal", false, [&](Lacks& lacks) {
    Result<void*> written = nullptr;
    journal = open_journal(survey.root, sink, lacks, written);
    if (!journal.empty()) list = wanted(journal, wants);
    return written;
  }));
  // The rare units one by one would be a screen full of lines.
  std::size_t i = 0;
  for (; i < list.size() && (rank_of(list[i].name) < 10 || list[i].name == "kernel"); ++i)
    TRY(run(list[i].name + " journal", true, [&](Lacks& lacks) { return copy(journal, list[i], room, false, sink, lacks); }));
  if (i == list.size()) return nullptr;
  return run("other journals", true, [&](Lacks& lacks) -> Result<void*> {
    for (; i < list.size(); ++i) TRY(copy(journal, list[i], room, false, sink, lacks));
    return nullptr;
  });
}

}  // namespace unsnag::collect
