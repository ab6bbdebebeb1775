// SPDX-License-Identifier: Apache-2.0
// What a bundle says of each of its files, in the words of docs/bundle.md.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace unsnag::bundle {

enum class Kind : std::uint8_t { log, config, system, runtime, kubernetes, cloud, redaction, verdict, other };
enum class Completeness : std::uint8_t {
  whole,
  cut,       // older lines were left out on purpose: --since, --max-size
  partial,   // reading broke off: note says why
  missing,   // it may be there and could not be read: error and note say why
  left_out,  // left out on purpose as a whole: note says why
  unknown,   // a newer unsnag's word; never written
};
std::string_view to_string(Kind kind);
std::string_view to_string(Completeness completeness);

/// One file of the bundle, before its content is known.
struct Item {
  std::string path;    // in the bundle's own layout: "logs/kubelet.log", "config/etc/docker/daemon.json" (docs/bundle.md)
  std::string what;    // for people: "kubelet's journal"
  std::string source;  // "/etc/docker/daemon.json", "journal: unit kubelet.service", "unix:///run/containerd/containerd.sock ListImages"
  Kind kind = Kind::other;
  // Of the original file, where it is one.
  std::optional<mode_t> mode = {};
  std::optional<uid_t> owner = {};
  std::optional<gid_t> group = {};
  std::optional<SysTime> mtime = {};
};

/// What became of its content.
struct Outcome {
  Completeness completeness = Completeness::whole;
  std::string note = {};  // for people; of what is not whole: why
  // Of what was cut: how much was left out, as far as that is known.
  std::optional<std::uint64_t> dropped_bytes = {}, dropped_lines = {};
  std::optional<SysTime> from = {}, to = {};           // the times of its first and last line
  std::map<std::string, std::uint64_t> redacted = {};  // secrets that were taken out, by kind
};

}  // namespace unsnag::bundle
