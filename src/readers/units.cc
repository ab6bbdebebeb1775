// SPDX-License-Identifier: Apache-2.0
// systemd units with their drop-ins, as files or as `systemctl cat` prints them, and the environment files that
// they name. The trap that is looked for here: a later Environment= of the same name replaces the earlier value
// whole, so a drop-in that "adds" one flag loses the flags that a bootstrap script had put there.
#include <algorithm>
#include <array>
#include <map>

#include "base/text.h"
#include "readers/node_parts.h"

namespace unsnag::readers::node {
namespace {

struct Assigned {
  std::string value;
  std::uint64_t line = 0;
  std::string file;
};

/// Words of a command line or of Environment=: blanks separate, quotes of either kind keep together.
/// `begins`: where each of them begins in `text`.
std::vector<std::string> quoted_words(std::string_view text, std::vector<std::size_t>* begins = nullptr) {
  std::vector<std::string> words;
  std::string word;
  std::size_t begin = 0;
  const auto end_word = [&] {
    words.push_back(std::move(word));
    if (begins != nullptr) begins->push_back(begin);
  };
  char quote = 0;
  bool any = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote == 0 && !any && word.empty()) begin = i;
    if (quote != 0) {
      if (c == quote) quote = 0;
      else if (c == '\\' && quote == '"' && i + 1 < text.size()) word += text[++i];
      else word += c;
    } else if (c == '"' || c == '\'') {
      quote = c;
      any = true;
    } else if (c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0') {
      if (any || !word.empty()) end_word();
      word.clear();
      any = false;
    } else {
      word += c;
    }
  }
  if (any || !word.empty()) end_word();
  return words;
}

/// The program that a unit runs, by the unit's name (its drop-ins' folder, its path).
std::string program_of_path(std::string_view path) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 11> k_units{{{"cri-docker", "cri-dockerd"},
                                                                                          {"kubelet", "kubelet"},
                                                                                          {"kubeadm", "kubelet"},
                                                                                          {"docker", "dockerd"},
                                                                                          {"containerd", "containerd"},
                                                                                          {"crio", "cri-o"},
                                                                                          {"cri-o", "cri-o"},
                                                                                          {"k3s", "k3s"},
                                                                                          {"rke2", "rke2"},
                                                                                          {"snap.microk8s", "containerd"},
                                                                                          {"soci-snapshotter", "soci-snapshotter"}}};
  // The nearest part counts: "kubelet.service.d/10-containerd.conf" is kubelet's.
  const std::string folder = lower(parent_name(path));
  const std::string name = lower(base_name(path));
  for (const std::string& part : {folder, name}) {
    if (part == folder && !contains(part, ".service")) continue;
    for (const auto& [sign, program] : k_units) {
      if (contains(part, sign)) return std::string(program);
    }
  }
  return {};
}

/// Flags in a value, by name: for telling what a replacement lost.
std::vector<std::string> flag_names(std::string_view value) {
  std::vector<std::string> names;
  for (const std::string& word : quoted_words(value)) {
    if (word.starts_with("--") && names.size() < 256) names.push_back(word.substr(0, word.find('=')));
  }
  return names;
}

constexpr std::size_t k_max_command = std::size_t{2} << 20U;  // by default Linux takes no longer one

class Unit {
 public:
  explicit Unit(Notes& notes) : notes_(notes), file_(notes.real_path) {
    program_ = program_of_path(file_.empty() ? notes.path() : std::string_view(file_));
  }

