// SPDX-License-Identifier: Apache-2.0
// The reader is systemd's state machine, parse_env_file_internal() of basic/env-file.c (252), with places. Where a shell
// would read something else than systemd (a comment behind a value), nothing is changed.
#include "edit/env.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/text.h"
#include "edit/text_edit.h"
#include "edit/word_patch.h"

namespace unsnag::edit {
namespace {

struct Assignment {
  EnvAssignment meant;
  Span lines;    // with the line break
  Span written;  // what stands behind the '='
  bool behind_escaped_comment = false;
};

bool is_break(char c) { return c == '\n' || c == '\r'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || is_break(c); }

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::vector<Assignment> run() {
    for (std::size_t at = bom_size(text_); at < text_.size(); ++at) step(text_[at], at);
    if (state_ == State::value || state_ == State::before_value || state_ == State::value_escape || state_ == State::single ||
        state_ == State::doubled || state_ == State::doubled_escape)
      finish(text_.size());
    return std::move(found_);
  }

 private:
  enum class State : std::uint8_t {
    before_key,
    key,
    before_value,
    value,
    value_escape,
    single,
    doubled,
    doubled_escape,
    comment,
    comment_escape
  };

  void step(char c, std::size_t at) {
    switch (state_) {
      case State::before_key:
        if (c == '#' || c == ';') {
          state_ = State::comment;
        } else if (!is_blank(c)) {
          state_ = State::key;
          key_begin_ = at;
        } else if (c == '\n') {
          behind_escape_ = false;
        }
        break;
      case State::key:
        if (is_break(c)) {
          state_ = State::before_key;
        } else if (c == '=') {
          state_ = State::before_value;
          key_end_ = at;
          value_.clear();
          blank_from_ = std::string::npos;
          written_end_ = at + 1;
        }
        break;
      case State::before_value:
        if (is_break(c)) return finish(at);
        if (!is_blank(c)) written_end_ = at + 1;
        if (c == '\'') state_ = State::single;
        else if (c == '"') state_ = State::doubled;
        else if (c == '\\') state_ = State::value_escape;
        else if (!is_blank(c)) {
          state_ = State::value;
          value_ += c;
        }
        break;
      case State::value:
        if (is_break(c)) return finish(at);
        if (c == '\\') {
          state_ = State::value_escape;
          blank_from_ = std::string::npos;
          written_end_ = at + 1;
          break;
        }
        if (!is_blank(c)) {
          blank_from_ = std::string::npos;
          written_end_ = at + 1;
        } else if (blank_from_ == std::string::npos) {
          blank_from_ = value_.size();
        }
        value_ += c;
        break;
      case State::value_escape:
        state_ = State::value;
        if (!is_break(c)) value_ += c;
        written_end_ = at + 1;
        break;
      case State::single:
        if (c == '\'') state_ = State::before_value;
        else value_ += c;
        written_end_ = at + 1;
        break;
      case State::doubled:
        if (c == '"') state_ = State::before_value;
        else if (c == '\\') state_ = State::doubled_escape;
        else value_ += c;
        written_end_ = at + 1;
        break;
      case State::doubled_escape:
        state_ = State::doubled;
        if (std::string_view("\"\\`$").find(c) != std::string_view::npos) value_ += c;
        else if (!is_break(c)) (value_ += '\\') += c;
        written_end_ = at + 1;
        break;
      case State::comment:
        if (c == '\\') state_ = State::comment_escape;
        else if (is_break(c)) state_ = State::before_key;
        break;
      case State::comment_escape:
        // Up to 253 the comment goes on in the next line; since 254 it doesn't.
        state_ = is_break(c) ? State::before_key : State::comment;
        if (is_break(c)) behind_escape_ = true;
        break;
    }
  }

  void finish(std::size_t at) {
    if (state_ == State::value && blank_from_ != std::string::npos) value_.resize(blank_from_);
    Assignment made;
    auto key = trim(text_.substr(key_begin_, key_end_ - key_begin_));
    if (key.starts_with("export ") || key.starts_with("export\t")) {
      made.meant.exported = true;
      key = trim(key.substr(6));
    }
    made.meant.name = key;
    made.meant.value = std::move(value_);
    made.lines = {line_begin(text_, key_begin_), next_line(text_, at)};
    if (made.lines.begin == 0) made.lines.begin = bom_size(text_);
    made.written = {key_end_ + 1, written_end_};
    made.behind_escaped_comment = std::exchange(behind_escape_, false);
    found_.push_back(std::move(made));
    value_.clear();
    state_ = State::before_key;
  }

  std::string_view text_;
  State state_ = State::before_key;
  std::vector<Assignment> found_;
  std::size_t key_begin_ = 0, key_end_ = 0, written_end_ = 0;
  std::string value_;
  std::size_t blank_from_ = std::string::npos;  // where the blanks begin that end the value so far
  bool behind_escape_ = false;
};

bool is_harmless(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_-./:=,@%+^").find(c) != std::string_view::npos || static_cast<unsigned char>(c) >= 0x80;
}

std::string in_double_quotes(std::string_view value, bool escape_dollar) {
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\' || (escape_dollar && (c == '$' || c == '`'))) out += '\\';
    out += c;
  }
  return out += '"';
}

/// A $ or a backquote that a shell would follow stands in it.
bool expands(std::string_view written) {
  for (std::size_t i = 0; i < written.size(); ++i) {
    if (written[i] == '\\') ++i;
    else if (written[i] == '$' || written[i] == '`') return true;
  }
  return false;
}

