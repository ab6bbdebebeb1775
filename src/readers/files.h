// SPDX-License-Identifier: Apache-2.0
// Files that are not logs: configuration, tables of disks, objects. Each has a reader that recognises its file
// by content (a name may help, but bundles rename everything) and emits facts with their lines.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "readers/interpret.h"
#include "timeline/event.h"

namespace unsnag::readers {

struct File {
  std::string_view path;  // within the evidence, e.g. "etc/containerd/certs.d/docker.io/hosts.toml"
  std::string_view text;  // whole content
  std::string_view node;  // node name if the evidence says so
};

/// Reads configuration and system tables: hosts.toml, registries.conf, registries.yaml, daemon.json, config.toml,
/// crio.conf, kubelet configuration/flags/units, credential provider configuration, proxy drop-ins, df, mounts,
/// /proc/pressure, iostat, content-store ingests, docker info, versions, ps, limits, clock.
/// True when the file was one of them (then it is not read as a log).
bool read_node_file(const File& file, timeline::Sink& sink);

/// Reads the tables alone (df, mounts, pressure, ps, versions, …), wherever they stand in a text. True when most of it was
/// tables.
bool read_node_tables(const File& file, timeline::Sink& sink);

/// Reads what kubectl prints: describe pod/node, get events (table, wide), get pods, and objects as YAML or JSON
/// (Pod, Event, Node, Secret, lists of them), also several one after another, as pasted.
/// False: nothing in the text is kubectl's, and nothing was emitted or called. True: what is kubectl's was emitted, and
/// every other line that is not blank went to `other_line`, in order and as it stands in the text (numbers count from
/// 1): a paste may hold log lines too. Texts beyond 64 MiB are never kubectl's. Linear in the text's size.
using OtherLine = std::function<void(std::string_view line, std::uint64_t number)>;
bool read_kubernetes(const File& file, const OtherLine& other_line, timeline::Sink& sink);

}  // namespace unsnag::readers
