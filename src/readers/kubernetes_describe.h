// SPDX-License-Identifier: Apache-2.0
// `kubectl describe` of pods and nodes (others for their events), line by line. Sections are told by their keys, so
// that pastes with lost or doubled indentation and pastes that begin in the middle are read too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "readers/kubernetes_lines.h"
#include "readers/kubernetes_say.h"

namespace unsnag::readers::kubernetes {

class DescribeReader {
 public:
  DescribeReader(const Lines& lines, Collector& collector) : lines_(lines), collector_(collector) {}

  /// Takes line `i` if it belongs to a describe; false: it is somebody else's. Event rows are the caller's.
  bool take(std::size_t i);
  /// The describe is over: a prompt, another table or a document follows.
  void finish();
  [[nodiscard]] bool active() const { return section_ != Section::none; }
  /// True when line `i` begins a describe: "Name:" with the keys that follow it.
  [[nodiscard]] bool begins_object(std::size_t i) const { return object_at(i) != About::unknown; }
  /// An event row of the describe; some tell when the command ran (Scheduled comes with the pod's start).
  void anchor_by(const EventRow& row);

 private:
  enum class Section : std::uint8_t { none, head, labels, containers, conditions, system, events, skipped };
  enum class About : std::uint8_t { unknown, pod, node, other };
  struct State {
    std::string_view word, reason, message;
    std::size_t line = 0;
    Stamp started;
  };
  struct Container {
    std::string_view name, image;
    State now, last;
  };

  [[nodiscard]] About object_at(std::size_t i) const;
  bool begin_fragment(std::size_t i, const KeyValue& kv);
  void begin(About about, std::size_t indent);
  bool take_key(std::size_t i, const KeyValue& kv, std::size_t indent);
  void take_head_key(std::size_t i, const KeyValue& kv);
  bool take_container_key(std::size_t i, const KeyValue& kv, std::size_t indent);
  bool take_condition(std::size_t i);
  void enter(Section section);
  void finish_head();
  void finish_container();
  void say_state(const State& state);
  std::string_view with_wrapped_rest(std::size_t i, std::string_view value);

  const Lines& lines_;
  Collector& collector_;
  Section section_ = Section::none;
  About about_ = About::unknown;
  std::size_t head_indent_ = 0;
  std::size_t container_indent_ = 0;
  bool container_seen_ = false;
  std::string_view name_, pod_reason_, pod_message_;
  std::size_t reason_line_ = 0;
  std::size_t skip_to_ = 0;  // lines before it were joined to another one
  Stamp start_, renewed_;
  bool ready_ = false;
  struct Transition {
    std::string_view event_reason;
    Stamp when;
  };
  std::vector<Transition> transitions_;  // of a node's conditions
  std::vector<Moment> candidates_;       // for the moment of a node's describe
  Container container_;
  State* state_ = nullptr;  // the state that Reason and Message belong to
};

}  // namespace unsnag::readers::kubernetes
