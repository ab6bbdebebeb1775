// SPDX-License-Identifier: Apache-2.0
// The report for a terminal. The answer stands in the first line; then what it rests on, what it rules out, and one
// thing to do next. A block for each group of verdicts that share a cause.
#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "report/group.h"
#include "report/page.h"
#include "report/quote.h"
#include "report/report.h"
#include "report/setting.h"
#include "report/tracks.h"
#include "report/waterfall.h"

namespace unsnag::report {
namespace {

using diagnose::Advice;
using diagnose::Confidence;
using diagnose::Proof;
using diagnose::Timer;
using diagnose::Verdict;

constexpr std::size_t k_most_members = 10;
constexpr std::size_t k_most_proof = 5, k_most_proof_of_many = 3;
constexpr std::size_t k_most_secondary = 2;
constexpr std::size_t k_most_without_overview = 3;
constexpr std::size_t k_most_lines = 4, k_most_lines_of_secondary = 2;  // of one quoted line
constexpr std::size_t k_most_unreadable = 5;

class TextReport {
 public:
  TextReport(const Findings& findings, const Style& style) : findings_(findings), style_(style), page_(style) {}

  std::string take() {
    const auto verdicts = conclusions(findings_);
    const auto groups = group(verdicts);
    if (groups.size() > k_most_without_overview) overview(groups);
    bool first = true;
    for (const auto& one : groups) {
      if (!first || groups.size() > k_most_without_overview) page_.blank();
      first = false;
      block(one);
    }
    footer();
    return page_.take();
  }

 private:
  /// Many answers: what they are, before any of them is explained.
  void overview(const std::vector<Group>& groups) {
    page_.raw(0, ink().bold(fmt::format("{} different failures, the worst first:", groups.size())));
    for (const auto& one : groups)
      page_.raw(2, mark(one) + " " + shorten(ink().clean(one.headline()), page_.room(4), ink().glyphs.ellipsis));
  }

  void block(const Group& one) {
    const auto& verdict = one.first();
    headline(one);
    if (verdict.cause == "no-failure") {
      page_.prose(2, verdict.explanation);
      bring(verdict);
      return;
    }
    members(one);
    drawing(verdict);
    if (!verdict.explanation.empty()) {
      page_.heading("why");
      page_.prose(4, verdict.explanation);
    }
    if (verdict.timer) timer(*verdict.timer);
    proofs(one);
    alternatives(verdict);
    ruled_out(verdict);
    bring(verdict);
    advice(verdict);
    next_retry(verdict);
  }

  std::string mark(const Group& one) const {
    const auto& verdict = one.first();
    if (is_all_clear(verdict, findings_)) return ink().green(ink().glyphs.good);
    if (verdict.cause == "no-failure" || verdict.confidence == Confidence::insufficient) return ink().yellow(ink().glyphs.unknown);
    return ink().red(ink().glyphs.failed);
  }

  void headline(const Group& one) {
    const auto sign = mark(one);
    const auto text = ink().clean(one.headline());
    bool first = true;
    for (const auto& line : wrap(style_.verbose ? text : shorten(text, 4 * page_.room(2), ink().glyphs.ellipsis), page_.room(2))) {
      if (first) page_.raw(0, sign + " " + ink().bold(line));
      else page_.raw(2, ink().bold(line));
      first = false;
    }
  }

  /// Whom it hit, and the cause's name.
  void members(const Group& one) {
    const auto& verdict = one.first();
    auto tag = "[" + verdict.cause + "]";
    if (verdict.confidence != Confidence::insufficient)
      tag = fmt::format("[{} {} {}]", verdict.cause, ink().glyphs.bullet, diagnose::to_string(verdict.confidence));
    tag = ink().clean(tag);
    if (one.members.size() == 1) {
      const auto where = whom(verdict);
      if (columns(where) + 2 + columns(tag) <= page_.room(2)) {
        page_.raw(2, pad(where, where.empty() ? 0 : page_.room(2) - columns(tag)) + ink().dim(tag));
      } else {
        page_.prose(2, where);
        page_.raw(2, ink().dim(tag));
      }
      const auto pods = pods_of(verdict);
      if (!pods.empty()) page_.prose(2, pods);
      return;
    }
    const auto one_node = [&](const Verdict* member) { return member->node == verdict.node; };
    const bool same_node = std::all_of(one.members.begin(), one.members.end(), one_node);
    if (same_node && !verdict.node.empty()) tag += " on " + ink().clean(verdict.node);
    page_.raw(2, ink().dim(shorten(tag, page_.room(2), ink().glyphs.ellipsis)));
    std::size_t shown = 0;
    for (const auto* member : one.members) {
      if (shown == k_most_members && !style_.verbose) {
        page_.raw(4, fmt::format("{} and {} more (-v lists all)", ink().glyphs.ellipsis, one.members.size() - shown));
        break;
      }
      ++shown;
      page_.raw(4, member_line(*member, !same_node, member->confidence != verdict.confidence));
    }
  }

