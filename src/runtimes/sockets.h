// SPDX-License-Identifier: Apache-2.0
// Where runtimes listen, and what each may be asked there. Finding out which of them are there is for whoever has the node's
// file tree.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace unsnag::runtimes {

/// A runtime's socket. `speaks` is what is worth asking: a socket that turns out not to is no error of the node's.
struct Socket {
  std::string path;  // as the node names it: "/run/containerd/containerd.sock"
  std::string here;  // as this process reaches it: the same, or beneath --root
  bool speaks_cri = false;
  bool speaks_containerd = false;
  bool speaks_docker = false;
};

/// As the distributions have them, in the order in which a node's kubelet is likeliest to use them. /var/run is /run but on
/// machines of before 2012: these are named by /run.
inline constexpr std::array<std::string_view, 11> k_socket_paths{
    "/run/containerd/containerd.sock",                // Debian, Fedora, EKS, GKE, AKS, kubeadm, Talos, Bottlerocket
    "/run/k3s/containerd/containerd.sock",            // k3s, RKE2
    "/run/k0s/containerd.sock",                       // k0s
    "/var/snap/microk8s/common/run/containerd.sock",  // MicroK8s
    "/run/crio/crio.sock",                            // CRI-O, OpenShift
    "/run/cri-dockerd.sock",                          // cri-dockerd
    "/run/dockershim.sock",                           // kubelet up to 1.23; a link to containerd's on EKS and Bottlerocket
    "/run/k3s/cri-dockerd/cri-dockerd.sock",          // k3s --docker
    "/run/docker.sock",                               // Docker
    "/run/docker/containerd/containerd.sock",         // the containerd that dockerd starts itself
    "/run/docker/containerd/docker-containerd.sock",  // … before Docker 18.09
};

/// What listens at a node's path, by its name. `endpoint` may be kubelet's --container-runtime-endpoint
/// ("unix:///run/containerd/containerd.sock"); of a name that is nobody's, CRI is worth asking. `here` stays empty. An endpoint
/// that is no Unix socket has an empty `path`.
Socket socket_at(std::string_view endpoint);

}  // namespace unsnag::runtimes
