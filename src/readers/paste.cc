// SPDX-License-Identifier: Apache-2.0
#include "readers/paste.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/text.h"
#include "readers/brackets.h"
#include "readers/envelope.h"
#include "readers/node_parts.h"
#include "readers/shell.h"

namespace unsnag::readers {
namespace {

constexpr std::size_t k_max_parts = 256;
constexpr std::size_t k_max_list = 200;  // lines of one list of a TOML file

bool is_blank(std::string_view line) { return trim(line).empty(); }
std::size_t indent_of(std::string_view line) { return std::min(line.find_first_not_of(" \t"), line.size()); }
bool is_comment(std::string_view line) { return line.front() == '#' || line.front() == ';'; }
bool is_fence(std::string_view line) { return line.starts_with("```") || line.starts_with("~~~"); }

/// Ends whatever it stands in.
bool is_boundary(std::string_view line) {
  const auto words = trim(line);
  return is_fence(words) || !shell_command(words).empty() || starts_record(words);
}

/// `[plugins."x"]`, `[[registry]]`, `[Service]`.
bool is_section(std::string_view line) {
  if (line.size() < 3 || line.front() != '[') return false;
  const auto comment = line.find(" #");
  if (comment != std::string_view::npos) line = trim(line.substr(0, comment));
  const char first = line.find_first_not_of('[') < line.size() ? line[line.find_first_not_of('[')] : ' ';
  return line.back() == ']' && ((first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || first == '"');
}

bool is_units_section(std::string_view line) {
  static constexpr std::array<std::string_view, 6> k_sections{"[Unit]", "[Service]", "[Install]", "[Socket]", "[Slice]", "[Timer]"};
  return std::find(k_sections.begin(), k_sections.end(), line) != k_sections.end();
}

/// The key of `key = value`; "" when it is none. `kubelet --config=/x` and a sentence are none.
std::string_view assigned_key(std::string_view line) {
  if (line.starts_with("export ")) line = trim(line.substr(7));
  const auto equals = line.front() == '"' ? line.find('=', line.find('"', 1)) : line.find('=');
  if (equals == std::string_view::npos || equals == 0) return {};
  const auto key = trim(line.substr(0, equals));
  const bool quoted = key.front() == '"' || key.front() == '\'';
  if (key.empty() || (!quoted && key.find_first_of(" \t:/()<>,{}[]") != std::string_view::npos)) return {};
  return key;
}

/// Keys that stand before every table of their file: behind one they begin another file.
bool begins_another_toml(std::string_view key) {
  static constexpr std::array<std::string_view, 5> k_keys{"version", "server", "imports", "disabled_plugins",
                                                          "unqualified-search-registries"};
  return std::find(k_keys.begin(), k_keys.end(), key) != k_keys.end();
}

/// How many brackets a line leaves open, those in strings not counted.
int open_brackets(std::string_view line) {
  int depth = 0;
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quote != 0) {
      if (c == '\\' && quote == '"') ++i;
      else if (c == quote) quote = 0;
    } else if (c == '"' || c == '\'') {
      quote = c;
    } else if (c == '#') {
      break;
    } else {
      depth += c == '[' || c == '{' ? 1 : c == ']' || c == '}' ? -1 : 0;
    }
  }
  return depth;
}

class Finder {
 public:
  explicit Finder(const std::vector<std::string_view>& lines) : lines_(lines) {}

  std::vector<Part> run() {
    for (std::size_t i = 0; i < lines_.size() && parts_.size() < k_max_parts;) i = std::max(step(i), i + 1);
    return std::move(parts_);
  }

