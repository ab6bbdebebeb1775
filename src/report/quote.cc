// SPDX-License-Identifier: Apache-2.0
#include "report/quote.h"

#include <algorithm>
#include <unordered_set>

#include <fmt/format.h>

#include "base/text.h"
#include "base/time.h"

namespace unsnag::report {
namespace {

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

std::size_t hex_run(std::string_view text) {
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_hex) - text.begin());
}

/// Bytes of a UUID in its usual form at the beginning of `text`; 0: none.
std::size_t uuid_length(std::string_view text) {
  constexpr std::size_t k_groups[] = {8, 4, 4, 4, 12};
  std::size_t at = 0;
  for (const auto group : k_groups) {
    if (at != 0 && (at >= text.size() || text[at++] != '-')) return 0;
    if (hex_run(text.substr(at)) != group) return 0;
    at += group;
  }
  return at;
}

/// Escaped quotes become quotes: klog quotes an error that quotes an error, `\\\"`.
std::string unquote(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto after = std::min(text.find_first_not_of('\\', at), text.size());
    if (after > at && after < text.size() && text[after] == '"') at = after;
    else if (after > at) {
      out += text.substr(at, after - at);
      at = after;
      continue;
    }
    out += text[at++];
  }
  return out;
}

/// Long digests and UUIDs keep what is enough to find them again.
std::string cut_ids(std::string_view text, std::string_view ellipsis) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const bool starts = at == 0 || !is_hex(text[at - 1]);
    const auto run = starts ? hex_run(text.substr(at)) : 0;
    if (run >= 32) {
      out.append(text.substr(at, 12)).append(ellipsis);
      at += run;
    } else if (const auto uuid = run == 8 ? uuid_length(text.substr(at)) : 0; uuid != 0) {
      out.append(text.substr(at, 8)).append(ellipsis);
      at += uuid;
    } else {
      const auto step = std::max<std::size_t>(run, 1);
      out.append(text.substr(at, step));
      at += step;
    }
  }
  return out;
}

/// A signed URL's parameters are no help. A mirror's ?ns= and a token's ?service= and ?scope= are.
std::string cut_queries(std::string_view text, std::string_view ellipsis) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto scheme = text.find("://");
    if (scheme == std::string_view::npos) break;
    const auto end = std::min(text.find_first_of(" \"'", scheme), text.size());
    const auto query = text.substr(0, end).find('?', scheme);
    if (query == std::string_view::npos) {
      out.append(text.substr(0, end));
    } else {
      const auto words = text.substr(query + 1, end - query - 1);
      const bool telling = words.substr(0, 3) == "ns=" || words.substr(0, 8) == "service=" || words.substr(0, 6) == "scope=";
      out.append(text.substr(0, query + 1));
      if (telling || words.size() < 12) out.append(words);
      else out.append(ellipsis);
    }
    text.remove_prefix(end);
  }
  return out.append(text);
}

/// "Extracting [=====================>]" says as much in a short bar; a table's columns need not be aligned.
std::string cut_bars(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    auto end = at;
    while (end < text.size() && text[end] == text[at]) ++end;
    const std::size_t most = text[at] == '=' || text[at] == '-' ? 5 : text[at] == ' ' ? 2 : end - at;
    out.append(text.substr(at, std::min(most, end - at)));
    at = end;
  }
  return out;
}

/// A quoted word of 20 or more bytes that stood before becomes "…": each frame of an error names the image again.
std::string cut_repeats(std::string_view text, std::string_view ellipsis, const std::vector<std::string_view>& known) {
  std::unordered_set<std::string_view> seen(known.begin(), known.end());
  std::string out;
  out.reserve(text.size());
  std::size_t at = 0;
  while (at < text.size()) {
    const auto open = text.find('"', at);
    const auto close = open == std::string_view::npos ? open : text.find('"', open + 1);
    if (close == std::string_view::npos) break;
    const auto inside = text.substr(open + 1, close - open - 1);
    out.append(text.substr(at, open + 1 - at));
    at = open + 1;
    // With a blank inside it is a sentence, or the text between two quoted words.
    if (inside.empty() || inside.find(' ') != std::string_view::npos) continue;
    const bool again = seen.count(inside) != 0;
    if (inside.size() >= 20) seen.insert(inside);
    out.append(again ? ellipsis : inside).append("\"");
    at = close + 1;
  }
  return out.append(text.substr(std::min(at, text.size())));
}