  /// The image first; the rest as far as it fits.
  std::string member_line(const Verdict& member, bool with_node, bool with_confidence) const {
    auto line = whom(member, with_node);
    if (with_confidence) line += fmt::format(" ({})", diagnose::to_string(member.confidence));
    const std::string between = line.empty() || member.pods.empty() ? "" : ", ";
    if (style_.verbose) return line + between + pods_of(member);
    if (!member.pods.empty()) {
      const auto pods = between + pods_of(member);
      if (columns(line) + columns(pods) <= page_.room(4)) line += pods;
    }
    return shorten(line, page_.room(4), ink().glyphs.ellipsis);
  }

  /// "registry.example/app:1.4.2 on ip-10-0-1-23, 3 times since 06:12:10"
  std::string whom(const Verdict& verdict, bool with_node = true) const {
    auto text = ink().clean(image_of(verdict));
    if (with_node && !verdict.node.empty()) text += (text.empty() ? "node " : " on ") + ink().clean(verdict.node);
    if (verdict.failures > 1) {
      text += fmt::format("{}{} times", text.empty() ? "" : ", ", verdict.failures);
      if (const auto since = first_failure(verdict)) text += " since " + format_clock(*since);
    }
    return text;
  }

  std::optional<SysTime> first_failure(const Verdict& verdict) const {
    const auto& pulls = findings_.timeline.pulls;
    if (!verdict.pull || *verdict.pull >= pulls.size()) return std::nullopt;
    for (const auto& attempt : pulls[*verdict.pull].attempts)
      if (attempt.end.at && (attempt.outcome == timeline::Outcome::failed || attempt.outcome == timeline::Outcome::cancelled))
        return attempt.end.at;
    return std::nullopt;
  }

  std::string pods_of(const Verdict& verdict) const {
    const std::size_t named = style_.verbose ? verdict.pods.size() : 3;
    std::string text;
    for (std::size_t i = 0; i < std::min(verdict.pods.size(), named); ++i) text += (i == 0 ? "" : ", ") + ink().clean(verdict.pods[i]);
    if (verdict.pods.size() > named) text += fmt::format(" and {} more", verdict.pods.size() - named);
    const auto count = verdict.pods.size();
    if (!text.empty()) text = (count == 1 ? "pod " : count > named ? fmt::format("{} pods: ", count) : "pods ") + text;
    if (verdict.containers.size() == 1) text += (text.empty() ? "container " : ", container ") + ink().clean(verdict.containers.front());
    return text;
  }

  void drawing(const Verdict& verdict) {
    const auto& pulls = findings_.timeline.pulls;
    if (!verdict.pull || *verdict.pull >= pulls.size() || verdict.confidence == Confidence::insufficient) return;
    const auto lines = waterfall(pulls[*verdict.pull], verdict.timer ? &*verdict.timer : nullptr, page_.room(2), ink());
    if (lines.empty()) return;
    page_.blank();
    for (const auto& line : lines) page_.raw(2, line);
  }

  void timer(const Timer& timer) {
    constexpr std::size_t k_column = 12;
    page_.heading("the clock that ran out");
    auto whose = timer.program;
    if (!timer.setting.empty()) whose += (whose.empty() ? "" : ", ") + timer.setting;
    // A flag as it stands on a command line; other settings stand in several kinds of files.
    const auto sign = timer.setting.starts_with("--") ? "=" : " = ";
    if (timer.limit) whose += (whose.empty() ? "" : sign) + format_duration(*timer.limit);
    if (!timer.limit_origin.empty()) whose += " (" + timer.limit_origin + ")";
    if (!whose.empty()) page_.entry(4, "whose", k_column, whose);
    if (!timer.where.empty()) page_.entry(4, "set in", k_column, timer.where);
    auto silent = timer.layer.empty() ? std::string() : "layer " + (style_.verbose ? timer.layer : short_layer(timer.layer));
    if (timer.silent_for) silent += (silent.empty() ? "for " : " for ") + format_short(*timer.silent_for);
    if (!timer.doing.empty())
      silent += (silent.empty() ? "last words: " : "; last words: ") + condense(ink().clean(timer.doing), ink().glyphs.ellipsis);
    if (!silent.empty()) page_.entry(4, "silent", k_column, silent);
    if (timer.enough) {
      auto enough = format_duration(*timer.enough);
      if (timer.enough_is_lower_bound)
        enough = "at least " + enough + ": the pull was cut off, so nobody knows how long it would have taken";
      else enough += " would have let this pull through, on this disk and network";
      page_.entry(4, "enough", k_column, enough);
    }
    if (!timer.note.empty()) page_.prose(4, timer.note);
  }

