// SPDX-License-Identifier: Apache-2.0
// The lasting change. A node that was mended by hand is replaced some day, so a cure has to go where nodes are made:
// a template, a machine configuration, a play. This writes a list of settings in the words of such a platform, complete and
// ready to paste, or into a file of that platform that is there already. Pure: texts in, text out.
//
// A platform that has no knob for a setting says so and names what helps there instead; a snippet that could do only a
// part names in its head what it left out. Nothing is guessed for a reader to fill in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "settings/setting.h"

namespace unsnag::platforms {

struct Platform {
  std::string_view id, title;
};
/// In the order in which a list of them should be shown.
const std::vector<Platform>& platforms();

enum class Runtime : std::uint8_t { unknown, docker, containerd, cri_dockerd, crio };

/// What is known of the nodes that the change is for. Everything may be missing; the text then says what it assumes.
struct Context {
  Runtime runtime = Runtime::unknown;  // docker: kubelet's own dockershim
  int containerd_config_version = 0;   // 1 to 3, as the node's config.toml says; 0: not known
  std::string containerd_version;      // "1.7.27", of the program
  std::string kubernetes_version;      // "1.31.4"
  std::string cause, cause_title;      // "progress-deadline", "A watchdog cancelled the pull since it saw no progress"
  std::string command;                 // the command line that made the text, for its head: "unsnag fix … --print k3s"
};

struct Snippet {
  std::string file_name_suggestion;  // "nodeconfig.yaml"
  std::string text;
  std::vector<std::string> notes;     // what to know before it is rolled out; they stand in the text's head too
  std::vector<std::string> versions;  // what it holds for: "Amazon Linux 2023", "containerd 1.7 and later"
};

/// Errors: unsupported (the platform has no knob for any of the settings, or the programs of its nodes don't know it;
/// detail says why and what helps), invalid_argument (no such platform, no settings, a value that can't be written down:
/// a line break in a flag, a path that isn't absolute).
Result<Snippet> print(std::string_view platform, const std::vector<settings::Setting>& settings, const Context& context);

/// `existing`, a file of that platform, with the change made in it; everything else stays as it is, comments too. Equal to
/// `existing` when it says all of it already.
/// Errors: as of print(), and malformed (it does not parse), not_found (the place where it would go is not in it; detail
/// says what was looked for), unsupported (it could not be changed without touching more).
Result<std::string> patch(std::string_view platform, std::string_view existing, const std::vector<settings::Setting>& settings,
                          const Context& context);

}  // namespace unsnag::platforms