/// "E0318 06:18:31.000000    4021 file.go:346]" without fraction and process; empty: it is no klog header.
std::string klog_without_process(std::string_view text) {
  constexpr std::size_t k_to_seconds = std::string_view("E0318 06:18:31").size();
  auto rest = text;
  if (rest.size() < 30 || std::string_view("IWEF").find(rest.front()) == std::string_view::npos) return {};
  rest.remove_prefix(1);
  if (!take_klog_time(rest) || rest.empty() || rest.front() != ' ') return {};
  const auto process = rest.find_first_not_of(' ');
  const auto file = process == std::string_view::npos ? process : rest.find(' ', process);
  if (file == std::string_view::npos) return {};
  return std::string(text.substr(0, k_to_seconds)).append(rest.substr(file));
}

bool is_logrus(std::string_view text) { return text.substr(0, 6) == "time=\""; }

/// time="2026-11-24T06:55:11.955967017Z" to the second.
std::string without_fraction(std::string_view text) {
  constexpr std::size_t k_to_seconds = std::string_view("time=\"2026-11-24T06:55:11").size();
  if (text.size() <= k_to_seconds || text[k_to_seconds] != '.') return std::string(text);
  const auto after = std::min(text.find_first_not_of("0123456789", k_to_seconds + 1), text.size());
  return std::string(text.substr(0, k_to_seconds)).append(text.substr(after));
}

/// The string behind `key` ("\"log\":\""), as it is escaped; empty: it is not there.
std::string_view json_string(std::string_view text, std::string_view key) {
  const auto at = text.find(key);
  if (at == std::string_view::npos) return {};
  const auto begin = at + key.size();
  auto end = begin;
  while (end < text.size() && text[end] != '"') end += text[end] == '\\' ? 2 : 1;
  return text.substr(begin, std::min(end, text.size()) - begin);
}

/// A program that logs in JSON puts the error wherever the alphabet does: of its line only what was tried and what went
/// wrong decide. Empty: it is no such line.
std::string error_in_json(std::string_view text) {
  const auto open = text.find("{\"");
  if (open > 200) return {};  // npos, too
  const auto error = json_string(text.substr(open), "\"error\":\"");
  if (error.empty()) return {};
  const auto message = json_string(text.substr(open), "\"msg\":\"");
  return std::string(text.substr(0, open)).append(message).append(message.empty() ? "" : ": ").append(error);
}

/// What a log line in JSON says (`journalctl -o json`, a container's log), without the fields around it; empty: it is
/// no such line.
std::string_view json_message(std::string_view text) {
  if (text.substr(0, 2) != "{\"") return {};
  for (const std::string_view key : {"\"MESSAGE\":\"", "\"log\":\"", "\"MESSAGE\" : \""}) {
    auto message = json_string(text, key);
    if (message.empty()) continue;
    if (const auto length = message.size(); length >= 2 && message.substr(length - 2) == "\\n") message.remove_suffix(2);
    return message;
  }
  return {};
}

/// What stands around a message: the journal's head in front of a program's own, process ids, fractions of seconds.
std::string cut_header(std::string_view text, std::string_view ellipsis) {
  constexpr std::size_t k_longest_head = 150;
  if (auto klog = klog_without_process(text); !klog.empty()) return klog;
  if (is_logrus(text)) return without_fraction(text);
  const auto head = text.substr(0, k_longest_head).find("]: ");
  if (head == std::string_view::npos) return std::string(text);
  const auto inner = text.substr(head + 3);
  if (auto klog = klog_without_process(inner); !klog.empty()) return std::string(ellipsis).append(" ").append(klog);
  if (is_logrus(inner)) return std::string(ellipsis).append(" ").append(without_fraction(inner));
  return std::string(text);
}