  void proofs(const Group& one) {
    std::vector<std::string_view> known;
    for (const auto* member : one.members)
      for (const auto* name : {&member->image, &member->image_as_given})
        if (name->size() > 12) known.push_back(*name);
    const auto list = one.proof(style_.verbose ? 64 : one.members.size() > 1 ? k_most_proof_of_many : k_most_proof);
    if (!list.empty()) {
      page_.heading("proof");
      quotes(list, known);
    }
    const auto rest = secondary(one.first());
    if (rest.empty()) return;
    page_.heading("only follows from it");
    quotes(rest, known, k_most_lines_of_secondary);
  }

  /// All with -v; else what each of two programs said.
  std::vector<const Proof*> secondary(const Verdict& verdict) const {
    std::vector<const Proof*> list;
    for (const auto& proof : verdict.secondary) {
      const auto same = [&](const Proof* other) { return other->program == proof.program; };
      if (!style_.verbose && (list.size() >= k_most_secondary || std::any_of(list.begin(), list.end(), same))) continue;
      list.push_back(&proof);
    }
    return list;
  }

  void quotes(const std::vector<const Proof*>& list, const std::vector<std::string_view>& known = {}, std::size_t most = k_most_lines) {
    std::size_t column = 0;
    for (const auto* proof : list) column = std::max(column, columns(place_of(*proof, ink())) + 2);
    const bool beside = column <= std::min<std::size_t>(18, page_.room(4) / 3);
    if (!beside) column = 2;
    for (const auto* proof : list) {
      const auto place = place_of(*proof, ink());
      const auto remark = shorten(remark_on(*proof, ink()), page_.room(4 + column), ink().glyphs.ellipsis);
      auto lines = quote(proof->text, page_.room(4 + column), style_.verbose ? 0 : most, ink(), known);
      if (!remark.empty()) {
        if (columns(lines.back()) + 1 + columns(remark) <= page_.room(4 + column)) lines.back() += " " + ink().dim(remark);
        else lines.push_back(ink().dim(remark));
      }
      if (!beside)
        for (const auto& piece : wrap(place, page_.room(4))) page_.raw(4, ink().dim(piece));
      for (std::size_t i = 0; i < lines.size(); ++i)
        page_.raw(4, (beside && i == 0 ? ink().dim(pad(place, column)) : std::string(column, ' ')) + lines[i]);
    }
  }

  void alternatives(const Verdict& verdict) {
    if (verdict.alternatives.empty()) return;
    page_.heading(verdict.confidence == Confidence::insufficient ? "it is one of" : "or else");
    std::size_t column = 0;
    for (const auto& other : verdict.alternatives) column = std::max(column, columns(ink().clean(other.cause)) + 2);
    column = std::min(column, page_.room(4) / 2);
    for (const auto& other : verdict.alternatives) {
      auto text = other.says;
      if (other.confidence != Confidence::insufficient) text += fmt::format(" ({})", diagnose::to_string(other.confidence));
      page_.entry(4, other.cause, column, text);
      if (!other.decides.empty()) page_.entry(4, "", column, "decided by: " + other.decides);
    }
  }

  void ruled_out(const Verdict& verdict) {
    if (verdict.ruled_out.empty()) return;
    page_.heading("ruled out");
    std::size_t column = 0;
    for (const auto& out : verdict.ruled_out) column = std::max(column, columns(ink().clean(out.cause)) + 2);
    column = std::min(column, page_.room(4) / 2);
    for (const auto& out : verdict.ruled_out) {
      auto why = out.why;
      if (out.by) why += " (" + place_of(*out.by, ink()) + ")";
      page_.entry(4, out.cause, column, why);
    }
  }

  void bring(const Verdict& verdict) {
    if (verdict.bring.empty()) return;
    page_.heading("one of these decides it");
    for (const auto& next : verdict.bring) {
      page_.prose(4, next.what, Words::whole);
      if (!next.command.empty()) page_.command(6, next.command);
    }
  }

