// SPDX-License-Identifier: Apache-2.0
// Spans and samples become tracks (one for each phase and layer), tracks become rows, rows become lines. What the
// evidence leaves open is never drawn as known: a bar whose beginning nobody saw carries no duration.
#include "report/waterfall.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "report/tracks.h"

namespace unsnag::report {
namespace {

using timeline::Attempt;
using timeline::Outcome;
using timeline::Pull;

constexpr std::size_t k_phase_width = 10;
constexpr std::size_t k_note_width = 21;
constexpr std::size_t k_most_bar = 60;
constexpr std::size_t k_most_earlier = 4;

bool failed(const std::optional<Outcome>& outcome) { return outcome == Outcome::failed || outcome == Outcome::cancelled; }

double seconds(nanoseconds span) { return std::chrono::duration<double>(span).count(); }

/// The attempt to draw: the last one that did not end well and can be drawn; a cancelled one if a timer is to be shown.
std::optional<std::size_t> choose(const Pull& pull, bool wants_cancelled) {
  std::optional<std::size_t> chosen;
  for (std::size_t i = pull.attempts.size(); i-- > 0;) {
    const auto& attempt = pull.attempts[i];
    if (attempt.outcome == Outcome::ok || attempt.outcome == Outcome::cached || !extent_of(attempt)) continue;
    if (!wants_cancelled || attempt.outcome == Outcome::cancelled) return i;
    if (!chosen) chosen = i;
  }
  return chosen;
}

class Drawing {
 public:
  Drawing(const Attempt& attempt, const Extent& extent, const diagnose::Timer* timer, std::size_t width, const Ink& ink)
      : attempt_(attempt), extent_(extent), timer_(timer), width_(width), ink_(ink), rows_(rows_of(attempt, extent, timer)) {
    std::size_t detail = 0;
    for (const auto& row : rows_) detail = std::max(detail, columns(detail_of(row, true)));
    sizes_ = k_phase_width + detail + 1 + 16 + k_note_width <= width;
    if (!sizes_) {
      detail = 0;
      for (const auto& row : rows_) detail = std::max(detail, columns(detail_of(row, false)));
    }
    label_ = k_phase_width + (detail == 0 ? 0 : detail + 1);
    const auto used = label_ + k_note_width;
    bar_ = std::clamp<std::size_t>(width > used ? width - used : 0, 8, k_most_bar);
  }

  /// A bar of the whole attempt and nothing else says no more than "it took so long".
  [[nodiscard]] bool tells_something() const { return rows_.size() > 1 || (!rows_.empty() && rows_.front().silent_from.has_value()); }

  [[nodiscard]] std::vector<std::string> lines(std::string_view title) const {
    std::vector<std::string> out{head(title)};
    for (const auto& row : rows_) {
      out.push_back(line_of(row));
      if (row.silent_from && timer_ != nullptr && timer_->limit) out.push_back(limit_line(row));
    }
    return out;
  }

 private:
  [[nodiscard]] std::string detail_of(const Row& row, bool with_size) const {
    if (row.layers > 1) return fmt::format("{} layers", row.layers);
    auto text = ink_.clean(short_layer(row.layer));
    if (!row.layer.empty() && with_size)
      if (const auto size = row.total ? row.total : row.done) text += " " + format_size(*size);
    return text;
  }

  [[nodiscard]] double cell(double at) const {
    return std::clamp(at / seconds(extent_.end - extent_.begin), 0.0, 1.0) * static_cast<double>(bar_);
  }

  [[nodiscard]] std::string head(std::string_view title) const {
    const auto begin = format_clock(extent_.begin), end = format_clock(extent_.end);
    auto line = pad(title, label_) + begin;
    if (bar_ >= begin.size() + end.size() + 1) line += std::string(bar_ - begin.size() - end.size(), ' ') + end;
    else line += fmt::format(" {} {}", ink_.glyphs.dash, end);
    if (attempt_.begin.zone_known) line += " UTC";
    return ink_.dim(shorten(line, width_, ink_.glyphs.ellipsis));
  }

  /// The bar from its first column to its end, and how many columns it took.
  [[nodiscard]] std::pair<std::string, std::size_t> bar_of(const Row& row) const {
    // Of what nobody saw beginning only the end is drawn.
    const auto from = std::min(static_cast<std::size_t>(cell(row.from_known || row.silent_from ? row.from : row.to)), bar_ - 1);
    const auto to = std::max(cell(row.to), static_cast<double>(from));
    std::string work, silence;
    std::size_t at = from;
    const auto silent = row.silent_from ? std::max(static_cast<std::size_t>(std::lround(cell(*row.silent_from))), from) : bar_;
    const auto whole = static_cast<std::size_t>(to);
    for (; at < std::min(whole, silent); ++at) work += ink_.glyphs.full;
    if (row.silent_from) {
      for (; at < std::max<std::size_t>(whole, from + 1); ++at) silence += ink_.glyphs.silent;
    } else if (const auto eighths = static_cast<std::size_t>((to - static_cast<double>(whole)) * 8); eighths > 0 || at == from) {
      work += ink_.glyphs.eighths[eighths > 0 ? eighths - 1 : 0];
      ++at;
    }
    const auto blank = std::string(from, ' ');
    return {blank + (failed(row.outcome) && !row.silent_from ? ink_.red(work) : ink_.green(work)) + ink_.yellow(silence), at};
  }

