// SPDX-License-Identifier: Apache-2.0
#include "redaction/redactor.h"

#include <algorithm>
#include <map>

#include "base/redact.h"
#include "base/text.h"
#include "redaction/lines.h"

namespace unsnag::redaction {

struct Redactor::Impl {
  Impl(Options options, std::string_view path) : lines(options.stand_ins, path) {}

  /// Whole lines, each with its end.
  void whole(std::string_view text, std::string& out);
  /// The first bytes of a line whose end hasn't come and that gets too long.
  void overlong(std::string& out);

  Lines lines;
  std::string pending;    // a line whose end hasn't come
  bool dropping = false;  // up to the line's end
  bool cut = false;       // of the pending line a part was written
};

void Redactor::Impl::whole(std::string_view text, std::string& out) {
  for (std::size_t at = 0; at < text.size();) {
    if (!lines.within()) {
      const auto suspect = next_suspect(text, at == 0 ? 0 : at - 1);  // some signs begin with the end of the line before
      if (suspect == std::string_view::npos) {
        out += text.substr(at);
        lines.passed(count_of(text.substr(at), '\n'));
        return;
      }
      const auto before = text.rfind('\n', suspect);
      const auto begin = before == std::string_view::npos ? 0 : before + 1;
      out += text.substr(at, begin - at);
      lines.passed(count_of(text.substr(at, begin - at), '\n'));
      at = begin;
    }
    const auto end = text.find('\n', at);
    lines.line(text.substr(at, end - at), out);
    at = end + 1;
  }
}

void Redactor::Impl::overlong(std::string& out) {
  if (lines.in_secret()) {
    // Nobody writes such lines within a key or an object.
    if (!cut) out += "***";
    dropping = cut = true;
    pending.clear();
    return;
  }
  cut = true;
  if (!lines.within() && next_suspect(pending) == std::string_view::npos) {
    constexpr std::size_t k_tail = 4096;
    const auto stop = pending.find_last_of(" ,;\"{}");
    const auto kept = stop != std::string::npos && stop > pending.size() - k_tail ? stop : pending.size() - k_tail;
    out.append(pending, 0, kept);
    pending.erase(0, kept);
    return;
  }
  bool open = false;
  const auto used = lines.part(pending, out, open);
  dropping = open;
  pending.erase(0, open ? pending.size() : used);
}

Redactor::Redactor(Options options, std::string_view path) : impl_(std::make_unique<Impl>(options, path)) {}
Redactor::Redactor(Redactor&&) noexcept = default;
Redactor& Redactor::operator=(Redactor&&) noexcept = default;
Redactor::~Redactor() = default;

void Redactor::feed(std::string_view bytes, std::string& out) {
  auto& self = *impl_;
  while (!bytes.empty()) {
    if (self.pending.empty() && !self.cut) {
      if (const auto end = bytes.rfind('\n'); end != std::string_view::npos) {
        self.whole(bytes.substr(0, end + 1), out);
        bytes.remove_prefix(end + 1);
      }
    }
    const auto end = bytes.find('\n');
    const auto piece = bytes.substr(0, std::min({end == std::string_view::npos ? bytes.size() : end + 1, k_longest_line}));
    if (!self.dropping) self.pending += piece;
    else if (piece.ends_with('\n')) self.pending = '\n';
    bytes.remove_prefix(piece.size());
    if (piece.ends_with('\n')) {
      const auto line = std::move(self.pending);
      self.pending.clear();
      if (self.dropping) {
        out += '\n';
        self.lines.passed(1);
      } else {
        self.whole(line, out);
      }
      self.dropping = self.cut = false;
    } else if (self.pending.size() > k_longest_line) {
      self.overlong(out);
    }
  }
}

void Redactor::end(std::string& out) {
  auto& self = *impl_;
  const bool rest = !self.pending.empty();
  if (rest) {
    self.pending += '\n';
    self.whole(self.pending, out);
    self.pending.clear();
  }
  self.lines.end(out);
  if (rest && out.ends_with('\n')) out.pop_back();
}

std::uint64_t Redactor::lines() const { return impl_->lines.lines(); }

std::vector<Found> Redactor::found() const {
  std::map<std::string_view, Lines::Tally> kinds;
  for (std::size_t i = 0; i < k_secret_kinds; ++i) kinds[unsnag::to_string(static_cast<SecretKind>(i))] = impl_->lines.secrets()[i];
  for (std::size_t i = 0; i < k_stand_in_kinds; ++i) kinds[to_string(static_cast<StandInKind>(i))] = impl_->lines.stand_ins()[i];
  std::vector<Found> found;
  for (const auto& [kind, tally] : kinds)
    if (tally.count != 0) found.push_back({std::string(kind), tally.count, tally.first_line});
  return found;
}

std::string redact_text(std::string_view text, Options options, std::string_view path) {
  std::string out;
  out.reserve(text.size());
  Redactor redactor(options, path);
  redactor.feed(text, out);
  redactor.end(out);
  return out;
}

}  // namespace unsnag::redaction
