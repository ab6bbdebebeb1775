// SPDX-License-Identifier: Apache-2.0
#include "oci/platform.h"

#include <sys/utsname.h>

#include <algorithm>
#include <array>

#include "base/text.h"

namespace unsnag::oci {
namespace {

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

struct Name {
  std::string_view given, architecture, variant;
};
constexpr std::array k_names{Name{"x86_64", "amd64", ""},  Name{"x86-64", "amd64", ""}, Name{"i386", "386", ""},
                             Name{"i486", "386", ""},      Name{"i586", "386", ""},     Name{"i686", "386", ""},
                             Name{"aarch64", "arm64", ""}, Name{"armhf", "arm", "v7"},  Name{"armel", "arm", "v6"},
                             Name{"armv8l", "arm", "v8"},  Name{"armv7l", "arm", "v7"}, Name{"armv6l", "arm", "v6"},
                             Name{"armv5l", "arm", "v5"}};

bool is_part(std::string_view part) {
  return !part.empty() && part.size() <= 64 && std::all_of(part.begin(), part.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  });
}

bool is_architecture(std::string_view name) {
  constexpr std::array k_known{"386",    "amd64",    "arm",   "arm64",   "loong64", "mips",  "mipsle",
                               "mips64", "mips64le", "ppc64", "ppc64le", "riscv64", "s390x", "wasm"};
  return std::find(k_known.begin(), k_known.end(), name) != k_known.end();
}

}  // namespace

std::string Platform::to_string() const {
  auto text = os + '/' + architecture;
  if (!variant.empty()) text.append("/").append(variant);
  return text;
}

Platform normalized(Platform platform) {
  platform.os = lower(platform.os);
  if (platform.os == "macos") platform.os = "darwin";
  platform.architecture = lower(platform.architecture);
  platform.variant = lower(platform.variant);
  for (const auto& name : k_names) {
    if (platform.architecture != name.given) continue;
    platform.architecture = name.architecture;
    if (!name.variant.empty()) platform.variant = name.variant;
    break;
  }
  auto& variant = platform.variant;
  if (variant.size() == 1 && variant[0] >= '1' && variant[0] <= '9') variant.insert(0, "v");
  if (platform.architecture == "arm64" && variant == "v8") variant.clear();
  if (platform.architecture == "amd64" && variant == "v1") variant.clear();
  if (platform.architecture == "arm" && variant.empty()) variant = "v7";
  return platform;
}

Result<Platform> parse_platform(std::string_view text) {
  const auto parts = split(text, '/');
  const auto wrong = [&](std::string_view why) {
    return fail(Errc::invalid_argument,
                fmt::format("\"{}\" is no platform: {}; linux/amd64 or linux/arm/v7 are", printable(clip(text, 100)), why));
  };
  if (parts.size() > 3) return wrong("it has more than three parts");
  if (!std::all_of(parts.begin(), parts.end(), is_part)) return wrong("a part is empty or holds more than letters, digits, _ and -");
  Platform out;
  if (parts.size() == 1) {
    out = normalized({"linux", std::string(parts[0])});
    if (!is_architecture(out.architecture)) return wrong("no such architecture");
    return out;
  }
  out = normalized({std::string(parts[0]), std::string(parts[1]), parts.size() > 2 ? std::string(parts[2]) : ""});
  return out;
}

Platform host_platform() {
  utsname name{};
  if (::uname(&name) != 0) return {"linux", "amd64"};
  return normalized({"linux", name.machine});
}

std::vector<Platform> runnable_on(const Platform& machine) {
  std::vector<Platform> out{machine};
  const auto number = [](std::string_view variant) { return variant.size() == 2 && variant[0] == 'v' ? variant[1] - '0' : 0; };
  const auto also = [&](std::string architecture, std::string variant) {
    out.push_back(normalized({machine.os, std::move(architecture), std::move(variant)}));
  };
  const auto arm_below = [&](int version) {
    for (int v = version; v >= 5; --v) also("arm", fmt::format("v{}", v));
  };
  if (machine.architecture == "arm") arm_below(number(machine.variant) - 1);
  if (machine.architecture == "arm64") {
    if (!machine.variant.empty()) also("arm64", "");
    arm_below(8);
  }
  if (machine.architecture == "amd64") {
    for (int v = number(machine.variant) - 1; v >= 1; --v) also("amd64", fmt::format("v{}", v));
    also("386", "");
  }
  return out;
}

}  // namespace unsnag::oci
