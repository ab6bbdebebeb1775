// SPDX-License-Identifier: Apache-2.0
#include "corpus/corpus.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "base/document.h"
#include "base/json_writer.h"
#include "evidence/evidence.h"
#include "readers/read.h"
#include "timeline/timeline.h"

namespace unsnag::corpus {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

Value parse(const fs::path& path) {
  auto value = parse_json(read_file(path));
  if (!value) throw std::runtime_error(path.string() + ": " + value.error().message());
  return std::move(*value);
}

/// Both ids say that pulling worked.
std::string normal(const std::string& cause) { return cause == "not-a-pull-failure" ? "no-failure" : cause; }

std::set<std::string> causes_of(const Value& value) {
  std::set<std::string> causes;
  if (value.is_scalar()) causes.insert(normal(value.scalar));
  for (const auto& [key, entry] : value.entries) causes.insert(normal(entry.is_map() ? entry["cause"].scalar : entry.scalar));
  return causes;
}

std::vector<fs::path> sorted(const fs::path& folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder)) paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  return paths;
}

diagnose::Diagnosis conclude(timeline::Fold& fold) { return diagnose::diagnose(fold.take()); }

}  // namespace

std::vector<Case> incidents() {
  std::vector<Case> cases;
  for (const auto& path : sorted(fs::path(UNSNAG_TEST_DATA) / "incidents")) {
    if (path.extension() != ".json") continue;
    const auto value = parse(path);
    if (value["strict"].scalar == "false") continue;
    Case one;
    one.name = path.stem().string();
    one.causes = causes_of(value["cause"]);
    one.also = causes_of(value["also_accept"]);
    for (const auto& [key, line] : value["lines"].entries) one.lines.push_back(line.scalar);
    cases.push_back(std::move(one));
  }
  return cases;
}

std::vector<Case> recorded(const std::string& scratch) {
  const evidence::Visitor unpack{[&](const evidence::File& file, evidence::Bytes& bytes) {
                                   const auto path = fs::path(scratch) / file.path;
                                   fs::create_directories(path.parent_path());
                                   std::ofstream out(path, std::ios::binary);
                                   std::array<char, 65536> buffer{};
                                   while (const auto got = bytes.read(buffer.data(), buffer.size())) {
                                     if (*got == 0) break;
                                     out.write(buffer.data(), static_cast<std::streamsize>(*got));
                                   }
                                 },
                                 [](const std::string& path, const Error& why) { throw std::runtime_error(path + ": " + why.message()); }};
  const auto walked = evidence::walk(std::string(UNSNAG_TEST_DATA) + "/recorded.tar.xz", unpack);
  if (!walked) throw std::runtime_error(walked.error().message());
  std::vector<Case> cases;
  for (const auto& folder : sorted(fs::path(scratch) / "real")) {
    const auto truth = parse(folder / "truth.json");
    fs::remove(folder / "truth.json");  // the answer is no evidence
    Case one;
    one.name = folder.filename().string();
    one.causes = truth["causes"] ? causes_of(truth["causes"]) : causes_of(truth["cause"]);
    one.also = causes_of(truth["also_accept"]);
    one.folder = folder.string();
    one.describe_suffices = truth["sufficient"]["describe"].scalar == "true" && fs::exists(folder / "describe.txt");
    one.logs_suffice = truth["sufficient"]["logs"].scalar != "false";
    cases.push_back(std::move(one));
  }
  return cases;
}

std::string in_envelope(const std::vector<std::string>& lines, const std::string& envelope) {
  std::string text;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const auto& line = lines[i];
    if (envelope == "plain") text += line + "\n";
    if (envelope == "crlf") text += line + "\r\n";
    if (envelope == "quoted") text += "> " + line + "\n";
    if (envelope == "journal")
      text += fmt::format("Mar 18 06:1{}:0{} ip-10-0-3-7.eu-west-1.compute.internal node[{}]: {}\n", i % 10, i % 6, 3000 + i % 2, line);
    if (envelope == "journal-json")
      text += JsonWriter()
                  .begin_object()
                  .member("__REALTIME_TIMESTAMP", std::to_string(1584512000000000ULL + i * 1000000))
                  .member("_HOSTNAME", "ip-10-0-3-7")
                  .member("SYSLOG_IDENTIFIER", "node")
                  .member("PRIORITY", "6")
                  .member("MESSAGE", line)
                  .end_object()
                  .text() +
              "\n";
    if (envelope == "docker-json")
      text += JsonWriter()
                  .begin_object()
                  .member("log", line + "\n")
                  .member("stream", "stderr")
                  .member("time", fmt::format("2024-03-18T06:1{}:00.12345678Z", i % 10))
                  .end_object()
                  .text() +
              "\n";
  }
  return text;
}

diagnose::Diagnosis diagnose_paste(const std::string& text) {
  timeline::Fold fold;
  readers::read_paste(text, fold);
  return conclude(fold);
}

diagnose::Diagnosis diagnose_target(const std::string& path) {
  timeline::Fold fold;
  const auto reading = readers::read_targets({path}, fold, {});
  if (!reading) throw std::runtime_error(reading.error().message());
  return conclude(fold);
}

Score measure(const std::vector<Case>& cases, const std::function<diagnose::Diagnosis(const Case&)>& answer) {
  Score score;
  for (const auto& one : cases) {
    const auto diagnosis = answer(one);
    std::vector<std::string> said;
    for (const auto& verdict : diagnosis.verdicts) said.push_back(normal(verdict.cause));
    if (said.empty()) said.emplace_back("no-failure");
    const auto has = [&](const std::string& cause) { return std::find(said.begin(), said.end(), cause) != said.end(); };
    const bool right = one.causes.size() > 1 ? std::all_of(one.causes.begin(), one.causes.end(), has)
                                             : one.causes.count(said.front()) + one.also.count(said.front()) > 0;
    const auto confidence =
        diagnosis.verdicts.empty() ? std::string_view("certain") : diagnose::to_string(diagnosis.verdicts.front().confidence);
    const bool certain = confidence == "certain" && !diagnosis.verdicts.empty();
    ++score.all;
    score.right += right ? 1 : 0;
    score.certain += certain ? 1 : 0;
    if (right) continue;
    const auto line = fmt::format("{}: is {}, said {} ({})", one.name, fmt::join(one.causes, "+"), fmt::join(said, "+"), confidence);
    score.wrong.push_back(line);
    if (certain) score.certain_and_wrong.push_back(line);
  }
  return score;
}

}  // namespace unsnag::corpus
