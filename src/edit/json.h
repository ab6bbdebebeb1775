// SPDX-License-Identifier: Apache-2.0
// Changing one value of a JSON file: daemon.json, kubelet's configuration. An empty file counts as {}. Comments don't parse,
// as they don't in the programs that read these files. Of a key that stands twice, the last is changed: Go reads that.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "edit/new_value.h"

namespace unsnag::edit {

/// Sets the value at `path`, making the tables on the way. A list that is there keeps its form, and the items that stay.
Result<std::string> set_json(std::string_view text, const Path& path, const NewValue& value);
/// Takes the key (a table with all that is in it) or the list's item out. not_found: it isn't there.
Result<std::string> remove_json(std::string_view text, const Path& path);
/// Adds `item` at the end of the list at `path` unless it is in it; makes the list when there is none.
Result<std::string> add_to_list_json(std::string_view text, const Path& path, std::string_view item);
/// Takes every `item` out of the list at `path`; a text without it comes back as it is. An emptied list stays, as [].
Result<std::string> remove_from_list_json(std::string_view text, const Path& path, std::string_view item);

}  // namespace unsnag::edit