 private:
  /// Returns the line behind what it took.
  std::size_t step(std::size_t i) {
    const auto line = trim(lines_[i]);
    if (line.empty()) return i + 1;
    if (is_fence(line)) {
      fenced_ = !fenced_;
      framed_ = fenced_;  // what a fence begins with
      if (!fenced_) path_ = {};
      return i + 1;
    }
    if (const auto command = shell_command(line); !command.empty()) {
      path_ = printed_file(command);
      framed_ = !path_.empty();
      return i + 1;
    }
    if (take_label(line)) return i + 1;
    auto end = json_end(i);
    auto kind = Part::Kind::json;
    if (!end) end = ini_end(i), kind = Part::Kind::ini;
    if (!end) end = yaml_end(i), kind = Part::Kind::yaml;
    if (end) parts_.push_back({kind, i, framed_ ? whole(*end) : *end, path_, framed_});
    path_ = {};
    framed_ = false;
    return end ? parts_.back().end : i + 1;
  }

  /// A line that names the file below it: `==> /etc/x <==`, `/etc/x:`, `My /etc/x:`, `cat /etc/x`.
  bool take_label(std::string_view line) {
    std::string_view named;
    if (line.starts_with("==> ") && line.ends_with(" <==")) named = trim(line.substr(4, line.size() - 8));
    else if (!printed_file(line).empty()) named = printed_file(line);
    else if (line.ends_with(':') && line.find(" = ") == std::string_view::npos)
      for (auto word : split_words(line.substr(0, std::min<std::size_t>(line.size() - 1, 512))))
        if (word.size() > 4 && (word.front() == '/' || word.front() == '`')) {
          while (!word.empty() && (word.front() == '`' || word.front() == '*')) word.remove_prefix(1);
          while (!word.empty() && (word.back() == '`' || word.back() == '*')) word.remove_suffix(1);
          if (word.starts_with('/')) named = word;
        }
    if (named.empty() || starts_record(line)) return false;
    path_ = named;
    framed_ = fenced_ || !line.ends_with(':');
    return true;
  }

  /// A framed document goes on behind a line that does not fit when no blank line parts them: the line is what is wrong.
  [[nodiscard]] std::size_t whole(std::size_t end) const {
    while (end < lines_.size() && !is_blank(lines_[end]) && !is_boundary(lines_[end])) ++end;
    return end;
  }

  std::optional<std::size_t> json_end(std::size_t i) {
    const auto begin = trim(lines_[i]);
    if (i < no_json_before_ || begin.front() != '{') return std::nullopt;
    Brackets brackets;
    for (auto j = i; j < lines_.size(); ++j) {
      const auto behind = brackets.behind_end(lines_[j]);
      if (!behind) continue;
      no_json_before_ = j + 1;
      if (j == i && starts_record(begin)) return std::nullopt;  // a log of JSON lines
      return trim(*behind).empty() ? std::optional(j + 1) : std::nullopt;
    }
    no_json_before_ = lines_.size();  // else every inner brace would read on to the text's end again
    return std::nullopt;
  }

  /// TOML, units and variables: sections, assignments, comments, and lists and commands that go on over lines.
  std::optional<std::size_t> ini_end(std::size_t i) {
    if (i < no_ini_before_) return std::nullopt;
    std::size_t end = i, listed = 0, j = i;
    std::optional<bool> units;
    bool goes_on = false;
    int depth = 0;
    for (; j < lines_.size(); ++j) {
      const auto line = trim(lines_[j]);
      if (line.empty()) {
        goes_on = false;
        continue;
      }
      if (is_boundary(line)) break;
      const bool inside = goes_on || (depth > 0 && ++listed < k_max_list);
      if (!inside && is_comment(line)) continue;  // belongs to what follows, if that belongs to this
      if (!inside) {
        const bool section = is_section(line);
        const auto key = section ? std::string_view{} : assigned_key(line);
        if (!section && key.empty()) break;
        if (section && units.value_or(is_units_section(line)) != is_units_section(line)) break;
        if (!section && units && !*units && begins_another_toml(key) && is_blank(lines_[j - 1])) break;
        if (section) units = is_units_section(line);
        depth = 0;
      }
      if (!is_section(line) || inside) depth = std::max(0, depth + open_brackets(line));
      if (depth == 0) listed = 0;
      goes_on = line.back() == '\\';
      end = j + 1;
    }
    if (end > i) return end;
    no_ini_before_ = j;
    return std::nullopt;
  }

