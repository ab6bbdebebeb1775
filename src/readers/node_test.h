// SPDX-License-Identifier: Apache-2.0
// For the tests of the node-file readers: reads a text as a file and lists what it established, as strings.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "readers/files.h"
#include "timeline/event.h"

namespace unsnag::readers::node {

struct Recorder : timeline::Sink {
  std::vector<timeline::Event> events;
  void accept(const timeline::Event& event) noexcept override { events.push_back(event); }

  /// "3 name(key=value, …)" for each fact, in order.
  [[nodiscard]] std::vector<std::string> facts() const {
    std::vector<std::string> list;
    for (const timeline::Event& event : events) {
      if (const auto* note = std::get_if<timeline::Note>(&event.what)) {
        list.push_back(fmt::format("{} {}", event.origin.line, note->fact.to_string()));
      }
    }
    return list;
  }
  /// The facts of that name, or of that name with the attribute key=value.
  [[nodiscard]] std::vector<timeline::Fact> named(std::string_view name, std::string_view key = {}, std::string_view value = {}) const {
    std::vector<timeline::Fact> list;
    for (const timeline::Event& event : events) {
      const auto* note = std::get_if<timeline::Note>(&event.what);
      if (note != nullptr && note->fact.name == name && (key.empty() || note->fact.get(key) == value)) list.push_back(note->fact);
    }
    return list;
  }
  /// The value of a setting, "" when there is none; the last one if there are several.
  [[nodiscard]] std::string setting(std::string_view of, std::string_view key) const {
    std::string value;
    for (const timeline::Fact& fact : named("setting", "key", key)) {
      if (fact.get("of") == of) value = std::string(fact.get("value"));
    }
    return value;
  }
  /// All `why` of setting-oddity and mirror-oddity.
  [[nodiscard]] std::vector<std::string> oddities() const {
    std::vector<std::string> list;
    for (std::string_view name : {"setting-oddity", "mirror-oddity"}) {
      for (const timeline::Fact& fact : named(name)) list.emplace_back(fact.get("why"));
    }
    return list;
  }
};

struct Read {
  bool was_read = false;
  Recorder found;
};
inline Read read(std::string_view path, std::string_view text) {
  Read result;
  result.was_read = read_node_file(File{path, text, "node-a"}, result.found);
  return result;
}

}  // namespace unsnag::readers::node
