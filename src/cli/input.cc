// SPDX-License-Identifier: Apache-2.0
#include "cli/input.h"

namespace unsnag::cli {
namespace {

std::vector<report::Unread> unread_of(const std::vector<readers::Unread>& list) {
  std::vector<report::Unread> all;
  all.reserve(list.size());
  for (const auto& one : list) all.push_back({one.path + ": " + one.why.message(), one.command});
  return all;
}

}  // namespace

report::Input input_of(const readers::Reading& reading) {
  report::Input input;
  input.files = reading.files;
  input.bytes = reading.bytes;
  input.lines = reading.lines;
  input.understood = reading.understood;
  input.unreadable = unread_of(reading.unreadable);
  input.passed_over = unread_of(reading.passed_over);
  input.stopped = reading.stopped;
  return input;
}

}  // namespace unsnag::cli
