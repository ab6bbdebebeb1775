// SPDX-License-Identifier: Apache-2.0
// The layout of the EKS log collector. Source: awslabs/amazon-eks-ami, log-collector-script/linux/eks-log-collector.sh,
// version 0.7.9 (July 2026), read function by function; names of 2020 (0.6.2) that are the same have stayed.
#include <array>

#include "bundle/layout.h"

namespace unsnag::bundle {
namespace {

struct Place {
  std::string_view native, eks;
};

// A native path that ends in "/" stands for all that is below it. Only what has the same form in both: JSON under the name of a
// table would only mislead who looks for it.
constexpr std::array<Place, 34> k_places{{
    // get_k8s_info, get_nodeadm_info
    {"logs/kubelet.log", "kubelet/kubelet.log"},
    {"config/units/kubelet.service", "kubelet/kubelet_service.txt"},
    {"config/etc/kubernetes/kubelet/config.json", "kubelet/config.json"},
    {"config/etc/kubernetes/kubelet/config.json.d/", "kubelet/config.json.d/"},
    {"config/etc/kubernetes/kubelet/kubelet-config.json", "kubelet/kubelet-config.json"},
    {"logs/nodeadm-config.log", "nodeadm/nodeadm-config.log"},
    {"logs/nodeadm-run.log", "nodeadm/nodeadm-run.log"},
    {"logs/nodeadm-boot-hook.log", "nodeadm/nodeadm-boot-hook.log"},
    // get_containerd_info, get_soci_snapshotter_info, get_sandboxImage_info
    {"logs/containerd.log", "containerd/containerd-log.txt"},
    {"config/etc/containerd/config.toml", "containerd/containerd-config.txt"},
    {"logs/soci-snapshotter.log", "containerd/soci-snapshotter/soci-snapshotter-log.txt"},
    {"config/etc/soci-snapshotter-grpc/config.toml", "containerd/soci-snapshotter/config.toml"},
    {"logs/sandbox-image.log", "sandbox-image/sandbox-image-log.txt"},
    // get_docker_info, get_docker_logs
    {"logs/docker.log", "docker/docker.log"},
    // get_kernel_info
    {"logs/var/log/dmesg", "kernel/dmesg.boot"},
    {"system/dmesg.txt", "kernel/dmesg.current"},
    {"logs/kernel.log", "kernel/dmesg.human.current"},
    {"system/uname.txt", "kernel/uname.txt"},
    // get_mounts_info
    {"system/mounts.txt", "storage/mounts.txt"},
    {"system/df-inodes.txt", "storage/inodes.txt"},
    {"system/block-devices.txt", "storage/lsblk.txt"},
    {"config/etc/fstab", "storage/fstab.txt"},
    // get_common_logs
    {"logs/var/log/syslog", "var_log/syslog"},
    {"logs/var/log/messages", "var_log/messages"},
    {"logs/var/log/cloud-init.log", "var_log/cloud-init.log"},
    {"logs/var/log/cloud-init-output.log", "var_log/cloud-init-output.log"},
    {"logs/var/log/user-data.log", "var_log/user-data.log"},
    {"logs/var/log/kube-proxy.log", "var_log/kube-proxy.log"},
    // get_networking_info, get_cni_config
    {"config/etc/resolv.conf", "networking/resolv.conf"},
    {"system/network.txt", "networking/ifconfig.txt"},
    {"config/etc/cni/net.d/", "cni/"},
    // get_sysctls_info, get_system_services, get_selinux_info
    {"system/sysctl.txt", "sysctls/sysctl_all.txt"},
    {"system/ps.txt", "system/ps.txt"},
    {"system/security.txt", "system/selinux.txt"},
}};

}  // namespace

std::optional<std::string> eks_path(std::string_view path) {
  for (const auto& [native, eks] : k_places) {
    if (path == native) return std::string(eks);
    if (native.ends_with('/') && path.starts_with(native)) return std::string(eks) + std::string(path.substr(native.size()));
  }
  return std::nullopt;
}

}  // namespace unsnag::bundle
