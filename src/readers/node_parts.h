// SPDX-License-Identifier: Apache-2.0
// The readers of a node's files, one for each kind; node_files.cc asks them in turn. Each returns true when the
// text was of its kind, and then has emitted its facts (perhaps none).
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "base/document.h"
#include "readers/node_notes.h"

namespace unsnag::readers::node {

// ---- documents ----
bool read_toml(Notes& notes);  // hosts.toml, containerd, CRI-O, registries.conf
void hosts_toml(const Value& document, Notes& notes);
void registries_conf(const Value& document, Notes& notes);
void containerd_config(const Value& document, Notes& notes);
void crio_config(const Value& document, Notes& notes);
bool k3s_registries(const Value& document, Notes& notes);
bool kubelet_document(const Value& document, Notes& notes);  // KubeletConfiguration, CredentialProviderConfig, …
bool docker_daemon_json(const Value& document, Notes& notes);
bool json_info(const Value& document, Notes& notes);  // docker info, crictl info
/// mirror-set and what is odd about it, the same for containerd's tables, k3s and hosts.toml.
struct Mirror {
  std::string registry, url, server, capabilities, ca, client, skip_verify, override_path;
  std::uint64_t line = 0;
};
void mirror(const Mirror& mirror, Notes& notes);

/// JSON, YAML, TOML or a unit, whichever it is. Nothing is emitted when it is none.
bool read_document(Notes& notes);

// ---- units and command lines ----
bool read_unit(Notes& notes);              // unit files, drop-ins, `systemctl cat`
bool read_environment_file(Notes& notes);  // KEY=VALUE lines
bool read_command_line(Notes& notes);      // /proc/<pid>/cmdline, or one line of ps
/// Emits the settings among a program's flags. Returns false when it is no program that pulls or lets pull.
struct Word {
  std::string text;
  std::uint64_t line = 0;
  std::string file{};  // on the node, when it is another than the text's
};
bool command_flags(const std::vector<Word>& words, Notes& notes);
void proxy_setting(std::string_view of, std::string_view variable, std::string_view value, std::uint64_t line, Notes& notes);

// ---- JSON lines ----
bool read_docker_stream(Notes& notes);  // progress of POST /images/create, with times
bool read_docker_events(Notes& notes);  // docker events --format json

// ---- tables ----
/// Reads one kind of table, line by line, wherever it begins in a text.
class LineReader {
 public:
  virtual ~LineReader() = default;
  /// True when the line belongs to this reader's kind.
  virtual bool line(std::string_view line, std::uint64_t number) = 0;
  virtual void end() {}
};
std::unique_ptr<LineReader> make_df(Notes& notes);
std::unique_ptr<LineReader> make_mounts(Notes& notes);
std::unique_ptr<LineReader> make_disk_load(Notes& notes);
std::unique_ptr<LineReader> make_store_state(Notes& notes);  // ctr content active, snapshots ls
std::unique_ptr<LineReader> make_processes(Notes& notes);    // ps, ss
std::unique_ptr<LineReader> make_limits(Notes& notes);       // /proc/<pid>/limits
std::unique_ptr<LineReader> make_docker_info(Notes& notes);
std::unique_ptr<LineReader> make_system(Notes& notes);  // versions, clock, os-release, uname
/// True when most of the text was tables. Facts are emitted either way: a paste may mix them with logs.
bool read_tables(Notes& notes);

}  // namespace unsnag::readers::node
