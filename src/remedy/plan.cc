// SPDX-License-Identifier: Apache-2.0
#include "remedy/plan.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "remedy/placing.h"

namespace unsnag::remedy {
namespace {

using settings::Target;

struct Place {
  Target target;
  Result<void> (*place)(const Placing&, const Settings&);
};
/// In this order, since a runtime is restarted before the kubelet that talks to it.
constexpr std::array<Place, 10> k_places{{{Target::file, place_files},
                                          {Target::sysctl, place_kernel},
                                          {Target::environment, place_environment},
                                          {Target::unit, place_unit},
                                          {Target::docker, place_docker},
                                          {Target::containerd, place_containerd},
                                          {Target::crio, place_crio},
                                          {Target::cri_dockerd_flag, place_cri_dockerd_flags},
                                          {Target::kubelet_flag, place_kubelet_flags},
                                          {Target::kubelet_config, place_kubelet_config}}};

bool is_unit_file(std::string_view path) { return path.substr(0, 20) == "/etc/systemd/system/"; }

/// Who makes nodes anew out of something else, where the change has to go to last.
std::string for_good(const NodeFacts& facts, std::string_view command) {
  struct Printed {
    std::string_view platform, print;
  };
  constexpr std::array<Printed, 8> k_printed{{{"eks-al2", "cloudformation"},
                                              {"eks-al2023", "nodeadm"},
                                              {"gke", "gke"},
                                              {"aks", "aks"},
                                              {"openshift", "openshift"},
                                              {"bottlerocket", "bottlerocket"},
                                              {"talos", "talos"},
                                              {"kubeadm", "kubeadm"}}};
  const auto* const found =
      std::find_if(k_printed.begin(), k_printed.end(), [&](const Printed& one) { return one.platform == facts.platform; });
  if (found == k_printed.end()) return {};
  return fmt::format("{} --print {}", command, found->print);
}

Result<void> is_changeable(const NodeFacts& facts, std::string_view command) {
  if (facts.platform != "bottlerocket" && facts.platform != "talos") return {};
  return fail(Errc::unsupported, fmt::format("{} generates its files from its own settings: {}",
                                             facts.platform == "talos" ? "Talos" : "Bottlerocket", for_good(facts, command)));
}

}  // namespace

Result<Plan> make_plan(const node::Root& root, const NodeFacts& facts, std::string_view cause,
                       const std::vector<settings::Setting>& wanted) {
  Plan plan;
  plan.cause = cause;
  plan.node = facts.name;
  plan.about = describe(facts);
  plan.platform = facts.platform;
  plan.command = fmt::format("unsnag fix {}", cause);
  plan.settings = wanted;
  plan.runs = root.is_this_machine();
  TRY(is_changeable(facts, plan.command));
  Draft draft(root);
  const Placing at{root, facts, draft, plan};
  for (const auto& place : k_places) {
    Settings mine;
    std::copy_if(wanted.begin(), wanted.end(), std::back_inserter(mine), [&](const auto& one) { return one.target == place.target; });
    if (mine.empty()) continue;
    const auto restarts = plan.restarts;
    const auto probes = plan.probes;
    const auto revision = draft.revision();
    const auto kernel = plan.kernel.size();
    TRY(place.place(at, mine));
    if (draft.revision() == revision && plan.kernel.size() == kernel) {  // in force already: nothing to restart for
      plan.restarts = restarts;
      plan.probes = probes;
    }
  }
  plan.files = draft.take();
  if (plan.changes_nothing()) plan.warnings.clear();
  plan.reload_units = std::any_of(plan.files.begin(), plan.files.end(), [](const FileChange& one) { return is_unit_file(one.path); });
  for (const auto& file : plan.files)
    if (file.links > 1)
      plan.warnings.push_back(fmt::format("{} has {} names (hard links): the others keep the old content", file.path, file.links));
  plan.for_good = for_good(facts, plan.command);
  if (facts.platform == "openshift")
    plan.warnings.emplace_back("the Machine Config Operator notices changed files, calls the node degraded and may undo the change");
  return plan;
}

}  // namespace unsnag::remedy
