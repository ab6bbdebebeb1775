// SPDX-License-Identifier: Apache-2.0
// Which version a Go program is, without running it: the toolchain leaves the main module's version, the settings of the
// build and the linker's -X values in the file (".go.buildinfo", cmd/go `go version -m`; format of Go 1.18 and later in
// debug/buildinfo). kubelet, containerd, Docker, CRI-O, k3s and their like are Go programs.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "node/root.h"

namespace unsnag::node {

struct GoProgram {
  std::string go;       // "go1.22.2"
  std::string path;     // of the main package: "k8s.io/kubernetes/cmd/kubelet"
  std::string module;   // "k8s.io/kubernetes"
  std::string version;  // "v1.29.3", of the linker's -X or of the module; "" when neither says one ("(devel)")
  std::vector<std::pair<std::string, std::string>> settings;  // "vcs.revision" → "0a43…"
};

/// Reads a program of the node; at most some MiB of it. Errors: not_found, permission_denied, io, unsupported (no ELF file, or
/// no Go program of 1.18 or later), malformed.
Result<GoProgram> read_go_program(const Root& root, std::string_view path);

/// The same of any bytes. `read`: `size` bytes from `offset`, fewer at the end.
using ReadAt = std::function<std::string(std::uint64_t offset, std::size_t size)>;
Result<GoProgram> read_go_program(const ReadAt& read);

/// The text between the marks that the toolchain sets around it: "path\t…\nmod\t…\nbuild\t…".
void parse_module_info(std::string_view text, GoProgram& program);

}  // namespace unsnag::node
