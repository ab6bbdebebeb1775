// SPDX-License-Identifier: Apache-2.0
// Those settings that are files of their own on any Linux node: units' drop-ins, sysctl.d, CRI-O's drop-ins, plain files.
// Where a file only adds to what is there, nothing that is there can be lost.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "platforms/order.h"

namespace unsnag::platforms {

struct NodeFile {
  std::string path, text;
  std::vector<std::string> restarts;  // units that read it when they start; "" entries: none
  std::string apply;                  // a command that makes it count without a restart: "sysctl -p …", "update-ca-certificates"
  bool shared = false;                // others write into it too: a script must not take the place of theirs
};

/// Takes units, environments, sysctls, CRI-O's keys and files out of `order`. `with_units`: the platform's nodes have systemd
/// and its units under these names. `with_crio`: its nodes may run CRI-O.
struct FileKinds {
  bool units = true, sysctls = true, crio = true, files = true;
};
std::vector<NodeFile> take_node_files(Order& order, const FileKinds& kinds);

/// Takes what belongs to units, keys and environments, by unit, in the order in which the units come.
struct UnitSettings {
  std::string unit;
  Settings settings;
};
std::vector<UnitSettings> take_units(Order& order);

/// A drop-in of CRI-O with these settings alone.
std::string crio_fragment(const Settings& settings);
/// The drop-in of one unit.
std::string unit_dropin(const Settings& settings);
std::string sysctl_lines(const Settings& settings);

/// Trust for a CA by the system's own store: Debian's and Fedora's places for a certificate.
bool is_ca_file(std::string_view path);

/// All restarts once, in the order runtime, kubelet, others.
std::vector<std::string> restarts_of(const std::vector<NodeFile>& files);

}  // namespace unsnag::platforms
