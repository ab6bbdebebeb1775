// SPDX-License-Identifier: Apache-2.0
// The report for programs. docs/json.md is the contract: members are added, never renamed or taken away, and a member
// that is unknown is null, never left out.
#include <array>

#include <fmt/format.h>

#include "base/json_writer.h"
#include "base/text.h"
#include "report/report.h"
#include "report/tracks.h"

namespace unsnag::report {
namespace {

using diagnose::Advice;
using diagnose::Proof;
using diagnose::Verdict;

constexpr std::int64_t k_format = 1;

class JsonReport {
 public:
  explicit JsonReport(const Findings& findings) : findings_(findings) {}

  std::string take() {
    const auto verdicts = conclusions(findings_);
    json_.begin_object().key("format").number(k_format);
    json_.key("verdict");
    write(verdicts.front());
    list("verdicts", verdicts, [this](const Verdict& verdict) { write(verdict); });
    list("pulls", findings_.timeline.pulls, [this](const timeline::Pull& pull) { write(pull); });
    list("holes", findings_.diagnosis.holes, [this](const Proof& proof) { write(proof); });
    const auto& input = findings_.input;
    json_.key("read").begin_object();
    json_.key("files").number(input.files).key("bytes").number(input.bytes).key("lines").number(input.lines);
    json_.key("understood").number(input.understood);
    json_.key("unreadable").begin_array();
    for (const auto* unread : {&input.unreadable, &input.passed_over})
      for (const auto& one : *unread) json_.string(one.whole());
    json_.end_array();
    json_.key("interrupted").boolean(input.stopped);
    json_.end_object().end_object();
    return json_.take() + "\n";
  }

 private:
  template <typename List, typename Write>
  void list(std::string_view name, const List& values, Write&& write_one) {
    json_.key(name).begin_array();
    for (const auto& value : values) write_one(value);
    json_.end_array();
  }

  void strings(std::string_view name, const std::vector<std::string>& values) {
    list(name, values, [this](const std::string& value) { json_.string(value); });
  }

  void text_or_null(std::string_view name, std::string_view text) {
    json_.key(name);
    if (text.empty()) json_.null();
    else json_.string(text);
  }

  void span_or_null(std::string_view name, const std::optional<nanoseconds>& span) {
    json_.key(name);
    if (span) json_.number(std::chrono::duration<double>(*span).count());
    else json_.null();
  }

  void size_or_null(std::string_view name, const std::optional<std::uint64_t>& size) {
    json_.key(name);
    if (size) json_.number(*size);
    else json_.null();
  }

  /// A moment whose year nobody wrote is no RFC 3339 time: it is given without one, "--08-20T05:41:26Z" (as ISO 8601
  /// has it). In an unknown zone there is no Z.
  void time_or_null(std::string_view name, const Stamp& stamp) {
    if (!stamp.at) {
      json_.key(name).null();
      return;
    }
    auto text = format_rfc3339(*stamp.at);
    if (!stamp.zone_known && text.back() == 'Z') text.pop_back();
    if (!stamp.year_known) text = "--" + text.substr(text.find('-', 1) + 1);
    json_.member(name, text);
  }

  void write(const Proof& proof) {
    json_.begin_object();
    json_.member("file", proof.file).key("line").number(proof.line).member("text", proof.text);
    text_or_null("program", proof.program);
    time_or_null("time", proof.when);
    json_.key("count").number(proof.count).key("echo").boolean(proof.echo);
    text_or_null("message", proof.message);
    json_.end_object();
  }

  void write(const Advice& advice) {
    static constexpr std::array<std::string_view, 3> k_when = {"now", "for-good", "others"};
    json_.begin_object().member("when", k_when[static_cast<std::size_t>(advice.when)]);
    text_or_null("platform", advice.platform);
    json_.member("text", advice.text);
    text_or_null("command", advice.command);
    text_or_null("file", advice.file);
    text_or_null("key", advice.key);
    text_or_null("value", advice.value);
    text_or_null("restart", advice.restart);
    json_.end_object();
  }

