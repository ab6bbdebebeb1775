// SPDX-License-Identifier: Apache-2.0
// Lines as config_parse() of shared/conf-parser.c reads them: comments are dropped also between the lines of a value, a
// backslash at a line's end becomes a blank, blanks at a line's begin go.
#include "edit/unit.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "base/text.h"
#include "edit/text_edit.h"
#include "edit/words.h"

namespace unsnag::edit {
namespace {

constexpr std::string_view k_environment = "Environment";

struct Line {
  enum class Kind : std::uint8_t { section, assignment, other };
  Kind kind = Kind::other;
  Span lines;  // with the last line break
  std::string section, key;
  std::string value;
  std::vector<std::size_t> at;  // where each byte of `value` stands in the file

  [[nodiscard]] Span place() const { return {at.front(), at.back() + 1}; }
  [[nodiscard]] Span place(Span inside) const {
    return inside.size() == 0 ? Span{at[inside.begin], at[inside.begin]} : Span{at[inside.begin], at[inside.end - 1] + 1};
  }
};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::vector<Line> run() {
    for (std::size_t begin = bom_size(text_); begin < text_.size();) {
      const auto next = next_line(text_, begin);
      take(begin, line_end(text_, begin), next);
      begin = next;
    }
    if (open_) finish();
    return std::move(lines_);
  }

 private:
  void take(std::size_t begin, std::size_t end, std::size_t next) {
    auto from = begin;
    while (from < end && (text_[from] == ' ' || text_[from] == '\t')) ++from;
    if (from < end && (text_[from] == '#' || text_[from] == ';')) return;
    if (!open_) lines_span_.begin = begin;
    lines_span_.end = next;
    bool escaped = false;
    for (auto i = from; i < end; ++i) {
      joined_ += text_[i];
      at_.push_back(i);
      escaped = !escaped && text_[i] == '\\';
    }
    open_ = escaped;
    if (escaped) joined_.back() = ' ';
    else finish();
  }

  void finish() {
    Line line;
    line.lines = lines_span_;
    const auto body = trim(joined_);
    if (body.starts_with('[')) {
      if (body.ends_with(']')) {
        line.kind = Line::Kind::section;
        section_ = body.substr(1, body.size() - 2);
      }
    } else if (const auto equals = joined_.find('='); equals != std::string::npos && !section_.empty()) {
      line.kind = Line::Kind::assignment;
      line.key = trim(std::string_view(joined_).substr(0, equals));
      auto from = equals + 1, to = joined_.size();
      while (from < to && is_blank(joined_[from])) ++from;
      while (to > from && is_blank(joined_[to - 1])) --to;
      line.value = joined_.substr(from, to - from);
      line.at.assign(at_.begin() + static_cast<std::ptrdiff_t>(from), at_.begin() + static_cast<std::ptrdiff_t>(to));
      if (line.key.empty()) line.kind = Line::Kind::other;
    }
    line.section = section_;
    if (line.kind != Line::Kind::other) lines_.push_back(std::move(line));
    joined_.clear();
    at_.clear();
    open_ = false;
  }

