// SPDX-License-Identifier: Apache-2.0
// What the reasons mean that kubelet gives for a container which does not run.
// Source: kubernetes pkg/kubelet/images/types.go, pkg/kubelet/kuberuntime/kuberuntime_container.go and
// kuberuntime_manager.go, staging/src/k8s.io/cri-api/pkg/errors.
#include <algorithm>

#include "readers/kubernetes_say.h"

namespace unsnag::readers::kubernetes {
namespace {

std::string_view without_init(std::string_view reason) {
  constexpr std::string_view k_init = "Init:";
  if (reason.substr(0, k_init.size()) == k_init) reason.remove_prefix(k_init.size());
  return reason;
}

}  // namespace

bool is_image_reason(std::string_view reason) {
  static constexpr std::string_view k_reasons[] = {
      "ErrImagePull",        "ImagePullBackOff",       "InvalidImageName", "ErrImageNeverPull",         "ImageInspectError",
      "RegistryUnavailable", "ErrRegistryUnavailable", "PullImageError",   "SignatureValidationFailed", "ErrSignatureValidationFailed"};
  reason = without_init(reason);
  return std::find(std::begin(k_reasons), std::end(k_reasons), reason) != std::end(k_reasons);
}

std::vector<timeline::Fact> facts_of_reason(std::string_view reason) {
  reason = without_init(reason);
  if (is_image_reason(reason)) {
    std::vector<timeline::Fact> facts{make_fact("waiting-reason", {{"reason", reason}})};
    if (reason == "ErrImageNeverPull") facts.push_back(make_fact("never-pull"));
    return facts;
  }
  // A pull that is under way shows no more than this: kubelet reports no progress to anybody (KEP-3542).
  if (reason == "ContainerCreating" || reason == "PodInitializing") return {make_fact("container-creating", {{"reason", reason}})};
  if (reason == "CrashLoopBackOff") return {make_fact("container-crashing")};
  // kubelet pulls first and makes the container then, so the image is there.
  if (reason == "CreateContainerError")
    return {make_fact("waiting-reason", {{"reason", reason}}), make_fact("container-failed", {{"how", "create"}})};
  if (reason == "CreateContainerConfigError") return {make_fact("container-failed", {{"how", "create"}})};
  if (reason == "RunContainerError" || reason == "StartError" || reason == "ContainerCannotRun")
    return {make_fact("container-failed", {{"how", "start"}})};
  if (reason == "Evicted") return {make_fact("evicted")};
  return {};
}

}  // namespace unsnag::readers::kubernetes
