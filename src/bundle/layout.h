// SPDX-License-Identifier: Apache-2.0
// Names: of a bundle, of the files in it, and of the same files in the layout that AWS' support desk expects. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace unsnag::bundle {

enum class Layout : unsigned char {
  native,
  eks,  // that of the EKS log collector, eks-log-collector.sh 0.7.9
};

/// The name of a bundle without its ending: "unsnag-ip-10-0-1-23-20200318T0619Z". What a file's name should not hold is
/// replaced in `node`.
std::string bundle_name(std::string_view node, SysTime at);
/// "eks_i-0abc_2020-03-18_0619-UTC_0.7.9". `instance` is the instance's id, or the node's name where there is none.
std::string eks_bundle_name(std::string_view instance, SysTime at);

/// `path` as a path that lies inside of the bundle wherever it is unpacked, and can be printed: without empty parts; in
/// parts that are "." or "..", in control characters, in what is no UTF-8 and in "%" itself, bytes are written as %XX. A
/// part of more than 200 bytes is cut and ends in a digest of all of it.
std::string safe_path(std::string_view path);
/// True of what safe_path could have made, as far as leading out of the bundle goes.
bool is_inside(std::string_view path);

/// The path of the second and further members of a content that was too large for one: "logs/kubelet.log.part2". Not ".2",
/// which is what logrotate calls another file.
std::string part_path(std::string_view path, std::size_t number);

/// Where the EKS log collector puts what the bundle has at `path`. nullopt: it has no place for it.
std::optional<std::string> eks_path(std::string_view path);

}  // namespace unsnag::bundle
