// SPDX-License-Identifier: Apache-2.0
// From a text to events: finds the catalogue's messages in it, joins frames and leaves into facts with their
// context, and emits them. This is the only way from words to facts; all readers go through it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "timeline/event.h"

namespace unsnag::readers {

/// What a reader knows about a text before it is read.
struct Context {
  timeline::Scope scope;  // what the surrounding record says: node, pod, container, image
  Stamp when;
  std::uint32_t count = 1;  // events: "x12"
  nanoseconds span{0};      // events: "over 53m"
  std::string program;      // who printed it; "" lets the message's own program stand
  timeline::Certainty certainty = timeline::Certainty::reported;
  std::string file;
  std::uint64_t line = 0;
  std::string_view shown;  // the whole line as a person sees it, for the proof
  /// Attributes that hold for every message in the text unless a frame says otherwise: host, url, digest, …
  std::vector<std::pair<std::string, std::string>> attributes;
};

/// Emits what `text` establishes; returns the number of catalogue messages found. `text` may hold newlines.
/// Any thread, but not from within `sink`, which is lent the thread's one event. No state is kept between calls.
std::size_t interpret(std::string_view text, const Context& context, timeline::Sink& sink);

/// A fact with these attributes, cleaned and of at most 1 KiB each; empty ones are left out.
timeline::Fact make_fact(std::string_view name, std::initializer_list<std::pair<std::string_view, std::string_view>> attributes = {});

/// Emits one fact that a reader concluded by itself (from a configuration file, a table, an object).
/// `reader` names it in the origin, e.g. "reader.hosts-toml".
void note(timeline::Fact fact, const Context& context, std::string_view reader, timeline::Sink& sink);

}  // namespace unsnag::readers
