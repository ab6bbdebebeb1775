// SPDX-License-Identifier: Apache-2.0
#include "readers/redacting_sink.h"

#include <algorithm>
#include <string_view>

#include "base/redact.h"
#include "base/text.h"

namespace unsnag::readers {
namespace {

using timeline::Event;

/// Calls `visit` with each text of the event that may hold what stood in evidence.
template <typename AnEvent, typename Visit>
void each_text(AnEvent& event, Visit&& visit) {
  auto& scope = event.scope;
  for (auto* text : {&scope.image, &scope.pod, &scope.container, &scope.node, &scope.layer, &scope.request}) visit(*text);
  if (auto* note = std::get_if<timeline::Note>(&event.what))
    for (auto& attribute : note->fact.attributes) visit(attribute.second);
  else if (auto* sample = std::get_if<timeline::Sample>(&event.what)) visit(sample->words);
  else if (auto* retry = std::get_if<timeline::Retry>(&event.what)) visit(retry->words);
}

/// Most texts are a catalogue's word, a status or a name, and no secret is shorter than "a:b@c" or looks like one.
bool is_short_word(std::string_view text) {
  return text.size() < 5 ||
         (text.size() < 20 && std::none_of(text.begin(), text.end(), [](char c) { return c == '@' || c == ':' || c == '=' || c == ' '; }));
}

bool holds_secret(const Event& event) {
  bool found = false;
  std::string_view last;  // host and registry, image and repository: often the same one
  each_text(event, [&](const std::string& text) {
    if (found || is_short_word(text) || text == last) return;
    found = has_secret(text);
    last = text;
  });
  return found;
}

}  // namespace

void RedactingSink::accept(const Event& event) noexcept {
  try {
    auto& clean = clean_[event.twin % clean_.size()];
    if ((event.twin != 0 && event.twin == clean) || !holds_secret(event)) {
      clean = event.twin;
      return sink_.accept(event);
    }
    auto shown = event;
    each_text(shown, [](std::string& text) { text = redact(text); });
    sink_.accept(shown);
  } catch (...) {  // no memory: without this event
  }
}

}  // namespace unsnag::readers
