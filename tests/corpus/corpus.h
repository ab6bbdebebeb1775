// SPDX-License-Identifier: Apache-2.0
// Incidents whose cause is known, and the measure of how often the diagnosis names it.
#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "diagnose/verdict.h"

namespace unsnag::corpus {

struct Case {
  std::string name;
  std::set<std::string> causes;  // several: two pods that fail for different reasons; all must be named
  std::set<std::string> also;
  std::vector<std::string> lines;  // of an incident
  std::string folder;              // of a recorded case
  bool describe_suffices = true, logs_suffice = true;
};

/// tests/data/incidents/*.json, without those that their lines can't decide.
std::vector<Case> incidents();

/// tests/data/recorded.tar.xz, unpacked below `scratch`.
std::vector<Case> recorded(const std::string& scratch);

/// The incident's lines as another tool would have shown them: plain, journal, journal-json, quoted, docker-json, crlf.
std::string in_envelope(const std::vector<std::string>& lines, const std::string& envelope);

diagnose::Diagnosis diagnose_paste(const std::string& text);
diagnose::Diagnosis diagnose_target(const std::string& path);

struct Score {
  int right = 0, all = 0, certain = 0;
  std::vector<std::string> wrong;  // "name: is a, said b (likely)"
  std::vector<std::string> certain_and_wrong;
  [[nodiscard]] double share() const { return all == 0 ? 0 : static_cast<double>(right) / all; }
};
Score measure(const std::vector<Case>& cases, const std::function<diagnose::Diagnosis(const Case&)>& answer);

}  // namespace unsnag::corpus
