// SPDX-License-Identifier: Apache-2.0
#include "readers/interpret.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <forward_list>

#include "base/text.h"
#include "readers/messages.h"

namespace unsnag::readers {
namespace {

using catalogue::Catalogue;
using timeline::Begin;
using timeline::Certainty;
using timeline::End;
using timeline::Event;
using timeline::Fact;
using timeline::Note;
using timeline::Outcome;
using timeline::Phase;
using timeline::Retry;
using timeline::Sample;

/// What a capture or template of that name fills.
enum class Place : std::uint8_t { nothing, image, pod, namespace_, container, request, node, handed_on };
struct Named {
  std::string_view name;
  Place place;
};
constexpr std::array<Named, 21> k_places{{{"image", Place::image},
                                          {"pod", Place::pod},
                                          {"namespace", Place::namespace_},
                                          {"container", Place::container},
                                          {"request", Place::request},
                                          {"node", Place::node},
                                          // A frame hands these on to what stands to its right.
                                          {"step", Place::handed_on},
                                          {"method", Place::handed_on},
                                          {"url", Place::handed_on},
                                          {"host", Place::handed_on},
                                          {"addr", Place::handed_on},
                                          {"via", Place::handed_on},
                                          {"grpc", Place::handed_on},
                                          {"layer", Place::handed_on},
                                          {"digest", Place::handed_on},
                                          {"mediatype", Place::handed_on},
                                          {"path", Place::handed_on},
                                          {"mirror", Place::handed_on},
                                          {"subject", Place::handed_on},
                                          {"engine", Place::handed_on},
                                          {"ago", Place::handed_on}}};

Place place_of(std::string_view name) {
  for (const auto& known : k_places)
    if (known.name.size() == name.size() && known.name.front() == name.front() && known.name == name) return known.place;
  return Place::nothing;
}

std::string_view host_in(std::string_view url) {
  const auto scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  if (const auto at = url.rfind('@'); at != std::string_view::npos) url.remove_prefix(at + 1);
  return url;
}

/// Docker's and our words for what a layer is doing.
Phase phase_of(std::string_view status) {
  if (contains(status, "xtract") || status == "unpack" || status == "Pull complete") return Phase::unpack;
  if (contains(status, "Verif") || status == "Download complete") return Phase::verify;
  if (contains(status, "Waiting") || status == "Pulling fs layer") return Phase::queue;
  return Phase::download;
}

/// Programs whose own words a message of the given program are. Messages of the generic files (net, registries,
/// unpack, …) are whoever's line they stand in.
Certainty certainty_of(const catalogue::Message& message, const Context& context) {
  if (context.certainty != Certainty::reported) return context.certainty;
  if (context.program.empty() || message.program == context.program) return Certainty::reported;
  static constexpr std::array<std::string_view, 6> k_speakers{"kubelet", "containerd", "dockerd", "cri-o", "cri-dockerd", "kernel"};
  const bool own_voice = std::find(k_speakers.begin(), k_speakers.end(), message.program) != k_speakers.end();
  return own_voice ? Certainty::echoed : Certainty::reported;
}

class Emission {
 public:
  /// `speaker`: the program whose line it is; empty: nothing shows it.
  Emission(const Catalogue& catalogue, const Context& context, std::string_view speaker, timeline::Sink& sink)
      : catalogue_(catalogue), context_(context), speaker_(speaker), sink_(sink), event_(scratch()) {
    event_.scope = context.scope;
    event_.when = context.when;
    event_.count = context.count;
    event_.span = context.span;
    event_.origin.file = context.file;
    event_.origin.line = context.line;
    event_.origin.text = shown_text(context.shown);
    for (const auto& [key, value] : context.attributes) set(key, value);
  }

