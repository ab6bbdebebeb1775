// SPDX-License-Identifier: Apache-2.0
// What an edit changes, as `diff -u` shows it and `patch` takes it.
#pragma once

#include <string>
#include <string_view>

namespace unsnag::edit {

/// "" when both are equal. `path` is shown as a/path and b/path, or as it is where it begins with a slash. An empty
/// `before` is a new file (--- /dev/null), an empty `after` a removed one.
std::string unified_diff(std::string_view before, std::string_view after, std::string_view path, int context = 3);

}  // namespace unsnag::edit
