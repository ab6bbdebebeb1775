// SPDX-License-Identifier: Apache-2.0
// From one list of texts to another by taking items out and adding others behind, so that what stays keeps its form and
// its comments.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/document.h"
#include "base/result.h"
#include "edit/delimited.h"

namespace unsnag::edit {

struct ListChange {
  std::vector<std::size_t> removed;  // indices in the old list, ascending
  std::vector<std::string> added;
};

/// none: it can't be had so (the order changes, or an item comes between others).
std::optional<ListChange> list_change(const Value& old, const std::vector<std::string>& wanted);

/// True for one item more or less, which is what a format's editor does by itself.
bool is_one_step(const ListChange& change);

/// More than one step, one after the other, each by `set(text, list)`; none where that is not possible or not worth it.
std::optional<Result<std::string>> in_steps(std::string_view text, const Value& old, const std::vector<std::string>& wanted,
                                            const std::function<Result<std::string>(std::string_view, std::vector<std::string>)>& set);

/// The quotes of a list's first item, or `otherwise`.
char list_quote(std::string_view text, const Delimited& list, char otherwise);

/// What counts as a text: in YAML, a scalar without quotes may be one.
enum class Texts : std::uint8_t { quoted, any_scalar };

/// The items of a list of texts; none: []. Errors: invalid_argument (something else stands there).
Result<std::vector<std::string>> texts_of(const Value* list, Texts kind);

}  // namespace unsnag::edit
