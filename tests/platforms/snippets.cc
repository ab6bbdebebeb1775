// SPDX-License-Identifier: Apache-2.0
// Writes what every platform makes of every list of settings into a folder, one file each, for tests/platforms/run to hold
// against the platforms' own parsers:  platform_snippets FOLDER  →  FOLDER/PLATFORM/CASE/FILE, or FOLDER/PLATFORM/CASE/refused.
// A MachineConfig that is there is patched too: FOLDER/openshift/CASE-patched/FILE.
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string_view>

#include "platforms/cases_for_tests.h"

namespace {

constexpr std::string_view k_machine_config = R"(apiVersion: machineconfiguration.openshift.io/v1
kind: MachineConfig
metadata:
  name: 99-worker-crio
  labels:
    machineconfiguration.openshift.io/role: worker
spec:
  config:
    ignition:
      version: 3.2.0
    storage:
      files:
        # [crio.image], pull_progress_timeout = "20s"
        - path: /etc/crio/crio.conf.d/10-ours.conf
          mode: 420
          overwrite: true
          contents:
            source: data:text/plain;charset=utf-8;base64,W2NyaW8uaW1hZ2VdCnB1bGxfcHJvZ3Jlc3NfdGltZW91dCA9ICIyMHMiCg==
    systemd:
      units:
        - name: crio.service
          dropins:
            - name: 10-ours.conf
              contents: |
                [Service]
                LimitNOFILE=1024
)";

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: platform_snippets FOLDER\n";
    return 2;
  }
  for (const auto& platform : unsnag::platforms::platforms()) {
    for (const auto& set : unsnag::platforms::cases()) {
      const auto folder = std::filesystem::path(argv[1]) / platform.id / set.name;
      std::filesystem::create_directories(folder);
      const auto snippet = unsnag::platforms::print(platform.id, set.settings, set.context);
      std::ofstream(folder / (snippet ? snippet->file_name_suggestion : "refused"))
          << (snippet ? snippet->text : snippet.error().message() + "\n");
      if (platform.id != "openshift") continue;
      if (const auto patched = unsnag::platforms::patch(platform.id, k_machine_config, set.settings, set.context)) {
        const auto beside = folder.string() + "-patched";
        std::filesystem::create_directories(beside);
        std::ofstream(beside + "/machineconfig.yaml") << *patched;
      }
    }
  }
  return 0;
}
