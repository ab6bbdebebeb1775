// SPDX-License-Identifier: Apache-2.0
#include "collect/sink.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "bundle/layout.h"

namespace unsnag::collect {

namespace {
constexpr std::size_t k_more = 16U << 10U;  // what was kept of the last piece, a line mostly
}

std::string Sink::unused(std::string path) {
  const auto first = path;
  for (int n = 2; !used_.insert(bundle::safe_path(path)).second; ++n) path = first + "~" + std::to_string(n);
  return path;
}

bool Sink::knows_of(std::string_view folder, std::initializer_list<std::string_view> words) const {
  return std::any_of(used_.begin(), used_.end(), [&](std::string_view path) {
    return path.starts_with(folder) && std::any_of(words.begin(), words.end(), [&](std::string_view word) { return contains(path, word); });
  });
}

Result<void*> Sink::begin(bundle::Item item, std::string_view on_node, Diagnosed diagnosed) {
  if (stopped()) return fail(Errc::cancelled, "interrupted");
  path_ = item.path = unused(std::move(item.path));
  TRY(parts_.writer.begin(std::move(item)));
  redactor_.emplace(parts_.redaction, on_node);
  parts_.tap.begin(path_);
  diagnosed_ = diagnosed;
  ++amount_.files;
  return nullptr;
}

Result<void*> Sink::add(std::string_view bytes) {
  if (stopped()) return fail(Errc::cancelled, "interrupted");
  parts_.pace.took(bytes.size());
  amount_.bytes += bytes.size();
  std::string clean;
  clean.reserve(bytes.size() + k_more);
  const auto lines = redactor_->lines();
  redactor_->feed(bytes, clean);
  amount_.lines += redactor_->lines() - lines;
  progress(amount_);
  return write(std::move(clean));
}

Result<void*> Sink::end(bundle::Outcome outcome) {
  std::string clean;
  redactor_->end(clean);
  TRY(write(std::move(clean)));
  const auto found = redactor_->found();
  report_.add(path_, found);
  for (const auto& one : found) {
    outcome.redacted[one.kind] += one.count;
    if (!redaction::is_stand_in(one.kind)) amount_.secrets += one.count;
  }
  redactor_.reset();
  parts_.tap.end();
  return parts_.writer.end(std::move(outcome));
}

Result<void*> Sink::put(bundle::Item item, std::string_view content, bundle::Outcome outcome, std::string_view on_node) {
  TRY(begin(std::move(item), on_node));
  TRY(add(content));
  return end(std::move(outcome));
}

Result<void*> Sink::missing(bundle::Item item, const Error& why) {
  if (stopped()) return fail(Errc::cancelled, "interrupted");
  if (!missed_.insert(item.path + '\n' + item.source + '\n' + why.message()).second) return nullptr;
  item.path = unused(std::move(item.path));
  return parts_.writer.missing(std::move(item), {why.code, redaction::redact_text(why.message(), parts_.redaction)});
}

Result<void*> Sink::left_out(bundle::Item item, std::string why) {
  if (stopped()) return fail(Errc::cancelled, "interrupted");
  item.path = unused(std::move(item.path));
  return parts_.writer.left_out(std::move(item), std::move(why));
}

Result<void*> Sink::write(std::string text) {
  if (text.empty()) return nullptr;
  diagnose(text);
  return parts_.writer.add(std::move(text));
}

void Sink::diagnose(std::string_view text) {
  auto& [skip, most] = diagnosed_;
  if (skip != 0) {
    // To a line's end, so that the diagnosis begins with a whole one.
    const auto end = skip > text.size() ? std::string_view::npos : text.find('\n', skip - 1);
    if (end == std::string_view::npos) {
      skip -= std::min<std::uint64_t>(skip - 1, text.size());
      return;
    }
    skip = 0;
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, most);
  most -= text.size();
  parts_.tap.add(text);
}

}  // namespace unsnag::collect
