// SPDX-License-Identifier: Apache-2.0
// What printing and patching share for AKS, GKE, Bottlerocket, OpenShift and Talos: settings under the platform's own names.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "edit/new_value.h"
#include "platforms/mirrors.h"
#include "platforms/node_files.h"
#include "platforms/order.h"

namespace unsnag::platforms {

namespace aks {
Settings take_aks_kubelet(Order& order);
Settings take_aks_sysctls(Order& order);
Settings take_aks_proxies(Order& order);  // noProxy as a list
void without_aks_defaults(Order& order);
std::string aks_lacks(const settings::Setting& setting);
}  // namespace aks

namespace gke {
Settings take_gke_kubelet(Order& order);
Settings take_gke_sysctls(Order& order);
std::string gke_registry_host(const Mirror& mirror);  // the lines of one item of registryHosts
void without_gke_defaults(Order& order);
std::string gke_lacks(const settings::Setting& setting);
}  // namespace gke

namespace bottlerocket {
struct Entry {
  edit::Path path;
  edit::NewValue value;
  std::optional<Mirror> mirror;  // instead: a table of a list
};
Result<std::vector<Entry>> settings_of(Order& order);
std::string mirror_table(const Mirror& mirror);
std::string lacks(const settings::Setting& setting);
}  // namespace bottlerocket

namespace openshift {
std::string machine_file(const NodeFile& file);  // the lines of one item of a MachineConfig's files
/// CRI-O's proxies, under the names that the Proxy object has them by.
Settings take_proxies(Order& order);
}  // namespace openshift

namespace talos {
/// Proxies of containerd, under the names that machine.env has them by.
Settings take_proxies(Order& order);
}  // namespace talos

}  // namespace unsnag::platforms
