// SPDX-License-Identifier: Apache-2.0
// Causes that a key of kubelet's configuration cures: the request's deadline, the queue, the rate, the garbage collection.
#include <charconv>

#include <fmt/format.h>

#include "remedy/cures.h"

namespace unsnag::remedy {
namespace {

using settings::Kind;
using settings::Setting;
using settings::Target;

Setting kubelet(std::string key, std::string value, Kind kind) {
  Setting setting;
  setting.target = Target::kubelet_config;
  setting.key = std::move(key);
  setting.value = std::move(value);
  setting.kind = kind;
  return setting;
}

int number_of(const std::string& text) {
  int number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

Result<Prescription> prescribe_cri_deadline(const node::Root&, const NodeFacts&, const Values& values) {
  Prescription prescription;
  prescription.settings.push_back(kubelet("runtimeRequestTimeout", values.get("timeout"), Kind::text));
  return prescription;
}

Result<Prescription> prescribe_serialized_queue(const node::Root&, const NodeFacts& facts, const Values& values) {
  Prescription prescription;
  const auto parallel = values.get("parallel");
  if (number_of(parallel) < 2) return fail(Errc::invalid_argument, "--parallel: one at a time is what it does now; 2 or more");
  prescription.settings.push_back(kubelet("serializeImagePulls", "false", Kind::boolean));
  // maxParallelImagePulls came with 1.27; a strict decoder of an older kubelet stops at a key that it does not know.
  if (facts.knows_parallel_limit && !(facts.kubelet_config.empty() && facts.kubelet_config_dir.empty()))
    prescription.settings.push_back(kubelet("maxParallelImagePulls", parallel, Kind::number));
  else prescription.warnings.push_back("this kubelet can't be told how many pulls at a time: all of them will run at once");
  return prescription;
}

Result<Prescription> prescribe_pull_qps(const node::Root&, const NodeFacts&, const Values& values) {
  Prescription prescription;
  const int qps = number_of(values.get("qps")), burst = number_of(values.get("burst"));
  if (qps != 0 && burst < qps)
    return fail(Errc::invalid_argument,
                fmt::format("--burst {} is below --qps {}: the burst is the number that may go out at once", burst, qps));
  prescription.settings.push_back(kubelet("registryPullQPS", values.get("qps"), Kind::number));
  prescription.settings.push_back(kubelet("registryBurst", values.get("burst"), Kind::number));
  return prescription;
}

Result<Prescription> prescribe_gc(const node::Root&, const NodeFacts&, const Values& values) {
  Prescription prescription;
  const int high = number_of(values.get("high")), low = number_of(values.get("low"));
  if (low >= high) return fail(Errc::invalid_argument, fmt::format("--low {} has to be below --high {}", low, high));
  prescription.settings.push_back(kubelet("imageGCHighThresholdPercent", values.get("high"), Kind::number));
  prescription.settings.push_back(kubelet("imageGCLowThresholdPercent", values.get("low"), Kind::number));
  prescription.warnings.emplace_back(
      "this makes kubelet collect earlier, not the disk larger; the pause image has to be pinned in the runtime");
  return prescription;
}

}  // namespace

const Cure k_cri_deadline{"cri-deadline",
                          "a longer limit for kubelet's requests to the runtime",
                          {{"timeout", "TIME", "15m", "how long a request to the runtime may take", check_duration}},
                          prescribe_cri_deadline};

const Cure k_serialized_queue{"serialized-queue",
                              "several pulls at a time",
                              {{"parallel", "N", "4", "how many pulls at a time", check_count}},
                              prescribe_serialized_queue};

const Cure k_pull_qps_exceeded{
    "pull-qps-exceeded",
    "more pulls a second than kubelet allows itself",
    {{"qps", "N", "20", "pulls a second; 0: any number", check_count}, {"burst", "N", "40", "pulls at once", check_count}},
    prescribe_pull_qps};

const Cure k_disk_pressure_gc{"disk-pressure-gc",
                              "kubelet removes unused images earlier",
                              {{"high", "PERCENT", "75", "from how full a disk on unused images are removed", check_percent},
                               {"low", "PERCENT", "65", "down to how full", check_percent}},
                              prescribe_gc};

}  // namespace unsnag::remedy