  [[nodiscard]] std::string note_of(const Row& row) const {
    if (row.silent_from) return "silent for " + format_short(std::chrono::nanoseconds(std::llround((row.to - *row.silent_from) * 1e9)));
    if (failed(row.outcome) && row.done && row.total && *row.done < *row.total)
      return fmt::format("at {} of {}", format_size(*row.done), format_size(*row.total));
    std::string text;
    const auto length = format_short(std::chrono::nanoseconds(std::llround((row.to - row.from) * 1e9)));
    if (row.from_known) text = row.to_known ? length : "at most " + length;
    if (failed(row.outcome)) text = std::string(timeline::to_string(*row.outcome)) + (text.empty() ? "" : " after " + text);
    else if (!row.from_known) text = "ended " + format_clock(extent_.begin + std::chrono::nanoseconds(std::llround(row.to * 1e9)));
    if (row.layers > 1 && row.done) text += ", " + format_size(*row.done);
    return text;
  }

  [[nodiscard]] std::string line_of(const Row& row) const {
    const auto [bar, end] = bar_of(row);
    const bool bad = failed(row.outcome) || row.silent_from;
    const auto room = width_ - std::min(width_, label_ + end + 1 + (bad ? 1 + columns(ink_.glyphs.failed) : 0));
    auto note = note_of(row);
    // The mark says that it failed; how long it took is worth more.
    if (const auto after = note.find(" after "); columns(note) > room && after != std::string::npos) note.erase(0, after + 1);
    note = shorten(note, room, ink_.glyphs.ellipsis);
    const auto name = row.whole ? std::string_view("pull") : timeline::to_string(row.phase);
    auto line = pad(pad(name, k_phase_width) + detail_of(row, sizes_), label_) + bar;
    if (bad) line += ink_.red(ink_.glyphs.failed);
    return line + " " + note;
  }

  /// Where the limit was reached, under the silence.
  [[nodiscard]] std::string limit_line(const Row& row) const {
    const auto at = label_ + std::min(static_cast<std::size_t>(std::lround(cell(*row.silent_from + seconds(*timer_->limit)))), bar_);
    const auto program = timer_->program.substr(0, timer_->program.find(" ("));  // "kubelet (dockershim)"
    const auto owner = program.empty() ? std::string() : ink_.clean(program) + "'s ";
    const auto text = shorten(owner + "limit: " + format_duration(*timer_->limit), width_ / 2, ink_.glyphs.ellipsis);
    const auto size = columns(text) + 2;
    if (at + size <= width_) return std::string(at, ' ') + ink_.dim(std::string(ink_.glyphs.corner_left) + " " + text);
    const auto start = at + 1 >= size ? at + 1 - size : 0;
    return std::string(start, ' ') + ink_.dim(text + " " + std::string(ink_.glyphs.corner_right));
  }

  const Attempt& attempt_;
  const Extent& extent_;
  const diagnose::Timer* timer_;
  std::size_t width_;
  const Ink& ink_;
  std::vector<Row> rows_;
  bool sizes_ = true;  // the layers' sizes stand beside them
  std::size_t label_ = 0, bar_ = 0;
};

std::string earlier_line(const Pull& pull, std::size_t until, std::size_t width, const Ink& ink) {
  std::string line = pad("before", k_phase_width);
  const auto first = until > k_most_earlier ? until - k_most_earlier : 0;
  bool any = false;
  for (auto i = first; i < until; ++i) {
    const auto extent = extent_of(pull.attempts[i]);
    if (!extent) continue;
    const auto& outcome = pull.attempts[i].outcome;
    const auto mark = failed(outcome) ? ink.glyphs.failed : outcome ? ink.glyphs.good : ink.glyphs.unknown;
    const auto part =
        fmt::format("{}{} {} {}", any ? "   " : "", format_clock(extent->begin), mark, format_short(extent->end - extent->begin));
    if (columns(line) + columns(part) > width) break;
    line += part;
    any = true;
  }
  return any ? ink.dim(line) : std::string();
}

/// Where only ends are known (a kubelet without -v logs nothing but the cancel), they are listed: when each attempt
/// ended, and how long at least it had been silent by then.
std::vector<std::string> list_of_ends(const Pull& pull, const diagnose::Timer* timer, const Ink& ink) {
  constexpr std::size_t k_most = 6;
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < pull.attempts.size() && lines.size() < k_most; ++i) {
    const auto& attempt = pull.attempts[i];
    if (!attempt.end.at || !failed(attempt.outcome)) continue;
    auto line =
        fmt::format("attempt {}  {} {} {}", i + 1, format_clock(*attempt.end.at), ink.glyphs.failed, timeline::to_string(*attempt.outcome));
    if (attempt.outcome == Outcome::cancelled && timer != nullptr && timer->limit)
      line += fmt::format(", silent for at least {}", format_duration(*timer->limit));
    if (!lines.empty() && attempt.begin.at && *attempt.end.at > *attempt.begin.at)
      line += ", " + format_short(*attempt.end.at - *attempt.begin.at) + " after it began";
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace

std::vector<std::string> waterfall(const Pull& pull, const diagnose::Timer* timer, std::size_t width, const Ink& ink) {
  const auto chosen = choose(pull, timer != nullptr);
  if (!chosen) return timer == nullptr ? std::vector<std::string>() : list_of_ends(pull, timer, ink);
  const auto& attempt = pull.attempts[*chosen];
  const auto extent = extent_of(attempt);
  if (!extent) return {};
  const auto title = pull.attempts.size() > 1 ? fmt::format("attempt {}", *chosen + 1) : std::string("attempt");
  const Drawing drawing(attempt, *extent, timer, width, ink);
  if (!drawing.tells_something()) return timer == nullptr ? std::vector<std::string>() : list_of_ends(pull, timer, ink);
  auto lines = drawing.lines(title);
  if (auto earlier = earlier_line(pull, *chosen, width, ink); !earlier.empty()) lines.push_back(std::move(earlier));
  return lines;
}

}  // namespace unsnag::report
