// SPDX-License-Identifier: Apache-2.0
// The meaning of a file, and the same change made to it: an edited text must read as this, or it isn't handed out.
#pragma once

#include <string_view>

#include "base/document.h"
#include "base/result.h"
#include "edit/new_value.h"

namespace unsnag::edit {

/// "[2]", "[-1]", "[name=worker]" as they count in a list.
bool is_selector(std::string_view step);

/// `path` with every selector made a plain "[2]", as far as `root` has it. What isn't there yet stays as given.
/// Errors: not_found (no such item, or more than one), invalid_argument (a key where a list stands).
Result<Path> resolve(const Value& root, const Path& path);

/// The value at a resolved path; null: it isn't there. Of a key that stands twice, the last.
const Value* find(const Value& root, const Path& path);
Value* find(Value& root, const Path& path);

/// Puts `value` at a resolved path, making maps on the way. Errors: invalid_argument (a value that is no map is in the way).
Result<void*> put(Value& root, const Path& path, Value value);
/// Errors: not_found.
Result<void*> take(Value& root, const Path& path);

/// True when both mean the same. The order of a map's keys counts for nothing, that of its keys of one name does.
bool same(const Value& a, const Value& b);

/// True when `read` is what `wanted` asks for.
bool is(const Value& read, const NewValue& wanted);

/// Errors: invalid_argument: a number or a boolean that is none, or an empty path.
Result<void*> check(const Path& path, const NewValue& value);

}  // namespace unsnag::edit
