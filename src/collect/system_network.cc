// SPDX-License-Identifier: Apache-2.0
// Interfaces and routes of the node; or, in a container with a network of its own, what can be seen of the node's from there.
#include <fmt/format.h>

#include "base/text.h"
#include "collect/system.h"
#include "node/network.h"

namespace unsnag::collect {
namespace {

/// A /sys that was mounted by the node shows the node's interfaces, whoever reads it.
std::string interfaces_of_sys(const node::Root& root) {
  std::string text;
  const auto links = root.list("/sys/class/net");
  if (!links) return text;
  for (const auto& link : *links) {
    const auto word = [&](std::string_view file) {
      const auto value = root.read("/sys/class/net/" + link.name + "/" + std::string(file), 4096);
      return value ? std::string(trim(*value)) : std::string("?");
    };
    text += fmt::format("{}: mtu {} state {} link {}\n", printable(link.name), word("mtu"), word("operstate"), word("address"));
  }
  return text;
}

}  // namespace

void network(const Survey& survey, Gathered& gathered) {
  const std::string path = "system/network.txt", what = "interfaces, addresses, routes";
  std::optional<bool> same;
  if (survey.proc)
    if (const auto told = node::same_namespace(*survey.proc, "net")) same = *told;
  const bool ours = same.value_or(survey.root.is_this_machine());
  if (ours) {
    const auto found = node::network();
    if (!found) return gathered.miss(path, what, "rtnetlink", found.error());
    gathered.add(
        path, what, "rtnetlink",
        (same ? "# the node's network namespace\n" : "# the network namespace of this process; whether it is the node's can't be told\n") +
            node::to_text(*found));
    return;
  }
  std::string text = interfaces_of_sys(survey.root);
  if (!text.empty()) text.insert(0, "# the node's interfaces, out of its /sys\n");
  if (survey.proc)
    for (const std::string file : {"/1/net/route", "/1/net/ipv6_route"})
      if (const auto table = survey.proc->tree.read(file, std::size_t{1} << 20U)) text += "# " + survey.proc->folder + file + "\n" + *table;
  if (text.empty() && !survey.kernel_is_nodes) return;  // kernel() says so once for all
  if (text.empty())
    return gathered.miss(path, what, "rtnetlink",
                         {Errc::not_found, "this process has a network of its own, and the node's can't be seen from it"});
  gathered.add(path, what, survey.root.here("/sys/class/net"), text);
}

}  // namespace unsnag::collect
