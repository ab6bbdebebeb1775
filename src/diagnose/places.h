// SPDX-License-Identifier: Apache-2.0
// Where this node keeps what an advice points at: the runtime's unit, its folder, its client. They follow from the
// runtime and the platform, so that one advice fits all of them.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "diagnose/case_file.h"

namespace unsnag::diagnose {

/// "eks-al2", "gke", … as far as the evidence shows; "" unknown.
std::string platform_of(const CaseFile& file);

/// "containerd", "docker", "cri-o", … as far as the evidence shows; "" unknown.
std::string runtime_of(const CaseFile& file);

/// The namespace of the case's pod; "" unknown.
std::string namespace_of(const CaseFile& file);

/// A word of advice that stands for a place, and what to say where nothing tells which.
struct PlaceWord {
  std::string_view name, if_unknown;
};
const std::array<PlaceWord, 2>& place_words();

/// One of the words below.
bool is_place(std::string_view name);

/// {unit}: the runtime's systemd unit. {store}: the folder of its images. {client}: crictl, or docker where Docker runs.
/// {region}: in the name of an ECR registry. {tag}: of the image.
/// {hostname}: the registry without its port. "" unknown, or no such word.
std::string place_named(std::string_view name, const CaseFile& file);

}  // namespace unsnag::diagnose
