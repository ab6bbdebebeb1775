// SPDX-License-Identifier: Apache-2.0
#include "redaction/report.h"

#include "base/json_writer.h"

namespace unsnag::redaction {

void Report::add(std::string_view file, const std::vector<Found>& found) {
  if (found.empty()) return;
  auto& all = files_[std::string(file)];
  all.insert(all.end(), found.begin(), found.end());
}

std::uint64_t Report::secrets() const {
  std::uint64_t sum = 0;
  for (const auto& [file, found] : files_)
    for (const auto& one : found) sum += is_stand_in(one.kind) ? 0 : one.count;
  return sum;
}

std::string Report::json() const {
  std::map<std::string, std::uint64_t> total;
  JsonWriter json(JsonWriter::Style::pretty);
  json.begin_object().member("format", "unsnag-redaction").key("version").number(std::uint64_t{1}).key("files").begin_object();
  for (const auto& [file, found] : files_) {
    json.key(file).begin_object();
    for (const auto& one : found) {
      json.key(one.kind).begin_object().key("count").number(one.count).key("first_line").number(one.first_line).end_object();
      total[one.kind] += one.count;
    }
    json.end_object();
  }
  json.end_object().key("total").begin_object();
  for (const auto& [kind, count] : total) json.key(kind).number(count);
  json.end_object().end_object();
  return json.take() + "\n";
}

}  // namespace unsnag::redaction