  /// `text` is the line `number` with those that continue it; these begin at `goes_on` in it.
  void line(std::string_view text, std::uint64_t number, const std::vector<std::size_t>& goes_on) {
    const std::string_view whole = text;
    text = trim(text);
    if (text.starts_with("# /") || text.starts_with("# ./")) {  // systemctl cat's header
      file_ = std::string(trim(text.substr(2)));
      if (std::string program = program_of_path(file_); !program.empty()) program_ = std::move(program);
      section_.clear();
      return;
    }
    if (text.empty() || text.front() == '#' || text.front() == ';') return;
    if (text.front() == '[') {
      section_ = std::string(text.substr(0, text.find(']')));
      return;
    }
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos) return;
    const auto key = trim(text.substr(0, equals)), value = trim(text.substr(equals + 1));
    if (key != "ExecStart") return assign(key, value, number);
    command_ = std::string(value);  // nothing: a drop-in resets the list
    if (value.empty()) return;
    file_of_command_ = file_;
    command_line_ = number;
    lines_begin_.clear();
    const auto before = static_cast<std::size_t>(value.data() - whole.data());
    for (const auto at : goes_on) lines_begin_.push_back(at - std::min(at, before));
  }

  void end() {
    notes_.real_path = file_of_command_;
    std::vector<Word> words;
    std::vector<std::size_t> begins;
    const auto command = quoted_words(command_, &begins);
    std::size_t bytes = 0;  // a long variable may stand there a thousand times
    for (std::size_t i = 0, line = 0, known = 0; i < command.size() && known <= 4096 && bytes <= k_max_command; ++i) {
      while (line < lines_begin_.size() && lines_begin_[line] <= begins[i]) ++line;
      expand(command[i], command_line_ + line, words);
      for (; known < words.size(); ++known) bytes += words[known].text.size();
    }
    if (!words.empty()) {
      // "-", "@", "+" and "!" before the path change how systemd runs it.
      std::string& first = words.front().text;
      while (!first.empty() && contains("-@+!:", std::string_view(first).substr(0, 1))) first.erase(0, 1);
      command_flags(words, notes_);
    } else {
      // A drop-in alone has no command; flags in its variables still say what is meant.
      for (const auto& [name, assigned] : environment_) {
        if (!contains(assigned.value, "--")) continue;
        notes_.real_path = assigned.file;
        std::vector<Word> flags{{program_.empty() ? std::string("kubelet") : program_, assigned.line}};
        for (std::string& word : quoted_words(assigned.value)) flags.push_back({std::move(word), assigned.line});
        command_flags(flags, notes_);
      }
    }
    for (const auto& [name, assigned] : environment_) {
      notes_.real_path = assigned.file;
      proxy_setting(program_, name, assigned.value, assigned.line, notes_);
    }
  }

 private:
  void assign(std::string_view key, std::string_view value, std::uint64_t number) {
    if (key == "Environment") {
      if (value.empty()) environment_.clear();
      for (const std::string& word : quoted_words(value)) {
        const std::size_t equals = word.find('=');
        if (equals != std::string::npos) set(word.substr(0, equals), word.substr(equals + 1), number);
      }
    } else if (key == "EnvironmentFile") {
      notes_.real_path = file_;
      notes_.setting(program_, key, value, "file", number);
    } else if (key == "LimitNOFILE" || key == "MemoryMax" || key == "MemoryLimit" || key == "MemoryHigh" || key == "TasksMax" ||
               key == "LimitNPROC" || key == "OOMScoreAdjust" || key == "TimeoutStartSec" || key == "IOWriteBandwidthMax") {
      notes_.real_path = file_;
      notes_.setting(program_, key, value, "file", number);
    }
  }

  void set(const std::string& name, std::string value, std::uint64_t number) {
    if (environment_.size() > 1024) return;
    Assigned& known = environment_[name];
    if (known.line != 0) {
      std::vector<std::string> lost;
      const std::vector<std::string> kept = flag_names(value);
      for (const std::string& flag : flag_names(known.value)) {
        bool found = false;
        for (const std::string& other : kept) found = found || other == flag;
        if (!found) lost.push_back(flag);
      }
      if (!lost.empty()) {
        notes_.real_path = file_;
        notes_.oddity(program_, name, join(lost), "replaces-earlier-value", number);
      }
    }
    known = Assigned{std::move(value), number, file_};
  }

  void expand(const std::string& word, std::uint64_t line, std::vector<Word>& words) const {
    if (word.size() > 1 && word[0] == '$') {
      std::string name = word.substr(1);
      const bool braces = name.size() > 2 && name.front() == '{' && name.back() == '}';
      if (braces) name = name.substr(1, name.size() - 2);
      const auto found = environment_.find(name);
      if (found == environment_.end()) return;  // from a file that is not here, or unset
      if (braces) words.push_back({found->second.value, found->second.line, found->second.file});
      else
        for (std::string& part : quoted_words(found->second.value))
          words.push_back({std::move(part), found->second.line, found->second.file});
      return;
    }
    words.push_back({word, line});
  }

  Notes& notes_;
  std::string file_, program_, section_, command_, file_of_command_;
  std::uint64_t command_line_ = 0;
  std::vector<std::size_t> lines_begin_;  // where the lines that continue the command begin in it
  std::map<std::string, Assigned> environment_;
};

}  // namespace

