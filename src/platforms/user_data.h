// SPDX-License-Identifier: Apache-2.0
// Changing a user data of an EKS node that is there: a script that calls /etc/eks/bootstrap.sh, a NodeConfig, or several parts.
// What is not ours in it stays byte for byte.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/document.h"
#include "base/result.h"
#include "edit/new_value.h"
#include "platforms/order.h"

namespace unsnag::platforms {

using Escape = std::function<std::string(std::string_view)>;

/// Takes what it writes out of `order`; the caller looks at what is left. `escape`: how a text has to be written in the language
/// around (${ of a template). Errors: not_found (neither a NodeConfig nor a call of bootstrap.sh is in it), malformed.
Result<std::string> patch_user_data(std::string_view user_data, Order& order, const Escape& escape);
/// The same for a stream of YAML documents with a NodeConfig in it.
Result<std::string> patch_node_config(std::string_view yaml, Order& order);

/// The first document of that kind, or null.
const Value* document_of(const std::vector<Value>& documents, std::string_view kind);
edit::NewValue new_value(const settings::Setting& setting);
/// kubelet's keys in the map at `path`.
Result<std::string> set_kubelet_keys(std::string_view yaml, const edit::Path& path, const Settings& keys);
/// containerd's keys in a fragment or a whole file of it, in the tables of the version that it has.
Result<std::string> set_containerd_keys(std::string_view toml, const Settings& keys, const Context& context, int otherwise);
/// One more map in the list at `path`: `lines` without indentation and dash, each with its line break.
Result<std::string> add_map_to_list(std::string_view yaml, const edit::Path& path, std::string_view lines);

/// Nothing may be left: a patch can't say what it left out.
Result<void*> all_taken(Order& order, std::string_view title, const std::function<std::string(const settings::Setting&)>& why);

}  // namespace unsnag::platforms
