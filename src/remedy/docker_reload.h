// SPDX-License-Identifier: Apache-2.0
// dockerd keeps a list that daemon.json no longer has when it reads that file again: only a key that is there is looked at
// (moby, daemon/reload.go, IsValueSet). So on the way back such a list is empty first, and gone after that.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace unsnag::remedy {

/// The lists that dockerd reads again and that it would keep: "registry-mirrors", "insecure-registries".
/// Of those, what `now` has and `old` has not. Texts that are no JSON have none.
std::vector<std::string> lists_to_empty(std::string_view old, std::string_view now);

/// `old` with these lists, empty. Errors: as edit::set_json.
Result<std::string> with_empty_lists(std::string_view old, const std::vector<std::string>& keys);

}  // namespace unsnag::remedy