bool read_unit(Notes& notes) {
  const std::string_view text = notes.text();
  const bool sections = has_line(text, "[Service]") || has_line(text, "[Unit]");
  if (!sections || starts_like_a_log(text)) return false;
  notes.reader = "reader.unit";
  Unit unit(notes);
  std::string joined;
  std::vector<std::size_t> goes_on;
  std::uint64_t number = 0, begin = 0;
  for (std::string_view line : split(text, '\n')) {
    ++number;
    std::string_view part = line;
    while (!part.empty() && (part.back() == '\r' || part.back() == ' ')) part.remove_suffix(1);
    const bool continued = part.ends_with('\\');
    if (joined.empty()) {
      begin = number;
      goes_on.clear();
    } else {
      goes_on.push_back(joined.size());
    }
    if (continued) {
      joined += part.substr(0, part.size() - 1);
      joined += ' ';
      continue;
    }
    joined += part;
    unit.line(joined, begin, goes_on);
    joined.clear();
  }
  if (!joined.empty()) unit.line(joined, begin, goes_on);
  unit.end();
  return true;
}

bool read_environment_file(Notes& notes) {
  // Every line an assignment, and a variable that is known to matter.
  std::size_t assignments = 0;
  bool matters = false;
  if (notes.text().size() > 65536) return false;
  const auto each = [&](auto&& use) {
    std::uint64_t number = 0;
    for (std::string_view raw : split(notes.text(), '\n')) {
      ++number;
      std::string_view line = trim(raw);
      if (line.starts_with("export ")) line = trim(line.substr(7));
      if (line.empty() || line.front() == '#') continue;
      const std::size_t equals = line.find('=');
      if (equals == std::string_view::npos || equals == 0) return false;
      const std::string_view name = line.substr(0, equals);
      for (char c : name) {
        if (!(c == '_' || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) return false;
      }
      if (!use(name, line.substr(equals + 1), number)) return false;
    }
    return true;
  };
  const bool only = each([&](std::string_view name, std::string_view value, std::uint64_t) {
    ++assignments;
    const std::string known = lower(name);
    matters = matters || contains(known, "kubelet") || contains(known, "_proxy") || known == "options" || known == "docker_opts" ||
              contains(known, "containerd") || contains(known, "crio") || contains(value, "--image-pull");
    return true;
  });
  if (!only || assignments == 0 || !matters) return false;
  notes.reader = "reader.environment-file";
  std::string program = program_of_path(notes.real_path.empty() ? notes.path() : std::string_view(notes.real_path));
  each([&](std::string_view name, std::string_view value, std::uint64_t number) {
    std::vector<std::string> inner = quoted_words(value);
    const std::string plain = inner.size() == 1 ? inner.front() : std::string(value);
    std::string of = contains(lower(name), "kubelet") || program.empty() ? "kubelet" : program;
    if (contains(plain, "--")) {
      std::vector<Word> words{{of, number}};
      for (std::string& word : quoted_words(plain)) words.push_back({std::move(word), number});
      command_flags(words, notes);
    }
    proxy_setting(program, name, plain, number, notes);
    return true;
  });
  return true;
}

}  // namespace unsnag::readers::node