/// A URL's host tells much, its path seldom: a long one keeps its last part.
std::string cut_paths(std::string_view text, std::string_view ellipsis) {
  constexpr std::size_t k_long = 40;
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto scheme = text.find("://");
    if (scheme == std::string_view::npos) break;
    const auto end = std::min(text.find_first_of(" \"'", scheme), text.size());
    const auto path = text.substr(0, end).find('/', scheme + 3);
    if (path != std::string_view::npos && end - path > k_long) {
      const auto last = text.substr(0, end).rfind('/');
      out.append(text.substr(0, path + 1)).append(ellipsis).append(text.substr(last, end - last));
    } else {
      out.append(text.substr(0, end));
    }
    text.remove_prefix(end);
  }
  return out.append(text);
}

/// klog's fields behind the error name the pod and the image once more.
std::string_view without_fields(std::string_view text) {
  for (const std::string_view field : {"\" pod=\"", "\" logger=\"", "\" image=\"", "\" podUID="}) {
    const auto at = text.rfind(field);
    if (at != std::string_view::npos && at > text.size() / 3) text = text.substr(0, at + 1);
  }
  return text;
}

}  // namespace

std::string place_of(const diagnose::Proof& proof, const Ink& ink) {
  const auto file = ink.clean(proof.file);
  if (file == "-" || file.empty()) return proof.line == 0 ? "input" : fmt::format("line {}", proof.line);
  return proof.line == 0 ? file : fmt::format("{}:{}", file, proof.line);
}

std::string remark_on(const diagnose::Proof& proof, const Ink& ink) {
  std::string remark;
  // A row of events says it itself: "(x3 over 9m)".
  if (proof.count > 1 && !contains(proof.text, fmt::format("(x{} ", proof.count))) remark = fmt::format("{} times", proof.count);
  if (proof.echo) {
    if (!remark.empty()) remark += ", ";
    remark += proof.program.empty() ? std::string("repeated") : "repeated by " + ink.clean(proof.program);
  }
  return remark.empty() ? remark : "(" + remark + ")";
}

std::string condense(std::string_view text, std::string_view ellipsis, const std::vector<std::string_view>& known) {
  const auto inside = json_message(text);
  const auto error = error_in_json(inside.empty() ? text : inside);
  const auto said = unquote(!error.empty() ? error : inside.empty() ? text : inside);
  const auto plain = cut_queries(cut_bars(cut_header(said, ellipsis)), ellipsis);
  return cut_repeats(cut_paths(cut_ids(plain, ellipsis), ellipsis), ellipsis, known);
}

std::vector<std::string> quote(std::string_view text, std::size_t width, std::size_t most, const Ink& ink,
                               const std::vector<std::string_view>& known) {
  const auto whole = ink.clean(text);
  auto lines = wrap(whole, width);
  if (most == 0 || lines.size() <= most) return lines;
  for (const auto& names : {std::vector<std::string_view>{}, known}) {
    lines = wrap(condense(whole, ink.glyphs.ellipsis, names), width);
    if (lines.size() <= most) return lines;
  }
  // Breaking at blanks wastes some columns: shorten until it fits.
  const auto short_text = condense(whole, ink.glyphs.ellipsis, known);
  const auto bare = without_fields(short_text);
  for (auto room = width * most; room > width; room -= std::max<std::size_t>(width / 8, 1)) {
    lines = wrap(shorten_between_words(bare, room, ink.glyphs.ellipsis), width);
    if (lines.size() <= most) break;
  }
  return lines;
}

}  // namespace unsnag::report
