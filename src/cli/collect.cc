// SPDX-License-Identifier: Apache-2.0
// unsnag collect: the node's evidence into a bundle, and unsnag's verdict on it.
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <exception>
#include <optional>
#include <thread>
#include <utility>

#include <fmt/format.h>

#include "bundle/writer.h"
#include "cli/commands.h"
#include "cli/input.h"
#include "cli/progress.h"
#include "cli/spare.h"
#include "collect/collect.h"
#include "diagnose/verdict.h"
#include "readers/read.h"
#include "redaction/stand_ins.h"
#include "report/report.h"
#include "timeline/timeline.h"

#ifndef UNSNAG_VERSION
#define UNSNAG_VERSION "unknown"
#endif

namespace unsnag::cli {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr std::string_view k_since = "24h";
constexpr std::string_view k_max_size = "500MB";

struct Request {
  collect::Wants wants;
  std::string since_words;
  std::string root = "/";
  bundle::Target target;
  std::optional<redaction::StandIns> stand_ins;
  std::string shown_node;  // its stand-in, if it has one
};

SysTime now() { return std::chrono::time_point_cast<nanoseconds>(std::chrono::system_clock::now()); }

/// "2h", "3d", a moment, or "all". Errors: invalid_argument.
Result<std::optional<SysTime>> since_of(std::string_view words, SysTime at) {
  if (words == "all") return std::optional<SysTime>();
  for (const auto& span : {parse_age(words), parse_duration(words)})
    if (span && span->count() > 0) return std::optional<SysTime>(at - *span);
  if (const auto moment = parse_rfc3339(words); moment && moment->at) return moment->at;
  return fail(Errc::invalid_argument,
              fmt::format("--since is a span like 2h or 3d, a time like 2026-03-18T05:20:00Z, or all; not \"{}\"", words));
}

Result<std::uint64_t> size_of(std::string_view words) {
  if (words == "all") return 0;
  const auto bytes = parse_size(words);
  if (!bytes || *bytes == 0)
    return fail(Errc::invalid_argument, fmt::format("--max-size is a size like 500MB or 2GiB, or all; not \"{}\"", words));
  return *bytes;
}

/// "-": standard output; "folder/": a folder of that name; else a file. Without -o a file in the working folder.
bundle::Target target_of(const Arguments& arguments, const std::string& node, SysTime at) {
  bundle::Target target;
  target.layout = arguments.get("layout", "native") == "eks" ? bundle::Layout::eks : bundle::Layout::native;
  const std::string output(arguments.get("output", ""));
  if (output == "-") {
    target.form = bundle::Target::Form::descriptor;
    target.fd = STDOUT_FILENO;
  } else if (output.size() > 1 && output.back() == '/') {
    target.form = bundle::Target::Form::folder;
    target.path = output.substr(0, output.find_last_not_of('/') + 1);
  } else if (!output.empty()) {
    target.path = output;
  } else {
    target.path = target.layout == bundle::Layout::eks ? bundle::eks_bundle_name(node, at) : bundle::bundle_name(node, at);
    target.path += bundle::ending(target);
  }
  return target;
}

redaction::Options redaction_of(Request& request) {
  redaction::Options options;
  if (request.stand_ins) options.stand_ins = &*request.stand_ins;
  return options;
}

Result<Request> request_of(const Arguments& arguments, const node::Root& root) {
  Request request;
  request.wants.now = now();
  request.since_words = arguments.get("since", k_since);
  TRY_ASSIGN(request.wants.since, since_of(request.since_words, request.wants.now));
  TRY_ASSIGN(request.wants.max_bytes, size_of(arguments.get("max-size", k_max_size)));
  request.wants.offline = arguments.has("offline");
  request.wants.node = collect::node_name(root);
  request.shown_node = request.wants.node;
  if (arguments.has("stand-ins")) {
    request.stand_ins.emplace(std::vector<std::string>{request.wants.node});
    request.shown_node = redaction::redact_text(request.wants.node, redaction_of(request));
  }
  request.root = root.folder();
  request.target = target_of(arguments, request.shown_node, request.wants.now);
  return request;
}

std::string privileges() {
  const auto uid = ::geteuid();
  return uid == 0 ? "as root" : fmt::format("as uid {}, who may not read everything", uid);
}

bundle::Identity identity_of(const Request& request) {
  bundle::Identity identity;
  identity.tool = "unsnag " UNSNAG_VERSION;
  identity.node = request.shown_node;
  identity.begun = request.wants.now;
  identity.since = request.wants.since ? request.since_words : "";
  identity.since_at = request.wants.since;
  if (request.wants.max_bytes != 0) identity.max_bytes = request.wants.max_bytes;
  identity.uid = ::geteuid();
  identity.root = request.root;
  identity.privileges = privileges();
  identity.layout = request.target.layout == bundle::Layout::eks ? "eks" : "native";
  return identity;
}

/// The verdict on what goes by, found on a thread of its own.
class Diagnosing {
 public:
  Diagnosing(collect::Tap& tap, const std::atomic<bool>* stop) : tap_(tap), stop_(stop), thread_([this] { run(); }) {}
  Diagnosing(const Diagnosing&) = delete;
  Diagnosing& operator=(const Diagnosing&) = delete;
  Diagnosing(Diagnosing&&) = delete;
  Diagnosing& operator=(Diagnosing&&) = delete;
  ~Diagnosing() { tap_.close(); }

