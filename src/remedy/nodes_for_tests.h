// SPDX-License-Identifier: Apache-2.0
// For tests: root folders that play the nodes of several platforms, as those come.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "node/root_for_tests.h"
#include "remedy/cure.h"
#include "remedy/plan.h"

namespace unsnag::remedy {

/// EKS's image of 2020: kubelet 1.14 with Docker; the bootstrap script has put labels into a drop-in.
inline void make_eks_al2_docker(const node::ScratchRoot& root) {
  root.write("/etc/hostname", "ip-10-0-1-23\n")
      .write("/usr/bin/kubelet", std::string(30, '\0') + "image-pull-progress-deadline" + std::string(30, '\0'))
      .write("/etc/eks/bootstrap.sh", "#!/bin/bash\n")
      .write(
          "/etc/systemd/system/kubelet.service",
          "[Unit]\nDescription=Kubernetes Kubelet\nAfter=docker.service\n\n[Service]\nExecStart=/usr/bin/kubelet --cloud-provider aws "
          "\\\n    --config /etc/kubernetes/kubelet/kubelet-config.json \\\n    --kubeconfig /var/lib/kubelet/kubeconfig \\\n    "
          "--container-runtime docker \\\n    --network-plugin cni $KUBELET_ARGS $KUBELET_EXTRA_ARGS\n\nRestart=on-failure\nRestartSec=5\n")
      .write("/etc/systemd/system/kubelet.service.d/10-kubelet-args.conf",
             "[Service]\nEnvironment='KUBELET_ARGS=--node-ip=10.0.1.23 --pod-infra-container-image=pause:3.1'\n")
      .write("/etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf",
             "[Service]\nEnvironment='KUBELET_EXTRA_ARGS=--node-labels=team=web,disk=slow --register-with-taints=a=b:NoSchedule'\n")
      .write("/etc/kubernetes/kubelet/kubelet-config.json",
             "{\n  \"kind\": \"KubeletConfiguration\",\n  \"apiVersion\": \"kubelet.config.k8s.io/v1beta1\",\n  \"serializeImagePulls\": "
             "true\n}\n")
      .write("/usr/lib/systemd/system/docker.service", "[Service]\nExecStart=/usr/bin/dockerd -H fd://\n")
      .write("/etc/docker/daemon.json", "{\n  \"bridge\": \"none\",\n  \"live-restore\": true,\n  \"max-concurrent-downloads\": 10\n}\n");
}

/// kubeadm with containerd of Docker's packages. `binary`: what containerd knows.
inline void make_kubeadm(const node::ScratchRoot& root, std::string_view containerd_knows, std::string_view config) {
  root.write("/etc/hostname", "worker-1\n")
      .write("/usr/bin/kubelet", "maxParallelImagePulls")
      .write("/usr/lib/systemd/system/kubelet.service", "[Service]\nExecStart=/usr/bin/kubelet\nRestart=always\n")
      .write("/usr/lib/systemd/system/kubelet.service.d/10-kubeadm.conf",
             "[Service]\nEnvironment=\"KUBELET_KUBECONFIG_ARGS=--kubeconfig=/etc/kubernetes/kubelet.conf\"\n"
             "Environment=\"KUBELET_CONFIG_ARGS=--config=/var/lib/kubelet/config.yaml\"\n"
             "EnvironmentFile=-/var/lib/kubelet/kubeadm-flags.env\nEnvironmentFile=-/etc/default/kubelet\nExecStart=\n"
             "ExecStart=/usr/bin/kubelet $KUBELET_KUBECONFIG_ARGS $KUBELET_CONFIG_ARGS $KUBELET_KUBEADM_ARGS $KUBELET_EXTRA_ARGS\n")
      .write("/var/lib/kubelet/kubeadm-flags.env",
             "KUBELET_KUBEADM_ARGS=\"--container-runtime-endpoint=unix:///var/run/containerd/containerd.sock\"\n")
      .write("/var/lib/kubelet/config.yaml",
             "apiVersion: kubelet.config.k8s.io/v1beta1\nkind: KubeletConfiguration\n# slow disks\nserializeImagePulls: true\n")
      .write("/usr/bin/containerd", containerd_knows)
      .write("/usr/lib/systemd/system/containerd.service", "[Service]\nExecStart=/usr/bin/containerd\n");
  if (!config.empty()) root.write("/etc/containerd/config.toml", config);
}

inline constexpr std::string_view k_containerd_1 = "xx image_pull_progress_timeout xx";
inline constexpr std::string_view k_containerd_2 = "xx image_pull_progress_timeout io.containerd.cri.v1.images xx";

inline void make_crio(const node::ScratchRoot& root) {
  root.write("/usr/lib/systemd/system/kubelet.service",
             "[Service]\nExecStart=/usr/bin/kubelet --container-runtime-endpoint=/var/run/crio/crio.sock $KUBELET_EXTRA_ARGS\n")
      .write("/usr/bin/crio", "pull_progress_timeout")
      .write("/usr/lib/systemd/system/crio.service", "[Service]\nExecStart=/usr/bin/crio\n")
      .write("/etc/crio/crio.conf.d/10-crio.conf", "[crio.image]\nsignature_policy = \"/etc/crio/policy.json\"\n");
}

inline void make_cri_dockerd(const node::ScratchRoot& root) {
  root.write("/usr/lib/systemd/system/kubelet.service",
             "[Service]\nExecStart=/usr/bin/kubelet --container-runtime-endpoint=unix:///run/cri-dockerd.sock $KUBELET_EXTRA_ARGS\n")
      .write("/usr/lib/systemd/system/cri-docker.service", "[Service]\nExecStart=/usr/bin/cri-dockerd --container-runtime-endpoint fd://\n")
      .write("/usr/lib/systemd/system/docker.service", "[Service]\nExecStart=/usr/bin/dockerd -H fd://\n");
}

/// The plan of a cause's cure with these parameters. Errors: as cure and plan have them.
inline Result<Plan> plan_for(const node::Root& root, std::string_view cause, const std::map<std::string, std::string>& given = {}) {
  const auto* cure = find_cure(cause);
  if (cure == nullptr) return fail(Errc::not_found, "no cure");
  TRY_ASSIGN(const auto values, check_values(*cure, given));
  TRY_ASSIGN(const auto facts, look_at(root));
  TRY_ASSIGN(const auto prescription, cure->prescribe(root, facts, values));
  return make_plan(root, facts, cause, prescription.settings);
}

}  // namespace unsnag::remedy
