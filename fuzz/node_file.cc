// SPDX-License-Identifier: Apache-2.0
// Reads the bytes as each kind of configuration file and table; the first line may name the file.
#include "fuzz/support.h"
#include "readers/files.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  unsnag::fuzz::Nowhere nowhere;
  const auto text = unsnag::fuzz::text_of(data, size);
  for (const auto* path : {"etc/containerd/certs.d/docker.io/hosts.toml", "etc/containerd/config.toml", "etc/docker/daemon.json",
                           "kubelet-config.yaml", "etc/systemd/system/kubelet.service", "df.txt", "io.txt", "pull-stream.jsonl", "x.txt"})
    unsnag::readers::read_node_file({path, text, {}}, nowhere);
  return 0;
}