  void add(const Catalogue::Found& found) {
    const auto& message = catalogue_.messages()[found.message];
    // A new status or a new error of a list begins: what was said of the last one does not hold for it.
    const auto& frame = catalogue_.frame(found.message);
    if (std::any_of(frame.begin(), frame.end(), [](const auto& t) { return t.key == "grpc"; })) forget_context();

    // What a leaf captured is its own; a frame's captures hold for what follows.
    const bool leaf = !message.is_frame && !message.establishes.empty();
    if (leaf) saved_ = attributes_;
    for (const auto& capture : found.captures) set(capture.name, capture.text);
    for (const auto& [key, value] : frame) {
      const auto filled = keep(catalogue::fill(value, found.captures));
      // `mirror=` ends the mirrors' part of a list: from here on it is the registry's own.
      if (filled.empty()) std::erase_if(attributes_, [&name = key](const auto& pair) { return pair.first == name; });
      set(key, filled);
    }
    for (const auto& assertion : catalogue_.assertions(found.message)) establish(message, assertion, found);
    if (leaf) std::swap(attributes_, saved_);
  }

 private:
  /// One event a thread, so that a million lines do not allocate its strings a million times. Sinks do not come back here.
  static Event& scratch() {
    static thread_local Event event;
    return event;
  }

  /// What was put together here and is no part of the text.
  std::string_view keep(std::string text) { return text.empty() ? std::string_view() : kept_.emplace_front(std::move(text)); }

  void set(std::string_view key, std::string_view value) {
    if (value.empty()) return;
    auto& scope = event_.scope;
    switch (place_of(key)) {
      case Place::nothing: return;
      case Place::image:
        if (scope.image.empty()) scope.image = value;
        return;
      case Place::pod:
        if (scope.pod.empty()) scope.pod = pod_name(value);
        return;
      case Place::namespace_:
        if (!scope.pod.empty() && scope.pod.find('/') == std::string::npos) scope.pod = std::string(value) + '/' + scope.pod;
        return;
      case Place::container:
        if (scope.container.empty()) scope.container = value;
        return;
      case Place::request: scope.request = value; return;
      case Place::node:
        if (scope.node.empty()) scope.node = value;
        return;
      case Place::handed_on:
        hand_on(key, value);
        if (key == "url") hand_on("host", host_in(value));
        return;
    }
  }

  /// Forgets all but this: a line about something else stays one.
  void forget_context() {
    std::erase_if(attributes_, [](const auto& pair) { return pair.first != "subject"; });
  }

  void hand_on(std::string_view key, std::string_view value) {
    for (auto& [name, held] : attributes_)
      if (name == key) {
        held = value;
        return;
      }
    attributes_.emplace_back(key, value);
  }

  /// kubelet's old form is name_namespace(uid), its newer one namespace/name.
  static std::string pod_name(std::string_view text) {
    text = text.substr(0, text.find('('));
    const auto underscore = text.find('_');
    if (underscore == std::string_view::npos || text.find('/') != std::string_view::npos) return std::string(text);
    return std::string(text.substr(underscore + 1)).append("/").append(text.substr(0, underscore));
  }

  void establish(const catalogue::Message& message, const catalogue::Assertion& assertion, const Catalogue::Found& found) {
    constexpr std::size_t k_max_value = 600;
    Fact fact{assertion.name, {}};
    fact.attributes.reserve(attributes_.size() + assertion.attributes.size());
    for (const auto& [key, value] : attributes_) fact.set(key, value);
    for (const auto& [key, value] : assertion.attributes) {
      if (value.find('{') == std::string::npos) {
        fact.set(key, value);
        continue;
      }
      auto filled = catalogue::fill(value, found.captures);
      if (filled.find('\\') != std::string::npos) filled = unescape(filled);
      const auto trimmed = trim(filled);
      fact.set(key, trimmed.size() <= k_max_value ? trimmed : clip(trimmed, k_max_value));
    }
    if (const auto url = fact.get("url"); !url.empty()) fact.set("url", redact(url));
    event_.scope.layer = fact.get("layer");
    // Without a header the words around a library's show who speaks.
    const bool by_line = !context_.program.empty() || (!speaker_.empty() && catalogue::is_library(message.program));
    event_.origin.program = by_line ? speaker_ : message.program;
    event_.origin.certainty = certainty_of(message, context_);
    event_.origin.message = message.id;
    emit_life(fact);
    if (fact.name == "progress") return;
    send(Note{std::move(fact)});
  }

  void send(decltype(Event::what) what) {
    event_.what = std::move(what);
    sink_.accept(event_);
  }

