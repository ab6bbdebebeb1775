// SPDX-License-Identifier: Apache-2.0
// A longer limit for the watchdog that cancelled. Each runtime has its own.
#include <fmt/format.h>

#include "remedy/cures.h"

namespace unsnag::remedy {
namespace {

using settings::Setting;
using settings::Target;

Result<std::string> check_deadline(std::string_view value) {
  const auto checked = check_duration(value);
  if (checked) return checked;
  if (value.substr(0, 1) == "0")
    return fail(Errc::invalid_argument,
                "0 is no cure: dockershim then cancels at its first look, and containerd's transfer service never comes back from the pull "
                "(containerd issue 14158). Take a long one: 30m");
  return checked;
}

Result<Prescription> prescribe(const node::Root&, const NodeFacts& facts, const Values& values) {
  const auto deadline = values.get("deadline");
  Setting setting;
  setting.value = deadline;
  switch (facts.runtime) {
    case Runtime::dockershim:
      if (!facts.knows_pull_deadline)
        return fail(Errc::unsupported,
                    "this kubelet does not know --image-pull-progress-deadline (it went with dockershim in 1.24) and would not start "
                    "with it; its runtime is not known");
      setting.target = Target::kubelet_flag;
      setting.key = "image-pull-progress-deadline";
      break;
    case Runtime::cri_dockerd:
      setting.target = Target::cri_dockerd_flag;
      setting.key = "image-pull-progress-deadline";
      break;
    case Runtime::containerd:
      setting.target = Target::containerd;
      setting.key = "image_pull_progress_timeout";
      break;
    case Runtime::crio:
      setting.target = Target::crio;
      setting.key = "crio.image.pull_progress_timeout";
      break;
    case Runtime::unknown: return fail(Errc::unsupported, "no runtime is found on this node: neither Docker, containerd nor CRI-O");
  }
  Prescription prescription;
  prescription.settings.push_back(std::move(setting));
  if (facts.runtime == Runtime::dockershim)
    prescription.warnings.emplace_back("take the flag out before this node goes to Kubernetes 1.24, whose kubelet does not start with it");
  return prescription;
}

}  // namespace

const Cure k_progress_deadline{"progress-deadline",
                               "a longer limit for the watchdog that cancelled the pull",
                               {{"deadline", "TIME", "10m", "how long a pull may show no progress", check_deadline}},
                               prescribe};

}  // namespace unsnag::remedy
