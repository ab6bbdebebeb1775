// SPDX-License-Identifier: Apache-2.0
// A command line's words, as systemd and as a shell split them, with where each stands; and writing one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "edit/flags.h"
#include "edit/text_edit.h"

namespace unsnag::edit {

struct Word {
  Span raw;
  std::string text;      // without quotes and escapes
  bool expands = false;  // shell: holds a $ or a backquote that means something
};

/// Errors: malformed (a quote without an end, a backslash at the end). Shell: a comment ends with its line, and operators
/// are words' letters: for whole scripts see script.cc.
Result<std::vector<Word>> split_command(std::string_view text, Words kind);

/// One word, from `at`, which is its first byte. For shells it ends before an operator when `operators` says so.
Result<Word> read_word(std::string_view text, std::size_t at, Words kind, bool operators);

/// `text` as one word: bare, in the quotes asked for ('"', '\''), or in those that it needs (0).
std::string write_word(std::string_view text, Words kind, char quote = 0);

}  // namespace unsnag::edit
