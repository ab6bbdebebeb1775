// SPDX-License-Identifier: Apache-2.0
// The fold: events in, timelines out. It tolerates what logs do: repeats, gaps, any order between files.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "timeline/event.h"

namespace unsnag::timeline {

/// A fact with everything that was said about it. Repeats of the same fact about the same thing are counted,
/// and the first and the last line are kept.
struct Noted {
  Fact fact;
  Scope scope;
  Stamp first, last;
  Origin first_origin, last_origin;
  std::uint64_t count = 1;    // lines and repeats, of all programs that said it; a copy in a second file is not one
  std::uint32_t repeats = 1;  // the most that one line stands for ("x12 over 53m")
  std::uint64_t lines = 1;    // those of the program that first_origin names, without its echoes

  /// How often the program that first_origin names said it: its lines, or what one of them stands for.
  [[nodiscard]] std::uint64_t said() const { return std::max<std::uint64_t>(lines, repeats); }
};

struct Span {  // one phase, of a pull or of one of its layers
  Phase phase;
  std::string layer;               // empty: the whole pull
  Stamp begin, end;                // `at` is nullopt where the evidence has no such moment
  std::optional<Outcome> outcome;  // nullopt: no end was seen
};

struct Progress {  // one sample, kept in order
  Stamp when;
  std::string layer;
  Phase phase;
  std::optional<std::uint64_t> done, total;
  std::string words;
  Origin origin;
};

struct Attempt {
  Stamp begin, end;
  std::optional<Outcome> outcome;
  std::vector<Span> spans;
  std::vector<Progress> samples;  // at most k_max_samples; then every second one is dropped
  std::uint64_t samples_dropped = 0;

  static constexpr std::size_t k_max_samples = 4096;
};

/// All that is known of pulls of one image on one node.
struct Pull {
  std::string image;              // normalised: docker.io/library/nginx:latest
  std::string image_as_given;     // as the pod names it
  std::string node;               // "" when the evidence does not say
  std::vector<std::string> pods;  // namespace/name, in order of appearance
  std::vector<std::string> containers;
  std::vector<Attempt> attempts;
  std::vector<Noted> facts;  // facts whose lines name this image (or its pod, or its request)
};

struct Timeline {
  std::vector<Pull> pulls;
  std::vector<Noted> notes;  // facts about nodes, settings, and what could not be tied to one image
};

/// "nginx" → "docker.io/library/nginx:latest"; a digest stays without a tag; what does not parse stays as it is.
std::string normalize_image(std::string_view reference);
/// Docker Hub, by the name in images or by one of those that requests go to.
bool is_docker_hub(std::string_view host);
/// Host (with port) of a normalised or plain reference: "docker.io", "registry.example:5000".
std::string registry_of(std::string_view reference);
/// Repository without host, tag and digest: "library/nginx".
std::string repository_of(std::string_view reference);

/// A node as all programs know it: the journal says ip-10-0-1-23 where Kubernetes says ip-10-0-1-23.ec2.internal. An
/// address stays whole.
std::string_view short_name(std::string_view node);

/// Folds one event in. Not thread-safe.
class Fold : public Sink {
 public:
  void accept(const Event& event) noexcept override;
  /// Sorts attempts and facts by time and hands the timeline over; the fold is empty afterwards.
  Timeline take();
  Fold();
  ~Fold() override;
  Fold(const Fold&) = delete;
  Fold& operator=(const Fold&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace unsnag::timeline
