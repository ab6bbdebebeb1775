// SPDX-License-Identifier: Apache-2.0
// The one way of everything that is collected: at the node's pace, through redaction, into the bundle, and to the diagnosis,
// which so reads the very bytes that the bundle holds.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/result.h"
#include "bundle/writer.h"
#include "collect/pace.h"
#include "collect/tap.h"
#include "redaction/redactor.h"
#include "redaction/report.h"

namespace unsnag::collect {

/// What went through so far.
struct Amount {
  std::uint64_t files = 0, lines = 0, bytes = 0;  // as read
  std::uint64_t secrets = 0;                      // taken out
};

/// What the diagnosis reads of a content: the verdict shall not take longer than the bundle.
struct Diagnosed {
  std::uint64_t skip = 0;  // bytes of its beginning that go into the bundle alone, and the rest of the line where they end
  std::uint64_t most = std::numeric_limits<std::uint64_t>::max();  // bytes behind them
};

/// One thread. Errors of all calls: cancelled, and the writer's, which are final. Two things of one path are no error: logrotate
/// leaves a log beside its compressed copy for a moment, and the second one is then called PATH~2.
class Sink {
 public:
  struct Parts {
    bundle::Writer& writer;
    Tap& tap;
    Pace& pace;
    redaction::Options redaction = {};
    std::function<bool()> stop = [] { return false; };
  };
  explicit Sink(Parts parts) : parts_(std::move(parts)) {}

  /// `on_node`: the file's path there, which redaction goes by; "" for what is no file.
  Result<void*> begin(bundle::Item item, std::string_view on_node = {}, Diagnosed diagnosed = {});
  Result<void*> add(std::string_view bytes);
  Result<void*> end(bundle::Outcome outcome = {});
  Result<void*> put(bundle::Item item, std::string_view content, bundle::Outcome outcome = {}, std::string_view on_node = {});
  Result<void*> missing(bundle::Item item, const Error& why);
  Result<void*> left_out(bundle::Item item, std::string why);

  [[nodiscard]] const Amount& amount() const { return amount_; }
  [[nodiscard]] const redaction::Report& redacted() const { return report_; }
  [[nodiscard]] bool stopped() const { return parts_.stop(); }
  /// Something was put, or was told to be missing, whose path has one of `words`.
  [[nodiscard]] bool knows_of(std::string_view folder, std::initializer_list<std::string_view> words) const;

  /// Called now and then while a content goes through.
  std::function<void(const Amount&)> progress = [](const Amount&) {};

 private:
  Result<void*> write(std::string text);
  void diagnose(std::string_view text);
  std::string unused(std::string path);

  Parts parts_;
  Amount amount_;
  redaction::Report report_;
  std::set<std::string> used_;    // paths
  std::set<std::string> missed_;  // path, source and reason: a drop-in that ten units share is missing once
  std::optional<redaction::Redactor> redactor_;
  std::string path_;     // of the content that is open
  Diagnosed diagnosed_;  // what is left of it
};

}  // namespace unsnag::collect