  /// Waits until all was read. What went wrong on the thread goes on here.
  report::Findings findings() {
    tap_.close();
    thread_.join();
    if (failure_) std::rethrow_exception(failure_);
    timeline_ = fold_.take();
    diagnosis_ = diagnose::diagnose(timeline_);
    return {diagnosis_, timeline_, input_of(reading_)};
  }

 private:
  void run() noexcept {
    try {
      readers::ReadOptions options;
      options.stop = [this] { return stop_ != nullptr && stop_->load(); };
      reading_ = readers::read_walk([this](const evidence::Visitor& visitor) { tap_.walk(visitor); }, fold_, options);
    } catch (...) {
      failure_ = std::current_exception();
      tap_.walk(evidence::Visitor{[](const evidence::File&, evidence::Bytes&) {}, {}, [] { return true; }});
    }
  }

  collect::Tap& tap_;
  const std::atomic<bool>* stop_;
  timeline::Fold fold_;
  readers::Reading reading_;
  timeline::Timeline timeline_;
  diagnose::Diagnosis diagnosis_;
  std::exception_ptr failure_;
  std::jthread thread_;  // last: it uses all of the above
};

/// Lines for people, on standard output; beside a bundle on standard output, on standard error.
class Screen {
 public:
  Screen(Surroundings& surroundings, bool to_errors, bool quiet) : surroundings_(surroundings), to_errors_(to_errors), quiet_(quiet) {
    auto place = surroundings;
    if (to_errors) place.output_is_terminal = surroundings.errors_are_terminal;
    style_ = style_for(place, "auto", false);
    fits_terminal_ = place.output_is_terminal;
  }

  void say(std::string_view line) {
    if (quiet_) return;
    const auto text = std::string(line) + '\n';
    if (to_errors_) surroundings_.err(text);
    else (void)surroundings_.out(text);
  }

  void part(const collect::Collected& part) {
    if (part.amount.files == 0 && part.lack.empty()) return;
    const report::Ink ink(style_);
    const bool some = part.amount.files != 0;
    std::string line = fmt::format("  {} {:<24}", some ? ink.glyphs.good : ink.glyphs.dash, part.name);
    if (some) {
      const auto count = part.counts_lines ? part.amount.lines : part.amount.files;
      line += fmt::format("{:>10} {:<6}{:>6.1f} s", grouped(count), noun(part.counts_lines ? "line" : "file", count),
                          std::chrono::duration<double>(part.took).count());
    }
    if (part.amount.secrets != 0) line += fmt::format("    {} {} redacted", part.amount.secrets, noun("secret", part.amount.secrets));
    if (!part.lack.empty()) {
      if (some) line += part.unread != 0 ? fmt::format("    {} could not be read: ", part.unread) : "    ";
      line += ink.clean(part.lack);
      if (part.unread == 0 && part.absent > 1) line += fmt::format(" ({} more)", part.absent - 1);
    }
    say(fits_terminal_ ? report::shorten(line, style_.width, ink.glyphs.ellipsis) : line);  // the index has all of it
  }

  [[nodiscard]] std::string clean(std::string_view words) const { return report::Ink(style_).clean(words); }
  static std::string noun(std::string_view word, std::uint64_t count) { return fmt::format("{}{}", word, count == 1 ? "" : "s"); }
  static std::string grouped(std::uint64_t number) {
    auto digits = std::to_string(number);
    for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > 0; at -= 3) digits.insert(static_cast<std::size_t>(at), ",");
    return digits;
  }

 private:
  Surroundings& surroundings_;
  bool to_errors_, quiet_, fits_terminal_ = false;
  report::Style style_;
};

std::string headline(const Request& request, const Screen& screen) {
  const auto& since = request.wants.since;
  const auto from =
      since ? fmt::format("since {} ({})", format_rfc3339(std::chrono::floor<seconds>(*since)), format_short(request.wants.now - *since))
            : std::string("from the beginning");
  const auto place = request.root.empty() ? std::string() : ", the node's root in " + request.root;
  return fmt::format("{}: collecting {}      {}{}", screen.clean(request.shown_node), from, privileges(), place);
}

/// "It says: progress-deadline (certain)", or in whole words that nothing failed as far as can be told.
std::string verdict_line(const report::Findings& findings) {
  const auto verdict = report::conclusions(findings).front();
  if (verdict.cause == "no-failure") return verdict.summary;
  return fmt::format("{} ({})", verdict.cause, diagnose::to_string(verdict.confidence));
}

