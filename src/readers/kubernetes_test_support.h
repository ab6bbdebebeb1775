// SPDX-License-Identifier: Apache-2.0
// Reads a text as kubectl's and records what is handed to the catalogue and what is noted, so that tests of the
// structure do not depend on the catalogue's words.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "readers/kubernetes.h"

namespace unsnag::readers::kubernetes {

struct Recorded : timeline::Sink {
  bool ours = false;
  std::vector<timeline::Event> events;  // a text for the catalogue is the fact said(text=…)
  std::vector<std::pair<std::uint64_t, std::string>> others;

  void accept(const timeline::Event& event) noexcept override { events.push_back(event); }

  static const timeline::Fact& fact(const timeline::Event& event) { return std::get<timeline::Note>(event.what).fact; }
  /// "said: words", or the fact, in order.
  [[nodiscard]] std::vector<std::string> words() const {
    std::vector<std::string> out;
    for (const auto& event : events) {
      const auto& f = fact(event);
      out.push_back(f.name == "said" ? "said: " + std::string(f.get("text")) : f.to_string());
    }
    return out;
  }
  /// The first event whose words begin so; a test fails loudly on at() when there is none.
  [[nodiscard]] const timeline::Event& find(std::string_view start) const {
    const auto all = words();
    std::size_t i = 0;
    while (i < all.size() && std::string_view(all[i]).substr(0, start.size()) != start) ++i;
    return events.at(i);
  }
  /// "node pod container image" of that event, "-" for what is empty.
  [[nodiscard]] std::string scope(std::string_view start) const {
    const auto& s = find(start).scope;
    const auto part = [](const std::string& text) { return text.empty() ? std::string("-") : text; };
    return fmt::format("{} {} {} {}", part(s.node), part(s.pod), part(s.container), part(s.image));
  }
};

inline timeline::Event recorded_event(const Context& context, timeline::Fact fact) {
  timeline::Event event;
  event.scope = context.scope;
  event.when = context.when;
  event.origin.program = context.program;
  event.origin.certainty = context.certainty;
  event.origin.file = context.file;
  event.origin.line = context.line;
  event.origin.text = std::string(context.shown);
  event.count = context.count;
  event.span = context.span;
  event.what = timeline::Note{std::move(fact)};
  return event;
}

/// Knows every text but those that hold the word "gibberish".
inline std::size_t recording_interpret(std::string_view text, const Context& context, timeline::Sink& sink) {
  if (text.find("gibberish") != std::string_view::npos) return 0;
  timeline::Fact fact{"said", {}};
  fact.set("text", text);
  for (const auto& [key, value] : context.attributes) fact.set(key, value);
  sink.accept(recorded_event(context, fact));
  return 1;
}

inline void recording_note(timeline::Fact fact, const Context& context, std::string_view, timeline::Sink& sink) {
  sink.accept(recorded_event(context, std::move(fact)));
}

inline Recorded record(std::string_view text, std::string_view node = {}) {
  Recorded recorded;
  recorded.ours = read_text(
      File{"pasted.txt", text, node},
      [&recorded](std::string_view line, std::uint64_t number) { recorded.others.emplace_back(number, line); }, recorded,
      Voice{&recording_interpret, &recording_note});
  return recorded;
}

}  // namespace unsnag::readers::kubernetes
