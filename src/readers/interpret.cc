// SPDX-License-Identifier: Apache-2.0
#include "readers/interpret.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

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

/// Attributes that a frame hands on to what stands to its right.
constexpr std::array<std::string_view, 13> k_handed_on{"step",  "method", "url",       "host", "addr",   "via",    "grpc",
                                                       "layer", "digest", "mediatype", "path", "mirror", "subject"};

bool is_handed_on(std::string_view key) { return std::find(k_handed_on.begin(), k_handed_on.end(), key) != k_handed_on.end(); }

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

/// The line as it may be shown: without secrets and terminal escapes, and not endless.
std::string shown_text(const Context& context) {
  return clip(redact(printable(context.shown.substr(0, 2 * timeline::Origin::k_max_text))), timeline::Origin::k_max_text);
}

class Emission {
 public:
  Emission(const Catalogue& catalogue, const Context& context, timeline::Sink& sink)
      : catalogue_(catalogue), context_(context), sink_(sink), scope_(context.scope) {
    for (const auto& [key, value] : context.attributes) set(key, value);
    shown_ = shown_text(context);
  }

  void add(const Catalogue::Found& found) {
    const auto& message = catalogue_.messages()[found.message];
    // A new status or a new error of a list begins: what was said of the last one does not hold for it.
    const auto& frame = catalogue_.frame(found.message);
    if (std::any_of(frame.begin(), frame.end(), [](const auto& t) { return t.key == "grpc"; })) attributes_.clear();

    const auto saved = attributes_;
    for (const auto& capture : found.captures) set(capture.name, capture.text);
    for (const auto& [key, value] : frame) {
      const auto filled = catalogue::fill(value, found.captures);
      // `mirror=` ends the mirrors' part of a list: from here on it is the registry's own.
      if (filled.empty()) attributes_.erase(key);
      set(key, filled);
    }
    for (const auto& assertion : catalogue_.assertions(found.message)) establish(message, assertion, found);
    // What a leaf captured is its own; a frame's captures hold for what follows.
    if (!message.is_frame && !message.establishes.empty()) attributes_ = saved;
  }

 private:
  void set(std::string_view key, std::string_view value) {
    if (value.empty()) return;
    if (key == "image") {
      if (scope_.image.empty()) scope_.image = value;
    } else if (key == "pod") {
      if (scope_.pod.empty()) scope_.pod = pod_name(value);
    } else if (key == "namespace") {
      if (!scope_.pod.empty() && scope_.pod.find('/') == std::string::npos) scope_.pod = std::string(value) + '/' + scope_.pod;
    } else if (key == "container") {
      if (scope_.container.empty()) scope_.container = value;
    } else if (key == "request") {
      scope_.request = value;
    } else if (key == "node") {
      if (scope_.node.empty()) scope_.node = value;
    } else if (is_handed_on(key)) {
      attributes_.set(key, value);
      if (key == "url") attributes_.set("host", host_in(value));
    }
  }

  /// kubelet's old form is name_namespace(uid), its newer one namespace/name.
  static std::string pod_name(std::string_view text) {
    text = text.substr(0, text.find('('));
    const auto underscore = text.find('_');
    if (underscore == std::string_view::npos || text.find('/') != std::string_view::npos) return std::string(text);
    return std::string(text.substr(underscore + 1)).append("/").append(text.substr(0, underscore));
  }

  void establish(const catalogue::Message& message, const catalogue::Assertion& assertion, const Catalogue::Found& found) {
    Fact fact{assertion.name, {}};
    for (const auto& [key, value] : attributes_.pairs()) fact.set(key, value);
    for (const auto& [key, value] : assertion.attributes) {
      const auto filled = unescape(catalogue::fill(value, found.captures));
      fact.set(key, clip(trim(filled), 600));
    }
    if (const auto url = fact.get("url"); !url.empty()) fact.set("url", redact(url));
    Event event;
    event.scope = scope_;
    event.scope.layer = fact.get("layer");
    event.when = context_.when;
    event.count = context_.count;
    event.span = context_.span;
    event.origin = {context_.program.empty() ? message.program : context_.program,
                    certainty_of(message, context_),
                    context_.file,
                    context_.line,
                    shown_,
                    message.id};
    emit_life(fact, event);
    if (fact.name == "progress") return;
    event.what = Note{std::move(fact)};
    sink_.accept(event);
  }

  /// Facts about the life of a pull are moments of its timeline, too.
  void emit_life(const Fact& fact, Event& event) {
    const auto send = [&](decltype(Event::what) what) {
      event.what = std::move(what);
      sink_.accept(event);
    };
    const auto& name = fact.name;
    if (name == "pull-requested") send(Begin{Phase::queue});
    if (name == "pull-started") send(Begin{Phase::resolve});
    if (name == "pull-succeeded") send(End{Phase::commit, Outcome::ok});
    // A reporter that ends says nothing about success; a failure's own line follows at once and corrects this.
    if (name == "pull-stopped") send(End{Phase::commit, Outcome::ok});
    if (name == "pull-failed") send(End{Phase::commit, Outcome::failed});
    if (name == "cancelled") send(End{Phase::commit, Outcome::cancelled});
    if (name == "layer-done") send(End{Phase::unpack, Outcome::ok});
    if (name == "retrying") send(Retry{shown_});
    if (name == "progress") {
      const auto status = fact.get("status");
      std::string words(status);
      if (const auto current = fact.get("current"); !current.empty()) words.append(" ").append(current);
      if (const auto total = fact.get("total"); !total.empty()) words.append("/").append(total);
      send(Sample{phase_of(status), parse_size(fact.get("current")), parse_size(fact.get("total")), words});
    }
  }

  /// The context attributes in force, in no order.
  class Handed {
   public:
    void set(std::string_view key, std::string_view value) {
      for (auto& [name, held] : pairs_)
        if (name == key) {
          held = value;
          return;
        }
      pairs_.emplace_back(key, value);
    }
    void erase(std::string_view key) {
      pairs_.erase(std::remove_if(pairs_.begin(), pairs_.end(), [&](const auto& pair) { return pair.first == key; }), pairs_.end());
    }
    /// Forgets all but this: a line about something else stays one.
    void clear() {
      pairs_.erase(std::remove_if(pairs_.begin(), pairs_.end(), [](const auto& pair) { return pair.first != "subject"; }), pairs_.end());
    }
    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& pairs() const { return pairs_; }

   private:
    std::vector<std::pair<std::string, std::string>> pairs_;
  };

  const Catalogue& catalogue_;
  const Context& context_;
  timeline::Sink& sink_;
  timeline::Scope scope_;
  Handed attributes_;
  std::string shown_;
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

void emit(const std::vector<Catalogue::Found>& found, const Context& context, timeline::Sink& sink) {
  if (found.empty()) return;
  Emission emission(messages(), context, sink);
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

void note(Fact fact, const Context& context, std::string_view reader, timeline::Sink& sink) {
  Event event;
  event.scope = context.scope;
  event.when = context.when;
  event.count = context.count;
  event.span = context.span;
  event.origin = {context.program, context.certainty, context.file, context.line, shown_text(context), std::string(reader)};
  event.what = Note{std::move(fact)};
  sink.accept(event);
}

}  // namespace unsnag::readers
