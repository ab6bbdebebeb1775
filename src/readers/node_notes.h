// SPDX-License-Identifier: Apache-2.0
// What the readers of a node's files share: one text with its place in the evidence, and the way from a line of
// it to a fact. Secrets are removed here, once, from whatever a reader wants to show.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "readers/files.h"
#include "readers/interpret.h"
#include "timeline/event.h"

namespace unsnag::readers::node {

/// One text being read. Borrows the file's text and the sink; one thread.
class Notes {
 public:
  /// `first_line`: the number, within the whole file, of the text's first line (sections of a transcript).
  Notes(const File& file, timeline::Sink& sink, std::uint64_t first_line = 1) : file_(file), sink_(sink), first_line_(first_line) {}

  /// Emits a fact that stands in `line` of this text (counted from 1; 0: the text as a whole).
  void add(timeline::Fact fact, std::uint64_t line, timeline::Certainty certainty = timeline::Certainty::reported);
  /// `setting(of, key, value, origin)`; nothing when the value is empty.
  void setting(std::string_view of, std::string_view key, std::string_view value, std::string_view origin, std::uint64_t line);
  /// A setting that stands there but does not do what it says: see catalogue/node-files.toml for `why`.
  void oddity(std::string_view of, std::string_view key, std::string_view value, std::string_view why, std::uint64_t line);
  /// Finds the catalogue's messages in `text`, which stands in `line`.
  void interpret(std::string_view text, std::string_view program, std::uint64_t line);
  /// A timeline event that is no fact.
  template <typename What>
  void event(What what, std::uint64_t line) {
    emit(timeline::Event{scope, when, origin(line, {}), std::move(what)});
  }

  [[nodiscard]] std::string_view path() const { return file_.path; }
  [[nodiscard]] std::string_view text() const { return file_.text; }
  [[nodiscard]] std::string_view basename() const;
  [[nodiscard]] std::string_view line_text(std::uint64_t line);
  [[nodiscard]] timeline::Sink& sink() const { return sink_; }
  [[nodiscard]] std::uint64_t first_line() const { return first_line_; }
  [[nodiscard]] std::string_view node() const { return file_.node; }

  // What holds for the next facts; a reader sets them as it goes.
  Stamp when;
  timeline::Scope scope;
  std::string reader;     // "reader.hosts-toml"
  std::string real_path;  // where the text stood on the node, when the evidence says so

 private:
  [[nodiscard]] timeline::Origin origin(std::uint64_t line, std::string_view program);
  [[nodiscard]] Context context(std::string_view program, std::uint64_t line);
  void emit(const timeline::Event& event);

  File file_;
  timeline::Sink& sink_;
  std::uint64_t first_line_;
  std::vector<std::string_view> lines_;  // filled when first asked for
  std::string shown_;                    // the line last shown, redacted
};

/// "a, b, c"
std::string join(const std::vector<std::string>& parts);
std::string lower(std::string_view text);
/// Last part of a path; both kinds of slash, since bundles come from anywhere.
std::string_view base_name(std::string_view path);
/// The directory's name that holds the file: "docker.io" of "certs.d/docker.io/hosts.toml"; "" when there is none.
std::string_view parent_name(std::string_view path);
/// True when a line of `text` starts with `prefix` (blanks before it are skipped).
bool has_line(std::string_view text, std::string_view prefix);
/// True when one of the first lines is a log's, so that a configuration quoted in a log is not read as a file.
bool starts_like_a_log(std::string_view text);
/// A number with fraction, as tables print it; nothing behind it. False: no such number.
bool parse_number(std::string_view text, double& value);

struct Url {
  std::string scheme;  // "https" when none is written
  std::string host;    // with port
  std::string path;    // "" or "/…", no trailing slash
  bool has_scheme = false;
};
Url parse_url(std::string_view text);

}  // namespace unsnag::readers::node
