// SPDX-License-Identifier: Apache-2.0
// Commands in a shell script: enough of POSIX to know where a command begins and ends, with comments, operators, lines
// that go on, and here-documents, whose text is no command.
#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "base/text.h"
#include "edit/flags.h"
#include "edit/words.h"

namespace unsnag::edit {
namespace {

/// The last command that runs `program`: what stands behind the program's word, up to the command's end.
class Commands {
 public:
  Commands(std::string_view script, std::string_view program) : text_(script), program_(program) {}

  Result<std::optional<Span>> last() {
    while (at_ < text_.size()) TRY(step());
    close();
    return last_;
  }

 private:
  [[nodiscard]] bool here(std::string_view what) const { return text_.substr(at_).starts_with(what); }

  Result<void*> step() {
    const char c = text_[at_];
    if (here("\\\n") || here("\\\r\n")) {
      at_ = next_line(text_, at_);
    } else if (c == ' ' || c == '\t' || c == '\r') {
      ++at_;
    } else if (c == '#') {
      at_ = line_end(text_, at_);
    } else if (c == '\n') {
      close();
      ++at_;
      skip_here_documents();
    } else if (here("<<") && !here("<<<")) {
      at_ += here("<<-") ? 3 : 2;
      while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
      if (at_ >= text_.size() || text_[at_] == '\n') return nullptr;
      TRY_ASSIGN(auto word, read_word(text_, at_, Words::shell, true));
      at_ = std::max(word.raw.end, at_ + 1);
      here_documents_.push_back(std::move(word.text));
    } else if (c == '<' || c == '>' || here("&>")) {
      at_ += here("&>") || here(">&") || here("<&") || here(">>") ? 2 : 1;
      if (here("<")) ++at_;
    } else if (c == ';' || c == '&' || c == '|' || c == '(' || c == ')') {
      close();
      ++at_;
    } else {
      TRY_ASSIGN(const auto word, read_word(text_, at_, Words::shell, true));
      at_ = word.raw.end;
      const std::string_view text = word.text;
      const auto slash = text.rfind('/');
      if (!open_ && text.substr(slash == std::string_view::npos ? 0 : slash + 1) == program_) open_ = Span{at_, at_};
      else if (open_) open_->end = at_;
    }
    return nullptr;
  }

  void close() {
    if (open_) last_ = open_;
    open_.reset();
  }

  void skip_here_documents() {
    for (const auto& end : here_documents_) {
      while (at_ < text_.size()) {
        const auto line = trim(text_.substr(at_, line_end(text_, at_) - at_));
        at_ = next_line(text_, at_);
        if (line == end) break;
      }
    }
    here_documents_.clear();
  }

