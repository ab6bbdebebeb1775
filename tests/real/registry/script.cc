// SPDX-License-Identifier: Apache-2.0
// Reads fault scripts. The faults file is ours, so what is wrong in it is refused, not guessed at.
#include "real/registry/script.h"

#include <charconv>
#include <fstream>
#include <sstream>

namespace fake {
namespace {

std::optional<long> number_of(std::string_view text) {
  long value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

/// The inside of `name(inside)`.
std::optional<std::string_view> argument(std::string_view text, std::string_view name) {
  if (text.size() < name.size() + 2 || text.substr(0, name.size()) != name) return std::nullopt;
  if (text[name.size()] != '(' || text.back() != ')') return std::nullopt;
  return text.substr(name.size() + 1, text.size() - name.size() - 2);
}

std::optional<Step> parse_step(std::string_view text) {
  using Act = Step::Act;
  Step step;
  if (const auto star = text.rfind('*'); star != std::string_view::npos) {
    const auto times = number_of(text.substr(star + 1));
    if (!times || *times < 1) return std::nullopt;
    step.times = static_cast<int>(*times);
    text = text.substr(0, star);
  }
  struct Word {
    std::string_view word;
    Act act;
  };
  static constexpr Word k_plain[] = {
      {"ok", Act::ok}, {"404-name", Act::unknown_name}, {"429-hub", Act::hub_limit}, {"html", Act::html}, {"xml", Act::xml}};
  for (const auto& [word, act] : k_plain)
    if (text == word) return step.act = act, step;
  static constexpr Word k_counted[] = {{"cut", Act::cut}, {"reset", Act::reset}, {"flip", Act::flip}, {"stall", Act::stall}};
  for (const auto& [word, act] : k_counted) {
    const auto inside = argument(text, word);
    if (!inside) continue;
    const auto count = number_of(*inside);
    if (!count || *count < 0) return std::nullopt;
    return step.act = act, step.number = *count, step;
  }
  if (const auto url = argument(text, "redirect")) return step.act = Act::redirect, step.text = *url, step;
  const auto status = number_of(text);
  if (!status || *status < 400 || *status > 599) return std::nullopt;
  return step.act = Act::status, step.number = *status, step;
}

}  // namespace

std::optional<std::vector<Step>> parse_script(std::string_view text) {
  constexpr std::string_view k_arrow = "->";
  std::vector<Step> steps;
  for (;;) {
    const auto arrow = text.find(k_arrow);
    const auto step = parse_step(text.substr(0, arrow));
    if (!step) return std::nullopt;
    steps.push_back(*step);
    if (arrow == std::string_view::npos) return steps;
    text.remove_prefix(arrow + k_arrow.size());
  }
}

bool Faults::load(const std::string& path, std::string& why) {
  std::ifstream in(path);
  if (!in) return why = path + ": cannot be read", false;
  const std::lock_guard lock(mutex_);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string name, word;
    if (!(words >> name) || name.front() == '#') continue;
    while (words >> word) {
      const auto equals = word.find('=');
      if (equals == std::string::npos) return why = line, false;
      const auto key = word.substr(0, equals), value = word.substr(equals + 1);
      if (key == "tag" || key == "auth") {
        settings_[name][key] = value;
        continue;
      }
      auto steps = parse_script(value);
      if (!steps || (key != "manifest" && key != "blob" && key != "token")) return why = line, false;
      tracks_[name + ' ' + key].steps = *steps;
    }
  }
  return true;
}

Step Faults::next(std::string_view name, std::string_view part) {
  const std::lock_guard lock(mutex_);
  const auto found = tracks_.find(std::string(name) + ' ' + std::string(part));
  if (found == tracks_.end()) return {};
  auto& track = found->second;
  const auto step = track.steps[track.at];
  if (track.at + 1 < track.steps.size() && ++track.used >= step.times) ++track.at, track.used = 0;
  return step;
}

std::string Faults::setting(std::string_view name, std::string_view key) const {
  const auto found = settings_.find(std::string(name));
  if (found == settings_.end()) return {};
  const auto value = found->second.find(std::string(key));
  return value == found->second.end() ? std::string() : value->second;
}

std::string Faults::auth_of_host(std::string_view host) const {
  const auto prefix = std::string(host) + '/';
  for (auto at = settings_.lower_bound(prefix); at != settings_.end() && at->first.compare(0, prefix.size(), prefix) == 0; ++at)
    if (const auto auth = at->second.find("auth"); auth != at->second.end()) return auth->second;
  return {};
}

}  // namespace fake
