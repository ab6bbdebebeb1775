// SPDX-License-Identifier: Apache-2.0
// What the cloud says of the machine itself, from the metadata service at 169.254.169.254: which instance, of which type, where,
// from which image. Never its credentials, never its user data. Asked only where the firmware says that there is such a
// service, or on request: elsewhere that address is nobody's, or somebody else's.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace unsnag::kube {

enum class Cloud : std::uint8_t { aws, azure, gcp };
std::string_view to_string(Cloud cloud);

/// What stands in /sys/class/dmi/id, without line ends; "" what can't be read.
struct Dmi {
  std::string sys_vendor, product_name, bios_version, chassis_asset_tag;
};
/// nullopt: none of these clouds.
std::optional<Cloud> cloud_of(const Dmi& dmi);

struct Metadata {
  std::string base_url = "http://169.254.169.254";
  std::chrono::milliseconds limit{1'000};  // for one request
  std::function<bool()> stop{};
};
/// A JSON object of texts: "cloud", and what it knows of "instance-id", "instance-type", "region", "zone", "image", "hostname",
/// "lifecycle". AWS is asked by IMDSv2 alone.
/// Errors: those of http::Client::send and http::succeeded, of the first question; malformed.
Result<std::string> read_instance(Cloud cloud, const Metadata& metadata);

}  // namespace unsnag::kube
