// SPDX-License-Identifier: Apache-2.0
// What one look at a node yields: texts with where they are from, and what could not be had and why. Nothing here is fatal: a
// struggling node gives what it can.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace unsnag::collect {

struct Document {
  std::string path;    // in the bundle: "system/df.txt"
  std::string what;    // for people: "how full the file systems are"
  std::string source;  // "statvfs", "/host/proc/meminfo"
  std::string text;    // as it is: not redacted yet
};

struct Gap {
  std::string path, what, source;
  Error why;
};

struct Gathered {
  std::vector<Document> documents;
  std::vector<Gap> gaps;

  void add(std::string path, std::string what, std::string source, std::string text) {
    documents.push_back({std::move(path), std::move(what), std::move(source), std::move(text)});
  }
  void miss(std::string path, std::string what, std::string source, Error why) {
    gaps.push_back({std::move(path), std::move(what), std::move(source), std::move(why)});
  }
  /// A text, or why there is none. What isn't there on this node (not_found) is no gap.
  void take(std::string path, std::string what, std::string source, Result<std::string> text) {
    if (text) add(std::move(path), std::move(what), std::move(source), std::move(*text));
    else if (text.error().code != Errc::not_found) miss(std::move(path), std::move(what), std::move(source), std::move(text).error());
  }
};

}  // namespace unsnag::collect