  std::string_view text_;
  std::vector<Line> lines_;
  std::string section_;
  std::string joined_;
  std::vector<std::size_t> at_;
  Span lines_span_;
  bool open_ = false;
};

std::vector<UnitAssignment> assignments(const std::vector<Line>& lines) {
  std::vector<UnitAssignment> out;
  for (const auto& line : lines)
    if (line.kind == Line::Kind::assignment) out.push_back({line.section, line.key, line.value});
  return out;
}

bool same_value(const std::string& a, const std::string& b) {
  if (a == b) return true;
  const auto in_a = split_command(a, Words::systemd), in_b = split_command(b, Words::systemd);
  return in_a && in_b &&
         std::equal(in_a->begin(), in_a->end(), in_b->begin(), in_b->end(), [](const Word& x, const Word& y) { return x.text == y.text; });
}

/// What is handed out must hold these assignments and no others.
Result<std::string> hand_out(std::string_view text, std::vector<Patch> patches, const std::vector<UnitAssignment>& wanted) {
  auto out = apply(text, std::move(patches));
  const auto have = read_unit(out);
  const bool good = std::equal(have.begin(), have.end(), wanted.begin(), wanted.end(), [](const auto& a, const auto& b) {
    return a.section == b.section && a.key == b.key && same_value(a.value, b.value);
  });
  if (!good) return fail(Errc::unsupported, "the change can't be made without changing something else of the unit");
  return out;
}

Result<void*> check(std::string_view text, std::string_view section, std::string_view key, std::string_view value) {
  if (text.size() > k_max_bytes) return fail(Errc::too_large, "a unit of more than 16 MiB");
  if (section.empty() || section.find_first_of("[]\n\r") != std::string_view::npos || trim(section) != section)
    return fail(Errc::invalid_argument, fmt::format("'{}' is no section", printable(section)));
  if (key.empty() || trim(key) != key || key.find_first_of("=\n\r\\") != std::string_view::npos ||
      std::string_view("[#;").find(key[0]) != std::string_view::npos)
    return fail(Errc::invalid_argument, fmt::format("'{}' is no key of a unit", printable(key)));
  if (value.find_first_of(std::string_view("\n\r\0", 3)) != std::string_view::npos)
    return fail(Errc::invalid_argument, "a unit's value has no line breaks");
  if (trim(value) != value) return fail(Errc::invalid_argument, "a unit's value has no blanks around it");
  const auto last = value.find_last_not_of('\\');
  if ((value.size() - (last == std::string_view::npos ? 0 : last + 1)) % 2 == 1)
    return fail(Errc::invalid_argument, "a backslash at the end would join the next line");
  return nullptr;
}

bool is_of(const Line& line, std::string_view section, std::string_view key) {
  return line.kind == Line::Kind::assignment && line.section == section && line.key == key;
}

/// Of a value of several lines, only the words that differ are written; none: it is not one, or has no words.
std::optional<Patch> words_patch(std::string_view text, const Line& line, std::string_view value) {
  const auto raw = line.place().of(text);
  if (raw.find('\n') == std::string_view::npos) return std::nullopt;
  const auto old_words = split_command(line.value, Words::systemd), new_words = split_command(value, Words::systemd);
  if (!old_words || !new_words || old_words->empty() || new_words->empty()) return std::nullopt;
  const auto is_same = [&](const Word& a, const Word& b) { return a.raw.of(line.value) == b.raw.of(value); };
  const auto &was = *old_words, &now = *new_words;
  std::size_t front = 0, back = 0;
  const auto most = std::min(was.size(), now.size());
  while (front < most && is_same(was[front], now[front])) ++front;
  while (back < most - front && is_same(was[was.size() - 1 - back], now[now.size() - 1 - back])) ++back;
  const auto begin_of = [&](std::size_t i) { return line.place(was[i].raw).begin; };
  const auto end_of = [&](std::size_t i) { return line.place(was[i].raw).end; };
  const auto was_end = was.size() - back, now_end = now.size() - back;
  const std::string middle(front < now_end ? value.substr(now[front].raw.begin, now[now_end - 1].raw.end - now[front].raw.begin)
                                           : std::string_view());
  if (front < was_end && !middle.empty()) return Patch{{begin_of(front), end_of(was_end - 1)}, middle};
  if (front < was_end) return front > 0 ? Patch{{end_of(front - 1), end_of(was_end - 1)}, {}} : Patch{{begin_of(0), begin_of(was_end)}, {}};
  if (middle.empty()) return std::nullopt;
  if (front == 0) return Patch{{begin_of(0), begin_of(0)}, middle + " "};
  std::string gap = " ";
  if (front > 1) {
    const auto between = text.substr(end_of(front - 2), begin_of(front - 1) - end_of(front - 2));
    if (between.find_first_of("#;") == std::string_view::npos) gap = between;
  }
  return Patch{{end_of(front - 1), end_of(front - 1)}, gap + middle};
}

Result<std::string> add_at(std::string_view text, const std::vector<Line>& lines, std::size_t at, std::string_view section,
                           std::string_view key, std::string_view value, bool with_header) {
  auto wanted = assignments(lines);
  std::size_t index = 0;
  for (const auto& line : lines)
    if (line.kind == Line::Kind::assignment && line.lines.begin < at) ++index;
  wanted.insert(wanted.begin() + static_cast<std::ptrdiff_t>(index), {std::string(section), std::string(key), std::string(value)});
  const std::string newline(newline_of(text));
  auto added = fmt::format("{}={}{}", key, value, newline);
  if (with_header) {
    added.insert(0, fmt::format("[{}]{}", section, newline));
    if (!trim(text.substr(bom_size(text))).empty()) {
      const auto last = line_begin(text, text.size() - 1);
      if (!trim(text.substr(last)).empty()) added.insert(0, newline);
    }
  }
  return hand_out(text, {insert_lines(text, at, std::move(added))}, wanted);
}

/// At the end of the section's last occurrence.
Result<std::string> add_at_end(std::string_view text, const std::vector<Line>& lines, std::string_view section, std::string_view key,
                               std::string_view value) {
  const Line* last = nullptr;
  for (const auto& line : lines)
    if (line.section == section) last = &line;
  return last == nullptr ? add_at(text, lines, text.size(), section, key, value, true)
                         : add_at(text, lines, last->lines.end, section, key, value, false);
}

}  // namespace

