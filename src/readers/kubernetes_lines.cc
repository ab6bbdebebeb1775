// SPDX-License-Identifier: Apache-2.0
// See kubernetes_lines.h.
#include "readers/kubernetes_lines.h"

#include <algorithm>

#include "base/text.h"

namespace unsnag::readers::kubernetes {
namespace {

constexpr std::string_view k_bar = "\xe2\x94\x82";   // │, the frame of k9s and lens
constexpr std::string_view k_no_break = "\xc2\xa0";  // what browsers copy for a blank

bool blank(char c) { return c == ' ' || c == '\t'; }
bool letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// Takes "> ", ">> " and "│" from the front and "│" from the end. kubectl itself prints no line that begins so.
std::string_view without_frame(std::string_view line) {
  for (int depth = 0; depth < 8; ++depth) {
    const auto start = line.find_first_not_of(" \t");
    if (start == std::string_view::npos) return line;
    const auto inside = line.substr(start);
    std::size_t mark = 0;
    if (inside.front() == '>') mark = 1;
    else if (inside.substr(0, k_bar.size()) == k_bar) mark = k_bar.size();
    if (mark == 0) break;
    line = inside.substr(mark);
    if (!line.empty() && line.front() == ' ') line.remove_prefix(1);
  }
  const auto end = line.find_last_not_of(" \t");
  if (end == std::string_view::npos || end + 1 < k_bar.size()) return line;
  const auto upto = line.substr(0, end + 1);
  if (upto.substr(upto.size() - k_bar.size()) == k_bar) return upto.substr(0, upto.size() - k_bar.size());
  return line;
}

/// Colours (ESC [ … letter) vanish, no-break spaces become blanks.
std::string plain(std::string_view line) {
  std::string out;
  out.reserve(line.size());
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line[i] == '\x1b') {
      std::size_t j = i + 1;
      if (j < line.size() && line[j] == '[') {
        ++j;
        while (j < line.size() && !letter(line[j]) && j - i < 32) ++j;
        i = j;
      }
      continue;
    }
    if (line.substr(i, k_no_break.size()) == k_no_break) {
      out += ' ';
      ++i;
      continue;
    }
    out += line[i];
  }
  return out;
}

/// What plain() takes away.
bool has_marks(std::string_view text) {
  return text.find('\x1b') != std::string_view::npos || text.find(k_no_break) != std::string_view::npos;
}

}  // namespace

Lines::Index::Index(std::string_view text) : text_(text) {
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  starts_.reserve(lines / k_every + 1);
  for (std::size_t at = 0; at < text.size(); ++size_) {
    if (size_ % k_every == 0) starts_.push_back(static_cast<std::uint32_t>(at));
    at = std::min(text.find('\n', at), text.size()) + 1;
  }
}

std::string_view Lines::Index::operator[](std::size_t i) const {
  auto text = text_.substr(starts_[i / k_every]);
  for (auto before = i % k_every; before > 0; --before) text.remove_prefix(text.find('\n') + 1);
  return text.substr(0, text.find('\n'));
}

Lines::Lines(std::string_view text) : raw_(text) {
  if (!has_marks(text)) return;
  changed_.reserve(text.size() + 1);
  for (std::size_t i = 0; i < size(); ++i) {
    const auto line = raw(i);
    if (has_marks(line)) changed_ += plain(line);
    else changed_ += line;
    changed_ += '\n';
  }
  clean_.emplace(changed_);
}

std::string_view Lines::operator[](std::size_t i) const { return without_frame(clean_ ? (*clean_)[i] : raw(i)); }

std::string_view Lines::raw(std::size_t i) const {
  auto line = raw_[i];
  while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

std::optional<Prompt> parse_prompt(std::string_view line) {
  if (line.size() > 4096) return std::nullopt;
  line = trim(line);
  const auto words = split_words(line);
  for (std::size_t i = 0; i < words.size() && i < 8; ++i) {
    auto word = words[i];
    if (const auto slash = word.rfind('/'); slash != std::string_view::npos) word.remove_prefix(slash + 1);
    while (!word.empty() && (word.front() == '$' || word.front() == '#')) word.remove_prefix(1);  // "$kubectl"
    if (word != "kubectl" && word != "oc" && word != "k" && word != "microk8s.kubectl") continue;
    // Prose names kubectl too ("run kubectl describe"); a shell's prompt or a helper stands before a command.
    if (i > 0) {
      const auto before = words[i - 1];
      const char last = before.back();
      const bool prompt = last == '$' || last == '#' || last == '%' || last == '>' || before == "\xe2\x9d\xaf" /* ❯ */ ||
                          before == "\xe2\x9e\x9c" /* ➜ */ || before == "\xce\xbb" /* λ */;
      const bool helper = before == "sudo" || before == "watch" || before == "k3s" || before == "microk8s" || before == "minikube" ||
                          before == "time" || before == "~";
      if (!prompt && !helper && word.size() == words[i].size()) return std::nullopt;
    }
    static constexpr std::string_view k_verbs[] = {"get", "describe", "events",  "logs",   "apply",   "create", "delete",
                                                   "run", "exec",     "rollout", "config", "version", "top",    "debug"};
    bool verb = false;
    Prompt prompt;
    for (auto j = i + 1; j < words.size(); ++j) {
      verb = verb || std::find(std::begin(k_verbs), std::end(k_verbs), words[j]) != std::end(k_verbs);
      constexpr std::string_view k_long = "--namespace=";
      if ((words[j] == "-n" || words[j] == "--namespace") && j + 1 < words.size()) prompt.name_space = words[j + 1];
      else if (words[j].substr(0, k_long.size()) == k_long) prompt.name_space = words[j].substr(k_long.size());
    }
    if (!verb) return std::nullopt;
    return prompt;
  }
  return std::nullopt;
}

std::size_t indent_of(std::string_view line) { return std::min(line.find_first_not_of(" \t"), line.size()); }

bool is_blank(std::string_view line) { return indent_of(line) == line.size(); }

std::size_t width_of(std::string_view line) {
  return static_cast<std::size_t>(
      std::count_if(line.begin(), line.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::optional<KeyValue> key_value(std::string_view line) {
  line.remove_prefix(indent_of(line));
  if (line.empty() || !letter(line.front())) return std::nullopt;
  constexpr std::size_t k_max_key = 64;
  for (std::size_t i = 1; i < line.size() && i <= k_max_key; ++i) {
    const char c = line[i];
    if (c == ':') {
      if (i + 1 < line.size() && !blank(line[i + 1])) return std::nullopt;
      return KeyValue{line.substr(0, i), trim(line.substr(i + 1))};
    }
    if (!letter(c) && !(c >= '0' && c <= '9') && std::string_view(" -_./()").find(c) == std::string_view::npos) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace unsnag::readers::kubernetes