  /// Facts about the life of a pull are moments of its timeline, too.
  void emit_life(const Fact& fact) {
    const std::string_view name = fact.name;
    if (name.starts_with("pull-")) {
      if (name == "pull-requested") send(Begin{Phase::queue});
      if (name == "pull-started") send(Begin{Phase::resolve});
      if (name == "pull-succeeded") send(End{Phase::commit, Outcome::ok});
      // A reporter that ends says nothing about success; a failure's own line follows at once and corrects this.
      if (name == "pull-stopped") send(End{Phase::commit, Outcome::ok});
      if (name == "pull-failed") send(End{Phase::commit, Outcome::failed});
      return;
    }
    if (name == "cancelled") send(End{Phase::commit, Outcome::cancelled});
    if (name == "layer-done") send(End{Phase::unpack, Outcome::ok});
    if (name == "retrying") send(Retry{event_.origin.text});
    if (name == "progress") {
      const auto status = fact.get("status");
      std::string words(status);
      if (const auto current = fact.get("current"); !current.empty()) words.append(" ").append(current);
      if (const auto total = fact.get("total"); !total.empty()) words.append("/").append(total);
      send(Sample{phase_of(status), parse_size(fact.get("current")), parse_size(fact.get("total")), words});
    }
  }

  const Catalogue& catalogue_;
  const Context& context_;
  const std::string_view speaker_;
  timeline::Sink& sink_;
  Event& event_;
  // The context attributes in force, in no order. They borrow the searched text, the catalogue and kept_.
  std::vector<std::pair<std::string_view, std::string_view>> attributes_, saved_;
  std::forward_list<std::string> kept_;
};

}  // namespace

const Catalogue& messages() {
  static const Catalogue k_catalogue = [] {
    auto made = Catalogue::make(catalogue::built_in_messages());
    if (!made) {
      // The build has checked these very tables.
      std::fprintf(stderr, "unsnag: built-in catalogue: %s\n", made.error().message().c_str());
      std::abort();
    }
    return std::move(*made);
  }();
  return k_catalogue;
}

std::string shown_text(std::string_view line) {
  line = line.substr(0, 2 * timeline::Origin::k_max_text);
  auto text = is_plain(line) ? redact(line) : redact(printable(line));
  return text.size() <= timeline::Origin::k_max_text ? text : clip(text, timeline::Origin::k_max_text);
}

void emit(const std::vector<Catalogue::Found>& found, const Context& context, timeline::Sink& sink) {
  if (found.empty()) return;
  const auto program = [](const Catalogue::Found& one) -> std::string_view { return messages().messages()[one.message].program; };
  const auto own = std::find_if(found.begin(), found.end(), [&](const auto& one) { return !catalogue::is_library(program(one)); });
  const std::string_view speaker = !context.program.empty() ? context.program : own != found.end() ? program(*own) : std::string_view();
  Emission emission(messages(), context, speaker, sink);
  for (const auto& one : found) emission.add(one);
}

std::size_t interpret(std::string_view text, const Context& context, timeline::Sink& sink) {
  auto found = messages().find(text);
  const auto start = text.find_first_not_of(" \"");
  const auto not_at_start = [&](const Catalogue::Found& one) { return messages().messages()[one.message].at_start && one.begin != start; };
  found.erase(std::remove_if(found.begin(), found.end(), not_at_start), found.end());
  emit(found, context, sink);
  return found.size();
}

Fact make_fact(std::string_view name, std::initializer_list<std::pair<std::string_view, std::string_view>> attributes) {
  Fact fact;
  fact.name = name;
  for (const auto& [key, value] : attributes)
    if (!value.empty()) fact.set(key, clip(printable(value), 1024));
  return fact;
}

void note(Fact fact, const Context& context, std::string_view reader, timeline::Sink& sink) {
  Event event;
  event.scope = context.scope;
  event.when = context.when;
  event.count = context.count;
  event.span = context.span;
  event.origin = {context.program, context.certainty, context.file, context.line, shown_text(context.shown), std::string(reader)};
  event.what = Note{std::move(fact)};
  sink.accept(event);
}

}  // namespace unsnag::readers