std::vector<UnitAssignment> read_unit(std::string_view text) { return assignments(Reader(text).run()); }

std::optional<std::string> get_unit(std::string_view text, std::string_view section, std::string_view key) {
  std::optional<std::string> value;
  for (auto& assigned : read_unit(text))
    if (assigned.section == section && assigned.key == key) value = std::move(assigned.value);
  return value;
}

Result<std::string> set_unit(std::string_view text, std::string_view section, std::string_view key, std::string_view value) {
  TRY(check(text, section, key, value));
  const auto lines = Reader(text).run();
  std::size_t index = 0, at = 0;
  const Line* last = nullptr;
  for (const auto& line : lines) {
    if (is_of(line, section, key)) {
      last = &line;
      at = index;
    }
    if (line.kind == Line::Kind::assignment) ++index;
  }
  if (last == nullptr) return add_at_end(text, lines, section, key, value);
  if (last->value.empty()) {
    if (value.empty()) return std::string(text);
    return add_at(text, lines, last->lines.end, section, key, value, false);
  }
  if (last->value == value) return std::string(text);
  auto wanted = assignments(lines);
  wanted[at].value = value;
  if (const auto patch = words_patch(text, *last, value)) {
    auto out = hand_out(text, {*patch}, wanted);
    if (out) return out;
  }
  return hand_out(text, {{last->place(), std::string(value)}}, wanted);
}

Result<std::string> add_unit(std::string_view text, std::string_view section, std::string_view key, std::string_view value) {
  TRY(check(text, section, key, value));
  const auto lines = Reader(text).run();
  const Line* last = nullptr;
  for (const auto& line : lines)
    if (is_of(line, section, key)) last = &line;
  if (last == nullptr) return add_at_end(text, lines, section, key, value);
  return add_at(text, lines, last->lines.end, section, key, value, false);
}

Result<std::string> remove_unit(std::string_view text, std::string_view section, std::string_view key) {
  TRY(check(text, section, key, {}));
  std::vector<Patch> patches;
  std::vector<UnitAssignment> wanted;
  for (const auto& line : Reader(text).run()) {
    if (is_of(line, section, key)) patches.push_back(remove_lines(text, line.lines));
    else if (line.kind == Line::Kind::assignment) wanted.push_back({line.section, line.key, line.value});
  }
  if (patches.empty()) return fail(Errc::not_found, fmt::format("the unit has no {}= in [{}]", key, section));
  return hand_out(text, std::move(patches), wanted);
}

namespace {

/// systemd replaces %x in Environment=; a percent sign has to be two.
std::string doubled(std::string_view value) {
  std::string out;
  for (const char c : value) out.append(c == '%' ? 2 : 1, c);
  return out;
}

std::string undoubled(std::string_view value) {
  std::string out;
  for (std::size_t i = 0; i < value.size(); ++i) {
    out += value[i];
    if (value.substr(i).starts_with("%%")) ++i;
  }
  return out;
}

struct EnvironmentWord {
  std::size_t line;  // index among all lines
  Word word;
};

/// The words of Environment= that assign `name`; with `effective`, those that no empty Environment= resets.
Result<std::vector<EnvironmentWord>> environment_words(const std::vector<Line>& lines, std::string_view section, std::string_view name) {
  std::vector<EnvironmentWord> found;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!is_of(lines[i], section, k_environment)) continue;
    if (lines[i].value.empty()) found.clear();
    TRY_ASSIGN(auto words, context(split_command(lines[i].value, Words::systemd), "Environment="));
    for (auto& word : words)
      if (word.text.size() > name.size() && word.text.starts_with(name) && word.text[name.size()] == '=')
        found.push_back({i, std::move(word)});
  }
  return found;
}

