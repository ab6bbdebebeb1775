// SPDX-License-Identifier: Apache-2.0
// unsnag why: read, fold, diagnose, report.
#include <algorithm>
#include <cerrno>
#include <functional>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/input.h"
#include "cli/progress.h"
#include "diagnose/verdict.h"
#include "readers/read.h"
#include "report/report.h"
#include "timeline/json_lines.h"
#include "timeline/timeline.h"

namespace unsnag::cli {
namespace {

/// Writes events as they are read, so that a gigabyte of logs takes no more memory than a line.
class EventWriter : public timeline::Sink {
 public:
  explicit EventWriter(Surroundings& surroundings) : surroundings_(surroundings) {}

  void accept(const timeline::Event& event) noexcept override {
    try {
      if (error_ != 0) return;
      buffer_ += timeline::to_json_line(event);
      buffer_ += '\n';
      if (buffer_.size() >= k_flush) flush();
    } catch (...) {
      error_ = ENOMEM;
    }
  }

  [[nodiscard]] bool failed() const { return error_ != 0; }

  /// 0 or errno.
  int flush() {
    if (error_ == 0) error_ = surroundings_.out(buffer_);
    buffer_.clear();
    return error_;
  }

 private:
  static constexpr std::size_t k_flush = std::size_t{64} << 10U;
  Surroundings& surroundings_;
  std::string buffer_;
  int error_ = 0;
};

std::vector<std::string> targets_of(const Arguments& arguments, const Surroundings& surroundings) {
  if (!arguments.targets.empty()) return arguments.targets;
  if (surroundings.input_is_given) return {"-"};
  return {};
}

/// `enough` is asked often: true ends the reading as Ctrl-C does.
Result<readers::Reading> read(const std::vector<std::string>& targets, timeline::Sink& sink, Surroundings& surroundings,
                              const std::function<bool()>& enough) {
  const bool asks = std::find(targets.begin(), targets.end(), "-") != targets.end();
  if (asks && surroundings.input_is_terminal && surroundings.errors_are_terminal)
    surroundings.err("Paste what you have, then press Ctrl-D at the start of a line.\n");
  ProgressLine line(surroundings);
  readers::ReadOptions options;
  options.progress = [&](std::string_view what, std::uint64_t bytes) { line.show(what == "-" ? "standard input" : what, bytes); };
  options.stop = enough;
  return readers::read_targets(targets, sink, options);
}

/// What helps, by why it could not be read; reasons of its own ("unpack it: …") say it themselves.
std::string_view next_step(Errc why) {
  switch (why) {
    case Errc::not_found: return "check the path; - reads standard input";
    case Errc::permission_denied: return "run it as root, or copy it to where you may read it";
    case Errc::malformed: return "get it anew, or unpack it yourself as far as that goes and give unsnag the folder";
    default: return "unsnag why --help says what can be read";
  }
}

int complain_of_input(const Error& error, Surroundings& surroundings) {
  Complaint complaint{"the input can't be read", error.detail, "", "", std::string(next_step(error.code))};
  for (auto it = error.context.rbegin(); it != error.context.rend(); ++it) complaint.where += (complaint.where.empty() ? "" : ": ") + *it;
  return complain(surroundings, complaint);
}

bool interrupted(const Surroundings& surroundings) { return surroundings.stop != nullptr && surroundings.stop->load(); }

/// Nothing at all could be read: no report would be worth its name.
bool all_unreadable(const readers::Reading& reading) {
  return reading.bytes == 0 && !reading.stopped && !(reading.unreadable.empty() && reading.passed_over.empty());
}

int complain_of_unreadable(const readers::Reading& reading, const std::vector<std::string>& targets, Surroundings& surroundings) {
  const auto& first = reading.unreadable.empty() ? reading.passed_over.front() : reading.unreadable.front();
  Complaint complaint{"nothing of the input can be read", first.path + ": " + first.why.message(), "", "",
                      first.command.empty() ? std::string(next_step(first.why.code)) : first.command};
  const auto others = reading.unreadable.size() + reading.passed_over.size() - 1;
  if (others != 0) complaint.note = fmt::format("and {} more like it", others);
  if (targets.size() == 1 && targets.front() != first.path && targets.front() != "-") complaint.where = targets.front();
  return complain(surroundings, complaint);
}

report::Input input_of(const readers::Reading& reading, const std::vector<std::string>& targets, const Surroundings& surroundings) {
  auto input = cli::input_of(reading);
  input.stopped = input.stopped || interrupted(surroundings);
  input.pasted = targets.size() == 1 && reading.pasted && reading.events == 0;
  input.this_node = targets.empty();
  return input;
}

int write_events(const std::vector<std::string>& targets, Surroundings& surroundings) {
  EventWriter writer(surroundings);
  const auto reading = read(targets, writer, surroundings, [&] { return interrupted(surroundings) || writer.failed(); });
  const int error = writer.flush();
  if (!reading) return complain_of_input(reading.error(), surroundings);
  if (error != 0 && error != EPIPE)
    return complain(surroundings, {"the events could not be written", fail_errno(error).value().detail, "standard output", "",
                                   "write them where there is room"});
  if (all_unreadable(*reading)) return complain_of_unreadable(*reading, targets, surroundings);
  if (interrupted(surroundings)) return k_interrupted;
  if (reading->failed_targets == 0) return 0;
  const auto& first = reading->unreadable.front();
  return complain(surroundings,
                  {"not all of the input can be read", first.why.detail, first.path, "", std::string(next_step(first.why.code))});
}

/// A target that the user named and that is not there makes "no pull failed" a wrong answer.
int status_of(const report::Findings& findings, const readers::Reading& reading) {
  if (findings.input.stopped) return k_interrupted;
  const auto status = report::status_of(report::conclusions(findings));
  return status == report::Status::nothing_failed && reading.failed_targets != 0 ? k_wrong_use : static_cast<int>(status);
}

}  // namespace

int run_why(const Arguments& arguments, Surroundings& surroundings) {
  const auto targets = targets_of(arguments, surroundings);
  const auto format = arguments.get("output", "text");
  if (format == "events") return write_events(targets, surroundings);

  timeline::Fold fold;
  const auto reading = read(targets, fold, surroundings, [&] { return interrupted(surroundings); });
  if (!reading) return complain_of_input(reading.error(), surroundings);
  if (all_unreadable(*reading)) return complain_of_unreadable(*reading, targets, surroundings);

  const auto timeline = fold.take();
  const auto diagnosis = diagnose::diagnose(timeline);
  const report::Findings findings{diagnosis, timeline, input_of(*reading, targets, surroundings)};
  const int status = status_of(findings, *reading);

  if (format == "json") return emit(surroundings, report::to_json(findings), status);
  if (format == "md") return emit(surroundings, report::to_markdown(findings), status);
  const auto style = style_for(surroundings, arguments.get("color", "auto"), arguments.has("verbose"));
  return emit(surroundings, report::to_text(findings, style), status);
}

}  // namespace unsnag::cli
