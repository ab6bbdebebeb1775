// SPDX-License-Identifier: Apache-2.0
// The layout of the EKS log collector. Source: awslabs/amazon-eks-ami, log-collector-script/linux/eks-log-collector.sh,
// version 0.7.9 (July 2026), read function by function; names of 2020 (0.6.2) that are the same have stayed.
#include <algorithm>
#include <array>

#include "bundle/layout.h"

namespace unsnag::bundle {
namespace {

struct Place {
  std::string_view native, eks;
};

// A native path that ends in "/" stands for all that is below it.
constexpr std::array<Place, 66> k_places{{
    // get_k8s_info, get_nodeadm_info
    {"logs/kubelet.log", "kubelet/kubelet.log"},
    {"system/units/kubelet.service.txt", "kubelet/kubelet_service.txt"},
    {"config/etc/kubernetes/kubelet/config.json", "kubelet/config.json"},
    {"config/etc/kubernetes/kubelet/config.json.d/", "kubelet/config.json.d/"},
    {"config/etc/kubernetes/kubelet/kubelet-config.json", "kubelet/kubelet-config.json"},
    {"config/var/lib/kubelet/kubeconfig", "kubelet/kubeconfig.yaml"},
    {"config/etc/eksctl/kubeconfig.yaml", "kubelet/kubeconfig.yaml"},
    {"logs/nodeadm-config.log", "nodeadm/nodeadm-config.log"},
    {"logs/nodeadm-run.log", "nodeadm/nodeadm-run.log"},
    {"logs/nodeadm-boot-hook.log", "nodeadm/nodeadm-boot-hook.log"},
    // get_containerd_info, get_soci_snapshotter_info, get_sandboxImage_info
    {"logs/containerd.log", "containerd/containerd-log.txt"},
    {"runtime/containerd-config.toml", "containerd/containerd-config.txt"},
    {"runtime/containerd-version.txt", "containerd/containerd-version.txt"},
    {"runtime/containerd-namespaces.txt", "containerd/containerd-namespaces.txt"},
    {"runtime/containerd-images.txt", "containerd/containerd-images.txt"},
    {"runtime/containerd-containers.txt", "containerd/containerd-containers.txt"},
    {"runtime/containerd-tasks.txt", "containerd/containerd-tasks.txt"},
    {"runtime/containerd-plugins.txt", "containerd/containerd-plugins.txt"},
    {"logs/soci-snapshotter.log", "containerd/soci-snapshotter/soci-snapshotter-log.txt"},
    {"config/etc/soci-snapshotter-grpc/config.toml", "containerd/soci-snapshotter/config.toml"},
    {"logs/sandbox-image.log", "sandbox-image/sandbox-image-log.txt"},
    // get_docker_info, get_docker_logs
    {"logs/docker.log", "docker/docker.log"},
    {"runtime/docker-info.txt", "docker/docker-info.txt"},
    {"runtime/docker-ps.txt", "docker/docker-ps.txt"},
    {"runtime/docker-images.txt", "docker/docker-images.txt"},
    {"runtime/docker-version.txt", "docker/docker-version.txt"},
    // get_kernel_info
    {"logs/var/log/dmesg", "kernel/dmesg.boot"},
    {"system/dmesg.txt", "kernel/dmesg.current"},
    {"logs/kernel.log", "kernel/dmesg.human.current"},
    {"system/uname.txt", "kernel/uname.txt"},
    // get_mounts_info
    {"system/mounts.txt", "storage/mounts.txt"},
    {"system/df-inodes.txt", "storage/inodes.txt"},
    {"system/lsblk.txt", "storage/lsblk.txt"},
    {"config/etc/fstab", "storage/fstab.txt"},
    // get_common_logs
    {"logs/var/log/syslog", "var_log/syslog"},
    {"logs/var/log/messages", "var_log/messages"},
    {"logs/var/log/cron", "var_log/cron"},
    {"logs/var/log/cloud-init.log", "var_log/cloud-init.log"},
    {"logs/var/log/cloud-init-output.log", "var_log/cloud-init-output.log"},
    {"logs/var/log/user-data.log", "var_log/user-data.log"},
    {"logs/var/log/kube-proxy.log", "var_log/kube-proxy.log"},
    {"logs/var/log/unattended-upgrades/", "var_log/unattended-upgrades/"},
    {"logs/var/log/aws-routed-eni/", "var_log/aws-routed-eni/"},
    // get_networking_info, get_systemd_network_config, get_cni_config
    {"config/etc/resolv.conf", "networking/resolv.conf"},
    {"system/interfaces.txt", "networking/ifconfig.txt"},
    {"system/rules.txt", "networking/iprule.txt"},
    {"system/routes.txt", "networking/iproute.txt"},
    {"system/rules6.txt", "networking/ip6rule.txt"},
    {"system/routes6.txt", "networking/ip6route.txt"},
    {"system/conntrack.txt", "networking/conntrack.txt"},
    {"logs/configure-multicard-interfaces.log", "networking/configure-multicard-interfaces.txt"},
    {"config/usr/lib/systemd/network/", "networking/systemd-network/"},
    {"config/etc/systemd/network/", "networking/systemd-network/"},
    {"config/run/systemd/network/", "networking/systemd-network/"},
    {"config/usr/local/lib/systemd/network/", "networking/systemd-network/"},
    {"config/etc/cni/net.d/", "cni/"},
    // get_sysctls_info, get_system_services, get_pkglist, get_selinux_info, get_instance_id, get_region
    {"system/sysctl.txt", "sysctls/sysctl_all.txt"},
    {"system/services.txt", "system/services.txt"},
    {"system/processes.txt", "system/ps.txt"},
    {"system/sockets.txt", "system/netstat.txt"},
    {"system/stat.txt", "system/procstat.txt"},
    {"system/packages.txt", "system/pkglist.txt"},
    {"system/selinux.txt", "system/selinux.txt"},
    {"cloud/instance-id.txt", "system/instance-id.txt"},
    {"cloud/region.txt", "system/region.txt"},
    {"cloud/availability-zone.txt", "system/availability-zone.txt"},
}};

// get_common_logs, get_multus_info: logs of EKS' own pods, by the beginning of their names.
constexpr std::array<std::string_view, 13> k_containers{"aws-node",
                                                        "kube-system_cni-metrics-helper",
                                                        "coredns-",
                                                        "kube-proxy",
                                                        "ebs-csi",
                                                        "efs-csi",
                                                        "fsx-csi",
                                                        "fsx-openzfs-csi",
                                                        "file-cache-csi",
                                                        "s3-csi",
                                                        "mp_",
                                                        "eks-pod-identity-agent",
                                                        "eks-node-monitoring-agent"};
constexpr std::array<std::string_view, 15> k_pods{"kube-system_aws-node",
                                                  "kube-system_cni-metrics-helper",
                                                  "kube-system_coredns",
                                                  "kube-system_kube-proxy",
                                                  "kube-system_ebs-csi-",
                                                  "kube-system_efs-csi-",
                                                  "kube-system_fsx-csi-",
                                                  "kube-system_fsx-openzfs-csi-",
                                                  "kube-system_file-cache-csi-",
                                                  "kube-system_s3-csi",
                                                  "mount-s3_mp-",
                                                  "mount-s3_hr-",
                                                  "kube-system_eks-pod-identity-agent",
                                                  "kube-system_eks-node-monitoring-agent",
                                                  "kube-system_kube-multus"};

template <std::size_t n>
std::optional<std::string> pod_log(std::string_view path, std::string_view folder, const std::array<std::string_view, n>& names) {
  if (!path.starts_with(folder)) return std::nullopt;
  path.remove_prefix(folder.size());
  const bool known = std::any_of(names.begin(), names.end(), [&](std::string_view name) { return path.starts_with(name); });
  return known ? std::optional("var_log/" + std::string(path)) : std::nullopt;
}

}  // namespace

std::optional<std::string> eks_path(std::string_view path) {
  for (const auto& [native, eks] : k_places) {
    if (path == native) return std::string(eks);
    if (native.ends_with('/') && path.starts_with(native)) return std::string(eks) + std::string(path.substr(native.size()));
  }
  if (auto log = pod_log(path, "logs/var/log/containers/", k_containers)) return log;
  return pod_log(path, "logs/var/log/pods/", k_pods);
}

}  // namespace unsnag::bundle