Result<void*> check_variable(std::string_view name, std::string_view value) {
  const bool good = !name.empty() && !(name[0] >= '0' && name[0] <= '9') && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  });
  if (!good) return fail(Errc::invalid_argument, fmt::format("'{}' is no variable's name", printable(name)));
  if (value.find('\0') != std::string_view::npos) return fail(Errc::invalid_argument, "a variable's value has no NUL");
  return nullptr;
}

std::size_t assignments_before(const std::vector<Line>& lines, std::size_t index) {
  return static_cast<std::size_t>(std::count_if(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(index),
                                                [](const Line& line) { return line.kind == Line::Kind::assignment; }));
}

}  // namespace

std::optional<std::string> get_unit_environment(std::string_view text, std::string_view section, std::string_view name) {
  const auto found = environment_words(Reader(text).run(), section, name);
  if (!found || found->empty()) return std::nullopt;
  return undoubled(std::string_view(found->back().word.text).substr(name.size() + 1));
}

Result<std::string> set_unit_environment(std::string_view text, std::string_view section, std::string_view name, std::string_view value) {
  TRY(check(text, section, k_environment, {}));
  TRY(check_variable(name, value));
  const auto lines = Reader(text).run();
  const auto assignment = fmt::format("{}={}", name, doubled(value));
  TRY_ASSIGN(const auto found, environment_words(lines, section, name));
  if (found.empty()) {
    const bool plain = write_word(assignment, Words::systemd) == assignment;
    return add_unit(text, section, k_environment, write_word(assignment, Words::systemd, plain ? '\0' : '"'));
  }
  const auto& [index, word] = found.back();
  const auto& line = lines[index];
  if (word.text == assignment) return std::string(text);
  const char first = line.value[word.raw.begin];
  auto written = write_word(assignment, Words::systemd, first == '"' || first == '\'' ? first : '\0');
  auto wanted = assignments(lines);
  auto& changed = wanted[assignments_before(lines, index)].value;
  changed.replace(word.raw.begin, word.raw.size(), written);
  return hand_out(text, {{line.place(word.raw), std::move(written)}}, wanted);
}

Result<std::string> remove_unit_environment(std::string_view text, std::string_view section, std::string_view name) {
  TRY(check(text, section, k_environment, {}));
  TRY(check_variable(name, {}));
  const auto lines = Reader(text).run();
  std::vector<Patch> patches;
  std::vector<UnitAssignment> wanted;
  for (const auto& line : lines) {
    if (line.kind != Line::Kind::assignment) continue;
    wanted.push_back({line.section, line.key, line.value});
    if (!is_of(line, section, k_environment)) continue;
    TRY_ASSIGN(const auto words, context(split_command(line.value, Words::systemd), "Environment="));
    std::vector<bool> goes;
    for (const auto& word : words)
      goes.push_back(word.text.size() > name.size() && word.text.starts_with(name) && word.text[name.size()] == '=');
    if (std::none_of(goes.begin(), goes.end(), [](bool b) { return b; })) continue;
    wanted.pop_back();
    if (std::all_of(goes.begin(), goes.end(), [](bool b) { return b; })) {
      patches.push_back(remove_lines(text, line.lines));
      continue;
    }
    std::string left;
    bool any_stays = false;
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (!goes[i]) {
        left += (left.empty() ? "" : " ") + std::string(words[i].raw.of(line.value));
        any_stays = true;
      } else if (any_stays) {
        patches.push_back({{line.place(words[i - 1].raw).end, line.place(words[i].raw).end}, {}});
      } else {
        patches.push_back({{line.place(words[i].raw).begin, line.place(words[i + 1].raw).begin}, {}});
      }
    }
    wanted.push_back({line.section, line.key, left});
  }
  if (patches.empty()) return fail(Errc::not_found, fmt::format("no Environment= of the unit has {}", name));
  return hand_out(text, std::move(patches), wanted);
}

}  // namespace unsnag::edit
