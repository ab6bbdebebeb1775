// SPDX-License-Identifier: Apache-2.0
// Changing one value of a TOML file: containerd's config.toml and hosts.toml, crio.conf, registries.conf. A key that is
// there is replaced where it stands; a new one goes behind the keys of its table, a new table behind its parent, with
// the indentation and quotes of the file. Lines of Go templates (k3s' config.toml.tmpl) are stepped around: a key in a
// template's condition is unsupported, and what `{{ template "base" . }}` brings is not seen.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "edit/new_value.h"

namespace unsnag::edit {

/// Sets the value at `path`, making the tables on the way. A list that is there keeps its form, and the items that stay.
Result<std::string> set_toml(std::string_view text, const Path& path, const NewValue& value);
/// Takes the key (a table with all that is in it) or the list's item out. not_found: it isn't there. The header
/// that was made for a key stays, and comments stay.
Result<std::string> remove_toml(std::string_view text, const Path& path);
/// Adds `item` at the end of the list at `path` unless it is in it; makes the list when there is none.
Result<std::string> add_to_list_toml(std::string_view text, const Path& path, std::string_view item);
/// Takes every `item` out of the list at `path`; a text without it comes back as it is. An emptied list stays, as [].
Result<std::string> remove_from_list_toml(std::string_view text, const Path& path, std::string_view item);

}  // namespace unsnag::edit