std::string in_style_of(std::string_view written, std::string_view value) {
  if (written.starts_with('\'') && value.find('\'') == std::string_view::npos) return fmt::format("'{}'", value);
  if (written.starts_with('"')) return in_double_quotes(value, !expands(written));
  // systemd takes blanks in a bare value; who wrote some there relies on it.
  const bool bare_blanks = written.find(' ') != std::string_view::npos && trim(value) == value && !value.empty() &&
                           std::all_of(value.begin(), value.end(), [](char c) { return c == ' ' || is_harmless(c); });
  return bare_blanks ? std::string(value) : quote_env(value);
}

Result<void*> check(std::string_view text, std::string_view name, std::string_view value) {
  if (text.size() > k_max_bytes) return fail(Errc::too_large, "a file of variables of more than 16 MiB");
  const bool good = !name.empty() && !(name[0] >= '0' && name[0] <= '9') && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
  if (!good) return fail(Errc::invalid_argument, fmt::format("'{}' is no variable's name", printable(name)));
  if (value.find('\0') != std::string_view::npos) return fail(Errc::invalid_argument, "a variable's value has no NUL");
  return nullptr;
}

Result<std::string> hand_out(std::string_view text, std::vector<Patch> patches, const std::vector<EnvAssignment>& wanted) {
  auto out = apply(text, std::move(patches));
  const auto have = read_env(out);
  const bool good = std::equal(have.begin(), have.end(), wanted.begin(), wanted.end(), [](const auto& a, const auto& b) {
    return a.name == b.name && a.value == b.value && a.exported == b.exported;
  });
  if (!good) return fail(Errc::unsupported, "the change can't be made without changing another variable");
  return out;
}

}  // namespace

std::vector<EnvAssignment> read_env(std::string_view text) {
  std::vector<EnvAssignment> out;
  for (auto& found : Reader(text).run()) out.push_back(std::move(found.meant));
  return out;
}

std::optional<std::string> get_env(std::string_view text, std::string_view name) {
  std::optional<std::string> value;
  for (auto& found : read_env(text))
    if (found.name == name) value = std::move(found.value);
  return value;
}

Result<std::string> set_env(std::string_view text, std::string_view name, std::string_view value) {
  TRY(check(text, name, value));
  const auto found = Reader(text).run();
  auto wanted = read_env(text);
  std::size_t at = found.size();
  for (std::size_t i = 0; i < found.size(); ++i)
    if (found[i].meant.name == name) at = i;
  if (at == found.size()) {
    const bool all_exported = !found.empty() && std::all_of(found.begin(), found.end(), [](const auto& one) { return one.meant.exported; });
    wanted.push_back({std::string(name), std::string(value), all_exported});
    auto line = fmt::format("{}{}={}{}", all_exported ? "export " : "", name, quote_env(value), newline_of(text));
    return hand_out(text, {insert_lines(text, text.size(), std::move(line))}, wanted);
  }
  const auto& last = found[at];
  if (last.meant.value == value) return std::string(text);
  if (last.behind_escaped_comment)
    return fail(Errc::unsupported,
                fmt::format("{} stands behind a comment that ends in a backslash, which some systemd read as one line", name));
  const auto written = last.written.of(text);
  const bool is_bare = !trim(written).starts_with('"') && !trim(written).starts_with('\'');
  if (is_bare && written.find(" #") != std::string_view::npos)
    return fail(Errc::unsupported,
                fmt::format("behind the value of {} stands what a shell takes for a comment, and systemd for a part of it", name));
  auto begin = last.written.begin;
  while (begin < last.written.end && (text[begin] == ' ' || text[begin] == '\t')) ++begin;
  wanted[at].value = value;
  // Of a value of several lines in quotes, only the words that differ.
  if (written.starts_with('"') && written.find("\\\n") != std::string_view::npos &&
      value.find_first_of("\"\\$`\n") == std::string_view::npos) {
    if (const auto patch = word_patch(text, {begin + 1, last.written.end - 1}, value)) {
      auto out = hand_out(text, {*patch}, wanted);
      if (out) return out;
    }
  }
  return hand_out(text, {{{begin, last.written.end}, in_style_of(text.substr(begin, last.written.end - begin), value)}}, wanted);
}

Result<std::string> remove_env(std::string_view text, std::string_view name) {
  TRY(check(text, name, {}));
  std::vector<Patch> patches;
  std::vector<EnvAssignment> wanted;
  for (const auto& found : Reader(text).run()) {
    if (found.meant.name == name) patches.push_back(remove_lines(text, found.lines));
    else wanted.push_back(found.meant);
  }
  if (patches.empty()) return fail(Errc::not_found, fmt::format("{} is not assigned", name));
  return hand_out(text, std::move(patches), wanted);
}

std::string quote_env(std::string_view value) {
  if (std::all_of(value.begin(), value.end(), is_harmless)) return std::string(value);
  return in_double_quotes(value, true);
}

std::string unquote_env(std::string_view written) {
  const auto text = fmt::format("X={}", written);
  const auto found = read_env(text);
  return found.empty() ? std::string() : found.front().value;
}

}  // namespace unsnag::edit