  /// Kubelet's and registries' files; what else is YAML belongs to kubectl's reader.
  std::optional<std::size_t> yaml_end(std::size_t i) {
    const auto begin = trim(lines_[i]);
    static constexpr std::array<std::string_view, 5> k_begins{"apiVersion:", "kind:", "mirrors:", "configs:", "kubelet-arg:"};
    if (i < no_yaml_before_ || std::none_of(k_begins.begin(), k_begins.end(), [&](auto start) { return begin.starts_with(start); }))
      return std::nullopt;
    const auto base = indent_of(lines_[i]);
    bool ours = !begin.starts_with("apiVersion:") && !begin.starts_with("kind:");
    auto end = i;
    for (auto j = i; j < lines_.size(); ++j) {
      const auto line = lines_[j];
      if (is_blank(line)) continue;
      if (is_boundary(line) || indent_of(line) < base) break;
      if (indent_of(line) == base) {
        const auto rest = trim(line);
        const auto colon = rest.find(':');
        const bool key = colon != std::string_view::npos && rest.front() >= 'a' && rest.front() <= 'z' &&
                         rest.substr(0, colon).find(' ') == std::string_view::npos && (colon + 1 == rest.size() || rest[colon + 1] == ' ');
        if (!key && !rest.starts_with("- ") && rest.front() != '#') break;
        static constexpr std::array<std::string_view, 3> k_kinds{"KubeletConfiguration", "CredentialProviderConfig", "NodeConfig"};
        if (rest.starts_with("kind:")) ours = ours || std::find(k_kinds.begin(), k_kinds.end(), trim(rest.substr(5))) != k_kinds.end();
      }
      end = j + 1;
    }
    if (ours && end > i) return end;
    no_yaml_before_ = end;
    return std::nullopt;
  }

  const std::vector<std::string_view>& lines_;
  std::vector<Part> parts_;
  std::string_view path_;
  bool framed_ = false, fenced_ = false;
  std::size_t no_json_before_ = 0, no_ini_before_ = 0, no_yaml_before_ = 0;  // tried in vain up to there
};

/// Without a frame a document that does not parse is more likely a bad cut than a broken file.
bool parses(const Part& part, std::string_view text) {
  if (part.kind == Part::Kind::yaml) return parse_yaml(text).has_value();
  return part.kind == Part::Kind::json || node::has_line(text, "[Unit]") || node::has_line(text, "[Service]") ||
         parse_toml(text).has_value();
}

bool read_part(const Part& part, node::Notes& notes) {
  if (!part.framed && !parses(part, notes.text())) return false;
  return node::read_document(notes) || (part.framed && node::read_environment_file(notes));
}

}  // namespace

std::vector<Part> find_documents(const std::vector<std::string_view>& lines) { return Finder(lines).run(); }

std::string read_documents(const File& paste, timeline::Sink& sink) {
  if (paste.text.size() > k_max_paste) return {};
  const auto lines = split(paste.text, '\n');
  std::string rest;
  for (const auto& part : find_documents(lines)) {
    const auto* const begin = lines[part.first].data();
    const std::string_view text(begin, static_cast<std::size_t>(lines[part.end - 1].data() + lines[part.end - 1].size() - begin));
    node::Notes notes(File{paste.path, text, paste.node}, sink, part.first + 1);
    notes.real_path = std::string(part.path);
    if (!read_part(part, notes)) continue;
    if (rest.empty()) rest = paste.text;
    std::replace_if(
        rest.begin() + (begin - paste.text.data()), rest.begin() + (begin - paste.text.data()) + static_cast<std::ptrdiff_t>(text.size()),
        [](char c) { return c != '\n'; }, ' ');
  }
  return rest;
}

}  // namespace unsnag::readers
