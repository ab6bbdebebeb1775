// SPDX-License-Identifier: Apache-2.0
// What one platform is to the rest of the module: two functions. Each stands in the file of its platform.
#pragma once

#include <string>
#include <string_view>

#include "platforms/order.h"

namespace unsnag::platforms {

// print: takes what it can out of the order, writes it. patch: the same into a text that is there. Both may leave settings
// in the order; the caller has them explained with why_not(). unsupported: none of them can be said there.
#define UNSNAG_PLATFORM(name)                                     \
  namespace name {                                                \
  Result<Snippet> print(Order& order);                            \
  Result<std::string> patch(std::string_view text, Order& order); \
  }
UNSNAG_PLATFORM(cloudformation)
UNSNAG_PLATFORM(cloudformation_userdata)
UNSNAG_PLATFORM(eksctl)
UNSNAG_PLATFORM(terraform_eks)
UNSNAG_PLATFORM(terraform_launch_template)
UNSNAG_PLATFORM(karpenter)
UNSNAG_PLATFORM(nodeadm)
UNSNAG_PLATFORM(kubeadm)
UNSNAG_PLATFORM(k3s)
UNSNAG_PLATFORM(rke2)
UNSNAG_PLATFORM(aks)
UNSNAG_PLATFORM(gke)
UNSNAG_PLATFORM(openshift)
UNSNAG_PLATFORM(talos)
UNSNAG_PLATFORM(bottlerocket)
UNSNAG_PLATFORM(ansible)
UNSNAG_PLATFORM(drop_in)
#undef UNSNAG_PLATFORM

}  // namespace unsnag::platforms
