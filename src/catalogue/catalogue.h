// SPDX-License-Identifier: Apache-2.0
// The catalogue in memory: which messages a text holds. Data comes from catalogue/*.toml, compiled into the
// binary by unsnag-catalogue; this class knows no program and no cause.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "catalogue/literal_scan.h"
#include "catalogue/pattern.h"

namespace unsnag::catalogue {

/// The "program" of messages that are a library's: Go's, gRPC's, a registry's answer, an archive's. Whoever uses it prints
/// them, so they do not show who speaks.
bool is_library(std::string_view program);

/// A message as the data files have it.
struct Message {
  std::string id;
  std::string program;
  std::vector<std::string> texts;
  std::vector<std::string> establishes;  // "cancelled(by=containerd, limit={limit})"
  std::string frame;                     // "step=download, via=proxy"
  bool is_frame = false;                 // `frame` was given, perhaps empty
  bool at_start = false;                 // only at the start of a message: for the reader to hold it to
  bool at_end = false;                   // only at the end of a line or of a quoted text
  // For people and checks; not in the binary.
  std::string versions, source, file;
  std::vector<std::string> samples;
  std::uint64_t line = 0;
};

/// `key=value` where the value may hold {captures}.
struct Template {
  std::string key;
  std::string value;
};
/// `name(key=value, …)`, parsed.
struct Assertion {
  std::string name;
  std::vector<Template> attributes;
};
/// Errors: malformed.
Result<Assertion> parse_assertion(std::string_view text);
Result<std::vector<Template>> parse_templates(std::string_view text);

/// Fills the {captures} of a template. A capture that is not there leaves nothing.
std::string fill(std::string_view value, const std::vector<Capture>& captures);

class Catalogue {
 public:
  /// Errors: malformed, naming the message.
  static Result<Catalogue> make(std::vector<Message> messages);

  struct Found {
    std::uint32_t message;           // index into messages()
    std::size_t begin = 0, end = 0;  // in the text it was found in
    std::vector<Capture> captures;   // borrow the searched text and this catalogue
  };

  /// All messages in `text`, in order, the inner ones of overlapping matches left out. Captures do not cross lines.
  [[nodiscard]] std::vector<Found> find(std::string_view text) const;

  /// The two halves of find(), for readers of large buffers: where anchors stand, and the messages around one.
  void find_anchors(std::string_view buffer, std::vector<LiteralScan::Hit>& hits) const { scan_->find(buffer, hits); }
  /// Appends the messages whose anchor number `anchor` stands at `at` in `line`.
  void verify(std::uint32_t anchor, std::string_view line, std::size_t at, std::vector<Found>& found) const;
  /// Sorts by position and drops matches that lie inside another.
  static void settle(std::vector<Found>& found);

  /// What the scan looks for, in order of anchor number.
  [[nodiscard]] std::vector<std::string_view> anchors() const {
    std::vector<std::string_view> anchors;
    for (const auto& variants : by_anchor_) anchors.push_back(variants.front().pattern.anchor());
    return anchors;
  }

  [[nodiscard]] const std::vector<Message>& messages() const { return messages_; }
  [[nodiscard]] const std::vector<Assertion>& assertions(std::uint32_t message) const { return assertions_[message]; }
  [[nodiscard]] const std::vector<Template>& frame(std::uint32_t message) const { return frames_[message]; }

 private:
  Catalogue() = default;
  struct Variant {
    std::uint32_t message;
    Pattern pattern;
  };
  std::vector<Message> messages_;
  std::vector<std::vector<Assertion>> assertions_;
  std::vector<std::vector<Template>> frames_;
  std::vector<std::vector<Variant>> by_anchor_;
  std::unique_ptr<LiteralScan> scan_;
};

}  // namespace unsnag::catalogue