  void advice(const Verdict& verdict) {
    if (verdict.advice.empty()) return;
    page_.heading("to do");
    for (const auto when : {Advice::When::now, Advice::When::for_good, Advice::When::others}) {
      bool named = false;
      for (const auto& one : verdict.advice) {
        if (one.when != when) continue;
        if (!named) page_.raw(4, ink().bold(name_of(when)));
        named = true;
        page_.prose(6, on_platform(one), Words::whole);
        setting(one);
        if (!one.command.empty()) page_.command(8, one.command);
        if (!one.restart.empty() && !contains(one.command, "restart") && !contains(one.command, "reload"))
          page_.prose(6, "then restart " + one.restart, Words::whole);
      }
    }
  }

  static std::string_view name_of(Advice::When when) {
    switch (when) {
      case Advice::When::now: return "now";
      case Advice::When::for_good: return "for good";
      case Advice::When::others: return "for others";
    }
    return "";
  }

  /// The advice, and for which platform it is where its own words do not say so.
  static std::string on_platform(const Advice& advice) {
    const auto named = equal_ignoring_case(std::string_view(advice.text).substr(0, advice.platform.size()), advice.platform);
    return named ? advice.text : advice.platform + ": " + advice.text;
  }

  /// The file, and in it the lines to paste: neither is ever shortened.
  void setting(const Advice& advice) {
    const auto lines = setting_lines(advice.file, advice.key, advice.value);
    if (!advice.file.empty()) page_.prose(6, advice.file + (lines.empty() ? "" : ":"), Words::whole);
    for (const auto& line : lines) page_.command(8, line);
  }

  void next_retry(const Verdict& verdict) {
    std::string text;
    if (verdict.next_retry && verdict.next_retry->at) {
      text = "kubelet tries again at " + format_clock(*verdict.next_retry->at);
      if (verdict.next_retry->zone_known) text += " UTC";
      if (verdict.next_retry_delay) text += " (back-off " + format_duration(*verdict.next_retry_delay) + ")";
    } else if (verdict.next_retry_delay) {
      text = "kubelet tries again " + format_duration(*verdict.next_retry_delay) + " after the last failure";
    }
    if (text.empty()) return;
    page_.blank();
    page_.prose(2, text + ".");
  }

  /// What the reader could not see, and so the verdict does not rest on.
  void footer() {
    const auto& input = findings_.input;
    const auto& holes = findings_.diagnosis.holes;
    if (!holes.empty()) {
      page_.heading("the evidence says that lines are missing");
      std::vector<const Proof*> list;
      for (const auto& hole : holes)
        if (list.size() < k_most_unreadable || style_.verbose) list.push_back(&hole);
      quotes(list);
    }
    if (!input.unreadable.empty()) {
      page_.heading("could not be read");
      const auto most = style_.verbose ? input.unreadable.size() : k_most_unreadable;
      for (std::size_t i = 0; i < std::min(most, input.unreadable.size()); ++i) unread(input.unreadable[i]);
      if (input.unreadable.size() > most)
        page_.raw(4, fmt::format("{} and {} more (-v lists all)", ink().glyphs.ellipsis, input.unreadable.size() - most));
    }
    passed_over(input.passed_over);
    if (input.stopped) {
      page_.blank();
      page_.raw(0, ink().yellow(shorten("Interrupted: this rests on what was read until then.", page_.room(0), ink().glyphs.ellipsis)));
    }
    if (style_.verbose) {
      page_.blank();
      page_.raw(2, ink().dim(fmt::format("read: {}, {}, {}, {} of them understood", amount(input.files, "file", "files"),
                                         format_size(input.bytes), amount(input.lines, "line", "lines"), input.understood)));
    }
  }

  void unread(const Unread& one) {
    page_.prose(4, one.what);
    if (!one.command.empty()) page_.command(6, one.command);
  }

  void passed_over(const std::vector<Unread>& files) {
    if (files.empty()) return;
    if (findings_.input.unreadable.empty()) page_.heading("could not be read");
    if (style_.verbose || files.size() == 1)
      for (const auto& file : files) unread(file);
    else page_.prose(4, fmt::format("{} binary files, which are no text (-v lists them)", files.size()));
  }

  [[nodiscard]] const Ink& ink() const { return page_.ink(); }

  const Findings& findings_;
  const Style& style_;
  Page page_;
};

}  // namespace

std::string to_text(const Findings& findings, const Style& style) { return TextReport(findings, style).take(); }

}  // namespace unsnag::report