int complain_of_bundle(const Error& error, const Request& request, Surroundings& surroundings) {
  if (error.code == Errc::cancelled) {
    surroundings.err("unsnag collect: interrupted; nothing was left behind\n");
    return k_interrupted;
  }
  Complaint complaint{"the bundle could not be written", error.message(), request.target.path, "", ""};
  switch (error.code) {
    case Errc::invalid_argument: complaint.next = "name another file with -o, or remove that one"; break;
    case Errc::permission_denied:
    case Errc::not_found: complaint.next = "name a folder that you may write to: unsnag collect -o /tmp/node.tar.zst"; break;
    default: complaint.next = "write it where there is room, or to another machine: unsnag collect -o - | ssh HOST 'cat > node.tar.zst'";
  }
  complaint.note = "nothing of it was left behind";
  return complain(surroundings, complaint);
}

struct Outcome {
  bundle::Summary summary;
  std::string says;
};

/// Everything from the first look at the node to the bundle under its name.
Result<Outcome> bundle_of(Request& request, const node::Root& root, Screen& screen, Surroundings& surroundings) {
  TRY_ASSIGN(auto writer, bundle::Writer::create(request.target, identity_of(request)));
  screen.say(headline(request, screen));
  collect::Pace pace(collect::real_surveyor());
  collect::Tap tap;
  Diagnosing diagnosing(tap, surroundings.stop);
  collect::Sink sink({writer, tap, pace, redaction_of(request), [&] { return surroundings.stop != nullptr && surroundings.stop->load(); }});

  ProgressLine progress(surroundings);
  std::string current;
  sink.progress = [&](const collect::Amount& amount) { progress.show(current, amount.bytes); };
  collect::Listener listener;
  listener.begin = [&](std::string_view name) { current = name; };
  listener.end = [&](const collect::Collected& part) {
    progress.clear();
    screen.part(part);
  };
  TRY(collect::collect(root, request.wants, sink, listener));

  // From here on nothing more is read from the node.
  const auto findings = diagnosing.findings();
  if (findings.input.stopped) return fail(Errc::cancelled, "interrupted");
  report::Style style;
  style.width = 100;
  TRY(writer.put({"verdict.txt", "unsnag's verdict", "unsnag why", bundle::Kind::verdict}, report::to_text(findings, style)));
  TRY(writer.put({"verdict.json", "unsnag's verdict, for programs", "unsnag why -o json", bundle::Kind::verdict},
                 report::to_json(findings)));
  TRY(writer.put({"redaction.json", "what was taken out where", "unsnag collect", bundle::Kind::redaction}, sink.redacted().json()));
  Outcome outcome;
  outcome.says = verdict_line(findings);
  TRY_ASSIGN(outcome.summary, writer.finish(now()));
  return outcome;
}

}  // namespace

int run_collect(const Arguments& arguments, Surroundings& surroundings) {
  const std::string folder(arguments.get("root", "/"));
  const auto root = node::Root::open(folder);
  if (!root)
    return complain(surroundings, {"the node's root can't be read", root.error().message(), folder, "",
                                   "--root names the folder that the node's / is mounted at"});
  auto request = request_of(arguments, *root);
  if (!request) return complain(surroundings, {"unsnag collect: " + request.error().detail, "", "", "", "unsnag collect --help"});
  request->target.stop = surroundings.stop;
  if (const auto output = arguments.get("output", ""); output == "json" || output == "text" || output == "md")
    return complain(surroundings, {fmt::format("unsnag collect: -o names a file here, and \"{}\" looks like a format", output), "", "", "",
                                   fmt::format("-o ./{} if that is the file's name; verdict.json is in every bundle", output)});
  const bool to_output = request->target.form == bundle::Target::Form::descriptor;
  if (to_output && surroundings.output_is_terminal)
    return complain(surroundings, {"a bundle is nothing for a terminal", "", "standard output", "", "unsnag collect -o - > node.tar.zst"});

  const auto begun = std::chrono::steady_clock::now();
  yield_to_others();
  hold_little();
  stop_when_ended();
  Screen screen(surroundings, to_output, arguments.has("quiet"));
  const auto outcome = bundle_of(*request, *root, screen, surroundings);
  if (!outcome) return complain_of_bundle(outcome.error(), *request, surroundings);

  const auto& summary = outcome->summary;
  const auto slash = request->target.form == bundle::Target::Form::folder ? "/" : "";
  const auto name = to_output ? std::string("standard output") : summary.path + slash;
  const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  screen.say(fmt::format("{}   {}, {} {}   {:.1f} s", name, format_size(summary.bytes), Screen::grouped(summary.files),
                         Screen::noun("file", summary.files), took));
  screen.say(fmt::format("It says: {}.{}", outcome->says, to_output ? "" : "   Read it: unsnag why " + summary.path));
  return 0;
}

}  // namespace unsnag::cli
