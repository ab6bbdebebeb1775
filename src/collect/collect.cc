// SPDX-License-Identifier: Apache-2.0
#include "collect/collect.h"

#include <sys/utsname.h>

#include <cstdlib>
#include <utility>

#include "base/text.h"
#include "collect/cluster.h"
#include "collect/logs.h"
#include "collect/room.h"
#include "collect/runtime_state.h"
#include "collect/survey.h"
#include "collect/system.h"

namespace unsnag::collect {
namespace {

using Clock = std::chrono::steady_clock;

Amount operator-(const Amount& a, const Amount& b) {
  return {a.files - b.files, a.lines - b.lines, a.bytes - b.bytes, a.secrets - b.secrets};
}

bundle::Kind kind_of(std::string_view path) {
  if (path.starts_with("logs/")) return bundle::Kind::log;
  if (path.starts_with("config/")) return bundle::Kind::config;
  if (path.starts_with("runtime/")) return bundle::Kind::runtime;
  if (path.starts_with("kubernetes/")) return bundle::Kind::kubernetes;
  if (path.starts_with("cloud/")) return bundle::Kind::cloud;
  return path.starts_with("system/") ? bundle::Kind::system : bundle::Kind::other;
}

Result<void*> put_all(const Gathered& gathered, Sink& sink, Lacks& lacks) {
  for (const auto& document : gathered.documents)
    TRY(sink.put({document.path, document.what, document.source, kind_of(document.path)}, document.text, {}, document.source));
  for (const auto& gap : gathered.gaps) {
    lacks.add(gap.why);
    TRY(sink.missing({gap.path, gap.what, gap.source, kind_of(gap.path)}, gap.why));
  }
  return nullptr;
}

}  // namespace

void Lacks::add(const Error& why) {
  const bool absent = why.code == Errc::not_found;
  if (++(absent ? absent_ : unread_) != 1 || (absent && unread_ != 0)) return;
  words_ = why.code == Errc::permission_denied ? "no permission (root only)" : why.message();
}

Result<void*> collect(const node::Root& root, const Wants& wants, Sink& sink, const Listener& listener) {
  const RunPart run = [&](std::string_view name, bool counts_lines, const auto& part) -> Result<void*> {
    const auto begun = Clock::now();
    const auto before = sink.amount();
    Lacks lacks;
    listener.begin(name);
    TRY(part(lacks));
    listener.end(
        {std::string(name), sink.amount() - before, Clock::now() - begun, counts_lines, lacks.unread(), lacks.absent(), lacks.words()});
    return nullptr;
  };
  const auto gather = [&](const Survey& seen, const std::function<bool(std::string_view)>& wanted) {
    return [&sink, &listener, &seen, wanted](Lacks& lacks) -> Result<void*> {
      for (const auto& part : system_parts()) {
        if (!wanted(part.name)) continue;
        listener.begin(part.name);
        Gathered gathered;
        part.gather(seen, gathered);
        TRY(put_all(gathered, sink, lacks));
      }
      return nullptr;
    };
  };
  const auto is_configuration = [](std::string_view part) { return part == "configuration"; };

  // What collecting itself changes is measured before it begins.
  TRY_ASSIGN(const auto seen, survey(root));
  TRY(run("configuration", false, gather(seen, is_configuration)));
  TRY(run("disks, load, network", false, gather(seen, std::not_fn(is_configuration))));
  TRY(runtime_state(seen, sink, run));
  if (!wants.offline) {
    TRY(run("cluster", false, [&](Lacks& lacks) { return cluster(seen, wants.node, sink, lacks); }));
    TRY(run("cloud", false, [&](Lacks& lacks) { return cloud(seen, sink, lacks); }));
  }

  // From here on it is logs, for which there is only so much room.
  Room room(wants.max_bytes);
  TRY(journals(seen, wants, room, sink, run));
  TRY(run("text logs", true, [&](Lacks& lacks) { return text_logs(seen, wants, room, sink, lacks); }));
  // A bundle without them looks as quiet as that of a healthy node.
  if (sink.knows_of("logs/",
                    {"kubelet", "containerd", "docker", "crio", "k3s", "rke2", "k0s", "microk8s", "messages", "syslog", "daemon.log"}))
    return nullptr;
  return run("logs", true, [&](Lacks& lacks) {
    const Error why{Errc::not_found, "no log of kubelet or of a runtime is in the journal or in /var/log"};
    lacks.add(why);
    return sink.missing({"logs/kubelet.log", "kubelet's and the runtimes' logs", root.here("/var/log"), bundle::Kind::log}, why);
  });
}

std::string node_name(const node::Root& root) {
  if (const char* given = std::getenv("NODE_NAME"); given != nullptr && *given != '\0') return given;
  if (!root.is_this_machine())
    if (const auto name = root.read("/etc/hostname", 4096); name && !trim(*name).empty()) return std::string(trim(*name));
  struct utsname names {};
  return ::uname(&names) == 0 && names.nodename[0] != '\0' ? names.nodename : "node";
}

}  // namespace unsnag::collect
