// SPDX-License-Identifier: Apache-2.0
// Changing one value of a YAML file: kubelet's configuration, cloud-init, templates of platforms. In a stream of several
// documents the path's first step says which: "[0]" (documents that are empty don't count) or "[kind=NodePool]"; with one
// document it may be left out. Anchored and aliased values are unsupported; tags (!Sub) stay; a block scalar (|, >)
// keeps its form, so that a file within the file is changed by get_yaml, an edit of that text, and set_yaml.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "edit/new_value.h"

namespace unsnag::edit {

/// The text of the scalar at `path`. Errors: malformed, not_found, invalid_argument (no scalar stands there).
Result<std::string> get_yaml(std::string_view text, const Path& path);
/// Sets the value at `path`, making the maps on the way. A list that is there keeps its form, and the items that stay.
Result<std::string> set_yaml(std::string_view text, const Path& path, const NewValue& value);
/// Takes the key (with all that is in it) or the list's item out; an emptied map or list stays, as {} or []. not_found.
Result<std::string> remove_yaml(std::string_view text, const Path& path);
/// Adds `item` at the end of the list at `path` unless it is in it; makes the list when there is none.
Result<std::string> add_to_list_yaml(std::string_view text, const Path& path, std::string_view item);
/// Takes every `item` out of the list at `path`; a text without it comes back as it is. An emptied list stays, as [].
Result<std::string> remove_from_list_yaml(std::string_view text, const Path& path, std::string_view item);

}  // namespace unsnag::edit
