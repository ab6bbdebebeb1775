// SPDX-License-Identifier: Apache-2.0
#include "platforms/node_set.h"

#include <algorithm>

#include <fmt/format.h>

#include "platforms/script.h"
#include "platforms/write.h"

namespace unsnag::platforms {

Snippet node_set(Order& order, const std::vector<NodeFile>& files, Head head, const std::vector<std::string>& after) {
  // Only what was written here may begin with a comment.
  const auto given = [&](const settings::Setting& setting) {
    return setting.target == settings::Target::file && setting.key == files[0].path;
  };
  if (files.size() == 1 && std::none_of(order.taken().begin(), order.taken().end(), given)) {
    const auto& path = files[0].path;
    head.roll_out = fmt::format("as {}; {}", path, head.roll_out);
    return snippet(order, path.substr(path.rfind('/') + 1), head_comment(order, head) + files[0].text);
  }
  Script script;
  for (const auto& file : files) {
    // Its first line tells whose it is.
    if (file.shared)
      script.run(
          fmt::format("if [ -s {0} ] && [ \"$(head -n 1 {0})\" != {1} ]; then echo '{0} is there already: unsnag fix --print --patch puts "
                      "the change into it' >&2; exit 1; fi",
                      file.path, shell_word(file.text.substr(0, file.text.find('\n')))));
    script.write(file);
    if (!file.apply.empty()) script.run(file.apply);
  }
  for (const auto& command : after) script.run(command);
  head.roll_out = "as root on each node, or as user data; " + head.roll_out;
  return snippet(order, order.name() + ".sh", "#!/bin/sh\n" + head_comment(order, head) + script.text());
}

}  // namespace unsnag::platforms