  void write(const diagnose::Timer& timer) {
    json_.begin_object();
    text_or_null("program", timer.program);
    text_or_null("setting", timer.setting);
    span_or_null("limit_s", timer.limit);
    text_or_null("limit_origin", timer.limit_origin);
    text_or_null("where", timer.where);
    text_or_null("layer", timer.layer);
    text_or_null("doing", timer.doing);
    span_or_null("silent_for_s", timer.silent_for);
    span_or_null("enough_s", timer.enough);
    json_.key("enough_is_lower_bound").boolean(timer.enough_is_lower_bound);
    text_or_null("note", timer.note);
    json_.end_object();
  }

  void write(const Verdict& verdict) {
    json_.begin_object();
    json_.member("cause", verdict.cause).member("title", verdict.title);
    json_.member("confidence", diagnose::to_string(verdict.confidence)).member("summary", verdict.summary);
    text_or_null("explanation", verdict.explanation);
    text_or_null("rule", verdict.rule);
    text_or_null("image", verdict.image);
    text_or_null("image_as_given", verdict.image_as_given);
    text_or_null("node", verdict.node);
    strings("pods", verdict.pods);
    strings("containers", verdict.containers);
    text_or_null("runtime", verdict.runtime);
    text_or_null("runtime_version", verdict.runtime_version);
    text_or_null("kubelet_version", verdict.kubelet_version);
    text_or_null("platform", verdict.platform);
    size_or_null("failures", verdict.failures == 0 ? std::nullopt : std::optional(verdict.failures));
    list("proof", verdict.proof, [this](const Proof& proof) { write(proof); });
    list("secondary", verdict.secondary, [this](const Proof& proof) { write(proof); });
    list("ruled_out", verdict.ruled_out, [this](const diagnose::RuledOut& out) {
      json_.begin_object().member("cause", out.cause).member("why", out.why).key("by");
      if (out.by) write(*out.by);
      else json_.null();
      json_.end_object();
    });
    list("alternatives", verdict.alternatives, [this](const diagnose::Alternative& other) {
      json_.begin_object()
          .member("cause", other.cause)
          .member("confidence", diagnose::to_string(other.confidence))
          .member("says", other.says);
      text_or_null("decides", other.decides);
      json_.end_object();
    });
    list("bring", verdict.bring, [this](const diagnose::BringNext& next) {
      json_.begin_object().member("what", next.what);
      text_or_null("command", next.command);
      json_.end_object();
    });
    list("advice", verdict.advice, [this](const Advice& advice) { write(advice); });
    json_.key("timer");
    if (verdict.timer) write(*verdict.timer);
    else json_.null();
    time_or_null("next_retry", verdict.next_retry.value_or(Stamp{}));
    span_or_null("next_retry_delay_s", verdict.next_retry_delay);
    size_or_null("pull", verdict.pull ? std::optional<std::uint64_t>(*verdict.pull) : std::nullopt);
    json_.end_object();
  }

  void write(const timeline::Pull& pull) {
    json_.begin_object().member("image", pull.image);
    text_or_null("image_as_given", pull.image_as_given);
    text_or_null("node", pull.node);
    strings("pods", pull.pods);
    strings("containers", pull.containers);
    list("attempts", pull.attempts, [this](const timeline::Attempt& attempt) { write(attempt); });
    json_.end_object();
  }

  void write(const timeline::Attempt& attempt) {
    json_.begin_object();
    time_or_null("begin", attempt.begin);
    time_or_null("end", attempt.end);
    text_or_null("outcome", attempt.outcome ? timeline::to_string(*attempt.outcome) : std::string_view());
    const auto tracks = tracks_of(attempt);
    list("phases", attempt.spans, [&](const timeline::Span& span) {
      json_.begin_object().member("phase", timeline::to_string(span.phase));
      text_or_null("layer", span.layer);
      time_or_null("begin", span.begin);
      time_or_null("end", span.end);
      text_or_null("outcome", span.outcome ? timeline::to_string(*span.outcome) : std::string_view());
      const auto track = tracks.find({span.phase, span.layer});
      size_or_null("done", track == tracks.end() ? std::nullopt : track->second.done);
      size_or_null("total", track == tracks.end() ? std::nullopt : track->second.total);
      json_.end_object();
    });
    json_.key("samples").number(std::uint64_t{attempt.samples.size()} + attempt.samples_dropped);
    json_.end_object();
  }

  const Findings& findings_;
  JsonWriter json_{JsonWriter::Style::pretty};
};

}  // namespace

std::string to_json(const Findings& findings) { return JsonReport(findings).take(); }

}  // namespace unsnag::report
