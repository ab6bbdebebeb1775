// SPDX-License-Identifier: Apache-2.0
#include "cli/progress.h"

#include <utility>

#include <fmt/format.h>

#include "base/time.h"

namespace unsnag::cli {

ProgressLine::ProgressLine(Surroundings& surroundings, Now now)
    : surroundings_(surroundings), now_(std::move(now)), begin_(now_()), shown_at_(begin_) {}

void ProgressLine::show(std::string_view what, std::uint64_t bytes) {
  if (!surroundings_.errors_are_terminal) return;
  const auto now = now_();
  if (now - begin_ < std::chrono::seconds{1} || (shown_ && now - shown_at_ < std::chrono::milliseconds{100})) return;
  const auto style = style_for(surroundings_, "never", false);
  const report::Ink ink(style);
  const auto line = fmt::format("reading {}  {}", format_size(bytes), ink.clean(what));
  surroundings_.err("\r\x1B[K" + report::shorten(line, style.width - 1, ink.glyphs.ellipsis));
  shown_ = true;
  shown_at_ = now;
}

void ProgressLine::clear() {
  if (shown_) surroundings_.err("\r\x1B[K");
  shown_ = false;
}

}  // namespace unsnag::cli