  std::string_view text_, program_;
  std::size_t at_ = 0;
  std::optional<Span> open_, last_;
  std::vector<std::string> here_documents_;
};

Result<Span> command_of(std::string_view script, std::string_view program) {
  if (script.size() > k_max_bytes) return fail(Errc::too_large, "a script of more than 16 MiB");
  TRY_ASSIGN(const auto found, Commands(script, program).last());
  if (!found) return fail(Errc::not_found, fmt::format("the script does not run {}", program));
  return *found;
}

/// The value of a flag that always has one, also where that begins with a dash: --kubelet-extra-args '--v=4'.
struct Value {
  Span raw;
  std::string text;
  bool expands = false;
};

std::optional<Value> value_of(std::string_view command, std::string_view flag) {
  const auto words = split_command(command, Words::shell);
  if (!words) return std::nullopt;
  std::optional<Value> found;
  for (std::size_t i = 0; i < words->size(); ++i) {
    const auto& word = (*words)[i];
    const std::string_view text = word.text;
    const auto body = text.substr(std::min(text.find_first_not_of('-'), text.size()));
    if (!text.starts_with('-') || !body.starts_with(flag)) continue;
    if (body.size() == flag.size() && i + 1 < words->size()) {
      const auto& next = (*words)[++i];
      found = Value{next.raw, next.text, next.expands};
    } else if (body.substr(flag.size()).starts_with('=')) {
      const auto equals = word.raw.of(command).find('=');
      const bool quoted_whole = word.raw.of(command).starts_with('"') || word.raw.of(command).starts_with('\'');
      if (equals == std::string_view::npos || quoted_whole) found = Value{{}, std::string(body.substr(flag.size() + 1)), true};
      else found = Value{{word.raw.begin + equals + 1, word.raw.end}, std::string(body.substr(flag.size() + 1)), word.expands};
    }
  }
  return found;
}

/// What stands between the quotes around all of a value, if it is what it looks like: no escapes, no more quotes. So a
/// $VARIABLE within double quotes stays one.
std::optional<Span> between_quotes(std::string_view command, Span raw) {
  const auto written = raw.of(command);
  if (written.size() < 2 || (written[0] != '"' && written[0] != '\'') || written.back() != written[0]) return std::nullopt;
  const auto inside = written.substr(1, written.size() - 2);
  if (inside.find(written[0]) != std::string_view::npos || inside.find('\\') != std::string_view::npos) return std::nullopt;
  return Span{raw.begin + 1, raw.end - 1};
}

Result<std::string> set_inside(std::string_view command, std::string_view outer, std::string_view name, std::string_view value) {
  const auto old = value_of(command, outer);
  if (!old) {
    // As EKS writes it: --kubelet-extra-args '--a=b'.
    TRY_ASSIGN(const auto flags, set_flag({}, name, value, Words::systemd));
    TRY_ASSIGN(const auto words, split_command(command, Words::shell));
    const auto at = words.empty() ? 0 : words.back().raw.end;
    return apply(command, {{{at, at}, fmt::format(" --{} {}", outer, write_word(flags, Words::shell, '\''))}});
  }
  if (const auto place = between_quotes(command, old->raw)) {
    const auto inside = place->of(command);
    TRY_ASSIGN(auto changed, set_flag(inside, name, value, Words::systemd));
    const char quote = command[place->begin - 1];
    const auto more = [&](char c) { return std::count(changed.begin(), changed.end(), c) > std::count(inside.begin(), inside.end(), c); };
    if (!more(quote) && !(quote == '"' && (more('$') || more('`') || more('\\')))) return apply(command, {{*place, std::move(changed)}});
  }
  if (old->expands) return fail(Errc::unsupported, fmt::format("the value of --{} is made by a shell", outer));
  TRY_ASSIGN(const auto changed, set_flag(old->text, name, value, Words::systemd));
  return apply(command, {{old->raw, write_word(changed, Words::shell)}});
}

}  // namespace

std::optional<std::string> get_script_flag(std::string_view script, std::string_view program, std::string_view name,
                                           std::string_view inside) {
  const auto command = command_of(script, program);
  if (!command) return std::nullopt;
  if (inside.empty()) return get_flag(command->of(script), name, Words::shell);
  const auto outer = value_of(command->of(script), inside);
  return outer ? get_flag(outer->text, name, Words::systemd) : std::nullopt;
}

Result<std::string> set_script_flag(std::string_view script, std::string_view program, std::string_view name, std::string_view value,
                                    std::string_view inside) {
  TRY_ASSIGN(const auto command, command_of(script, program));
  if (get_script_flag(script, program, name, inside) == value) return std::string(script);
  Result<std::string> changed =
      inside.empty() ? set_flag(command.of(script), name, value, Words::shell) : set_inside(command.of(script), inside, name, value);
  if (!changed) return changed;
  const auto gap = command.size() == 0 && !changed->starts_with(' ') ? " " : "";
  auto out = apply(script, {{command, gap + *changed}});
  if (get_script_flag(out, program, name, inside) != value)
    return fail(Errc::unsupported, fmt::format("--{} can't be set in the script without changing other words", name));
  return out;
}

}  // namespace unsnag::edit
