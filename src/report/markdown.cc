// SPDX-License-Identifier: Apache-2.0
// The report for an issue, a chat or a post-mortem. What comes from evidence stands in code, where Markdown does
// nothing to it; in prose its marks are escaped.
#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "report/group.h"
#include "report/markdown.h"
#include "report/quote.h"
#include "report/report.h"
#include "report/setting.h"
#include "report/waterfall.h"

namespace unsnag::report {

using diagnose::Advice;
using diagnose::Confidence;
using diagnose::Verdict;

std::string markdown_prose(std::string_view text) {
  constexpr std::string_view k_marks = "\\`*_[]<>#|~&$@";
  std::string out;
  for (const char c : Ink(Style{}).clean(text)) {
    if (k_marks.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

namespace {

std::size_t longest_run_of_backticks(std::string_view text) {
  std::size_t longest = 0, run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

}  // namespace

std::string markdown_code(std::string_view text) {
  const auto inside = Ink(Style{}).clean(text);
  if (inside.empty()) return {};
  const std::string fence(longest_run_of_backticks(inside) + 1, '`');
  const bool edge = inside.front() == '`' || inside.back() == '`';
  return edge ? fence + " " + inside + " " + fence : fence + inside + fence;
}

std::string markdown_block(std::string_view lines, std::string_view language) {
  const auto inside = Ink(Style{}).clean_lines(lines);
  const std::string fence(std::max<std::size_t>(longest_run_of_backticks(inside) + 1, 3), '`');
  return fmt::format("{}{}\n{}{}{}\n", fence, language, inside, inside.empty() || inside.back() == '\n' ? "" : "\n", fence);
}

namespace {

class MarkdownReport {
 public:
  explicit MarkdownReport(const Findings& findings) : findings_(findings) {}

  std::string take() {
    const auto verdicts = conclusions(findings_);
    bool first = true;
    for (const auto& one : group(verdicts)) {
      if (!first) out_ += "\n---\n\n";
      first = false;
      block(one);
    }
    footer();
    return std::move(out_);
  }

 private:
  void heading(std::string_view name) { out_ += fmt::format("\n### {}\n\n", name); }

  void block(const Group& one) {
    const auto& verdict = one.first();
    const auto sign = is_all_clear(verdict, findings_)                                                  ? "✓"
                      : verdict.cause == "no-failure" || verdict.confidence == Confidence::insufficient ? "?"
                                                                                                        : "✗";
    out_ += fmt::format("## {} {}\n\n", sign, markdown_prose(one.headline()));
    out_ += markdown_code(verdict.cause);
    if (verdict.confidence != Confidence::insufficient) out_ += fmt::format(" ({})", diagnose::to_string(verdict.confidence));
    out_ += '\n';
    if (verdict.cause != "no-failure") members(one);
    if (!verdict.explanation.empty()) {
      out_ += '\n';
      for (const auto& paragraph : paragraphs(verdict.explanation)) out_ += markdown_prose(paragraph) + '\n';
    }
    drawing(verdict);
    timer(verdict);
    proofs(one);
    alternatives(verdict);
    ruled_out(verdict);
    bring(verdict);
    advice(verdict);
    next_retry(verdict);
  }

  void members(const Group& one) {
    out_ += '\n';
    for (const auto* member : one.members) {
      const auto image = markdown_code(image_of(*member)), node = markdown_code(member->node);
      std::string line = image;
      if (!node.empty()) line += (line.empty() ? "node " : " on ") + node;
      for (std::size_t i = 0; i < std::min<std::size_t>(member->pods.size(), 3); ++i)
        line += (i == 0 ? ", pod " : ", ") + markdown_code(member->pods[i]);
      if (member->pods.size() > 3) line += fmt::format(" and {} more", member->pods.size() - 3);
      if (member->failures > 1) line += fmt::format(", {} times", member->failures);
      if (!line.empty()) out_ += "- " + line + '\n';
    }
  }

  void drawing(const Verdict& verdict) {
    const auto& pulls = findings_.timeline.pulls;
    if (!verdict.pull || *verdict.pull >= pulls.size() || verdict.confidence == Confidence::insufficient) return;
    const Ink ink{Style{}};
    std::string lines;
    for (const auto& line : waterfall(pulls[*verdict.pull], verdict.timer ? &*verdict.timer : nullptr, 80, ink)) lines += line + '\n';
    if (!lines.empty()) out_ += '\n' + markdown_block(lines, "text");
  }

  void timer(const Verdict& verdict) {
    if (!verdict.timer) return;
    const auto& timer = *verdict.timer;
    heading("The clock that ran out");
    const auto row = [this](std::string_view name, std::string_view value) {
      if (!value.empty()) out_ += fmt::format("- {}: {}\n", name, value);
    };
    row("whose", markdown_prose(timer.program));
    row("setting", markdown_code(timer.setting));
    if (timer.limit)
      row("limit", format_duration(*timer.limit) + (timer.limit_origin.empty() ? "" : " (" + markdown_prose(timer.limit_origin) + ")"));
    row("set in", markdown_prose(timer.where));
    row("layer", markdown_code(timer.layer));
    row("its last words", markdown_code(timer.doing));
    if (timer.silent_for) row("silent for", format_short(*timer.silent_for));
    if (timer.enough) row("enough would have been", (timer.enough_is_lower_bound ? "at least " : "") + format_duration(*timer.enough));
    if (!timer.note.empty()) out_ += '\n' + markdown_prose(timer.note) + '\n';
  }

  void proofs(const Group& one) {
    const auto list = one.proof(8);
    if (list.empty()) return;
    heading("Proof");
    const Ink ink{Style{}};
    for (const auto* proof : list) {
      const auto remark = remark_on(*proof, ink);
      out_ += markdown_code(place_of(*proof, ink)) + (remark.empty() ? "" : " " + markdown_prose(remark)) + "\n\n";
      out_ += markdown_block(ink.clean(proof->text), "text") + '\n';
    }
    out_.pop_back();
  }

  void alternatives(const Verdict& verdict) {
    if (verdict.alternatives.empty()) return;
    heading(verdict.confidence == Confidence::insufficient ? "It is one of" : "Or else");
    for (const auto& other : verdict.alternatives) {
      out_ += fmt::format("- {}: {}", markdown_code(other.cause), markdown_prose(other.says));
      if (!other.decides.empty()) out_ += "; decided by: " + markdown_prose(other.decides);
      out_ += '\n';
    }
  }

  void ruled_out(const Verdict& verdict) {
    if (verdict.ruled_out.empty()) return;
    heading("Ruled out");
    const Ink ink{Style{}};
    for (const auto& out : verdict.ruled_out) {
      out_ += fmt::format("- {}: {}", markdown_code(out.cause), markdown_prose(out.why));
      if (out.by) out_ += " (" + markdown_code(place_of(*out.by, ink)) + ")";
      out_ += '\n';
    }
  }

  void bring(const Verdict& verdict) {
    if (verdict.bring.empty()) return;
    heading("One of these decides it");
    for (const auto& next : verdict.bring) {
      out_ += markdown_prose(next.what) + "\n\n";
      if (!next.command.empty()) out_ += markdown_block(next.command, "sh") + '\n';
    }
    out_.pop_back();
  }

  void advice(const Verdict& verdict) {
    if (verdict.advice.empty()) return;
    heading("To do");
    for (const auto when : {Advice::When::now, Advice::When::for_good, Advice::When::others})
      for (const auto& one : verdict.advice) {
        if (one.when != when) continue;
        const auto name = when == Advice::When::now ? "Now" : when == Advice::When::for_good ? "For good" : "For others";
        out_ += fmt::format("**{}{}**: {}\n\n", name, one.platform.empty() ? "" : ", on " + markdown_prose(one.platform),
                            markdown_prose(one.text));
        setting(one);
        if (!one.command.empty()) out_ += markdown_block(one.command, "sh") + '\n';
        if (!one.restart.empty() && !contains(one.command, "restart") && !contains(one.command, "reload"))
          out_ += "Then restart " + markdown_code(one.restart) + ".\n\n";
      }
    out_.pop_back();
  }

  void setting(const Advice& advice) {
    const auto lines = setting_lines(advice.file, advice.key, advice.value);
    if (!advice.file.empty()) out_ += markdown_code(advice.file) + (lines.empty() ? "\n\n" : ":\n\n");
    std::string block;
    for (const auto& line : lines) block += line + '\n';
    if (!block.empty()) out_ += markdown_block(block, "text") + '\n';
  }

  void next_retry(const Verdict& verdict) {
    if (verdict.next_retry && verdict.next_retry->at)
      out_ += fmt::format("\nkubelet tries again at {}{}.\n", format_clock(*verdict.next_retry->at),
                          verdict.next_retry->zone_known ? " UTC" : "");
    else if (verdict.next_retry_delay)
      out_ += fmt::format("\nkubelet tries again {} after the last failure.\n", format_duration(*verdict.next_retry_delay));
  }

  void footer() {
    const auto& input = findings_.input;
    if (!findings_.diagnosis.holes.empty()) {
      heading("The evidence says that lines are missing");
      std::string lines;
      const Ink ink{Style{}};
      for (const auto& hole : findings_.diagnosis.holes) lines += place_of(hole, ink) + "  " + ink.clean(hole.text) + '\n';
      out_ += markdown_block(lines, "text");
    }
    if (!input.unreadable.empty() || !input.passed_over.empty()) {
      heading("Could not be read");
      for (const auto& one : input.unreadable)
        out_ += "- " + markdown_prose(one.what) + (one.command.empty() ? "" : ": " + markdown_code(one.command)) + '\n';
      if (input.passed_over.size() == 1) out_ += "- " + markdown_prose(input.passed_over.front().what) + '\n';
      else if (!input.passed_over.empty()) out_ += fmt::format("- {} binary files, which are no text\n", input.passed_over.size());
    }
    if (input.stopped) out_ += "\n**Interrupted**: this rests on what was read until then.\n";
  }

  const Findings& findings_;
  std::string out_;
};

}  // namespace

std::string to_markdown(const Findings& findings) { return MarkdownReport(findings).take(); }

}  // namespace unsnag::report
