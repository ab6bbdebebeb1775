// SPDX-License-Identifier: Apache-2.0
// What the platforms of EKS have in common: the node images of Amazon Linux 2 (a script, /etc/eks/bootstrap.sh, sets a node
// up) and Amazon Linux 2023 (a program, nodeadm, does, out of documents NodeConfig). Each platform only says how its user
// data gets there. From awslabs/amazon-eks-ami: templates/al2/runtime/bootstrap.sh, nodeadm/api/v1alpha1, nodeadm/internal.
#pragma once

#include <cstdint>
#include <string>

#include "platforms/order.h"
#include "platforms/script.h"

namespace unsnag::platforms {

enum class EksImage : std::uint8_t { al2, al2023 };

/// AL2 where Docker is meant, which AL2023 has not; else AL2023.
EksImage eks_image(const Order& order);

/// Drops what the images have by themselves.
void without_eks_defaults(Order& order);

/// What to run before bootstrap.sh. With `flags_too`, kubelet's flags are written into bootstrap.sh itself, for platforms
/// that call it on their own.
Script al2_script(Order& order, bool flags_too);
/// "--kubelet-extra-args '…'", or "": out of kubelet's flags.
std::string al2_arguments(Order& order);

/// A script as a block of a larger one, to be found again: what fails in it does not keep bootstrap.sh from being called.
std::string al2_block(const Order& order, const Script& script);

struct Al2023 {
  std::string node_config;  // a document, or ""
  Script script;            // what NodeConfig has no words for
};
Al2023 al2023_parts(Order& order);

/// One user data of both, of several parts even where one would do.
std::string mime_always(const Al2023& parts);
/// One user data of both, or the NodeConfig alone where there is no script.
std::string mime(const Al2023& parts);

/// Karpenter: kubelet's keys that have a place of their own in spec.kubelet.
Settings take_typed(Order& order);

/// Why an EKS node image can't have a setting.
std::string eks_lacks(const settings::Setting& setting);
void add_eks_versions(Order& order, EksImage image);

}  // namespace unsnag::platforms
