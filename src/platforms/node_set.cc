// SPDX-License-Identifier: Apache-2.0
#include "platforms/node_set.h"

#include <fmt/format.h>

#include "platforms/script.h"

namespace unsnag::platforms {

Snippet node_set(Order& order, const std::vector<NodeFile>& files, Head head, const std::vector<std::string>& after) {
  if (files.size() == 1) {
    const auto& path = files[0].path;
    head.roll_out = fmt::format("as {}; {}", path, head.roll_out);
    return snippet(order, path.substr(path.rfind('/') + 1), head_comment(order, head) + files[0].text);
  }
  Script script;
  for (const auto& file : files) {
    script.write(file);
    if (!file.apply.empty()) script.run(file.apply);
  }
  for (const auto& command : after) script.run(command);
  head.roll_out = "as root on each node, or as user data; " + head.roll_out;
  return snippet(order, order.name() + ".sh", "#!/bin/sh\n" + head_comment(order, head) + script.text());
}

}  // namespace unsnag::platforms
