// SPDX-License-Identifier: Apache-2.0
#include "catalogue/pattern.h"

#include <algorithm>
#include <array>
#include <optional>

namespace unsnag::catalogue {
namespace {

struct TypeName {
  std::string_view name;
  CaptureType type;
};
constexpr std::array k_types{
    TypeName{"word", CaptureType::word},         TypeName{"int", CaptureType::integer}, TypeName{"size", CaptureType::size},
    TypeName{"duration", CaptureType::duration}, TypeName{"image", CaptureType::image}, TypeName{"layer", CaptureType::layer},
    TypeName{"digest", CaptureType::digest},     TypeName{"url", CaptureType::url},     TypeName{"host", CaptureType::host},
    TypeName{"addr", CaptureType::addr},         TypeName{"path", CaptureType::path},   TypeName{"time", CaptureType::time},
    TypeName{"rest", CaptureType::rest},
};

bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }
bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

/// Characters that a capture of the type may hold.
constexpr bool holds(CaptureType type, char c) {
  const auto one_of = [c](std::string_view set) { return set.find(c) != std::string_view::npos; };
  const bool digit = c >= '0' && c <= '9';
  const bool alnum = digit || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  switch (type) {
    case CaptureType::integer: return digit;
    case CaptureType::word: return !one_of(" \t\"\n\r");
    case CaptureType::size: return alnum || one_of(". ");
    case CaptureType::duration: return alnum || one_of(".\xc2\xb5\xce\xbc ");
    case CaptureType::image: return alnum || one_of("./:@_+-[]%");
    case CaptureType::layer:
    case CaptureType::digest: return alnum || one_of(":-[]");
    case CaptureType::url: return !one_of(" \t\"\n\r<>\\");
    case CaptureType::host: return alnum || one_of(".:-[]_%");
    case CaptureType::addr: return alnum || one_of(".:-[]%");
    case CaptureType::path: return !one_of(" \t\"\n\r");
    case CaptureType::time: return alnum || one_of(".:+-/");
    case CaptureType::any:
    case CaptureType::rest: return c != '\n';
  }
  return false;
}

/// One bit a type for each byte.
constexpr std::array<std::uint16_t, 256> k_classes = [] {
  std::array<std::uint16_t, 256> classes{};
  for (unsigned type = 0; type <= static_cast<unsigned>(CaptureType::rest); ++type)
    for (unsigned c = 0; c < classes.size(); ++c)
      if (holds(static_cast<CaptureType>(type), static_cast<char>(static_cast<unsigned char>(c))))
        classes[c] = static_cast<std::uint16_t>(classes[c] | (1U << type));
  return classes;
}();

bool in_class(CaptureType type, char c) { return ((k_classes[static_cast<unsigned char>(c)] >> static_cast<unsigned>(type)) & 1U) != 0; }

/// What the text of a capture must be, beyond its characters.
bool well_formed(CaptureType type, std::string_view text) {
  if (text.empty()) return false;
  switch (type) {
    case CaptureType::size: return is_digit(text.front());
    case CaptureType::duration: return is_digit(text.front()) && is_alnum(text.back());
    case CaptureType::image: return is_alnum(text.front());
    case CaptureType::digest: return text.find(':') != std::string_view::npos;
    case CaptureType::layer: {
      const auto hex = text.substr(text.find(':') == std::string_view::npos ? 0 : text.find(':') + 1);
      return hex.size() >= 12 && std::all_of(hex.begin(), hex.end(), is_hex);
    }
    case CaptureType::url: return text.find("://") != std::string_view::npos;
    case CaptureType::path: return text.front() == '/' || text.find_first_of("/\\.") != std::string_view::npos;
    case CaptureType::host: return is_alnum(text.front()) || text.front() == '[';
    case CaptureType::addr: return text.find_first_of(".:") != std::string_view::npos;
    default: return true;
  }
}

/// More blanks or backslashes in a row are nobody's message; without a bound a line of blanks would be walked over
/// again from each of its bytes.
constexpr std::size_t k_max_run = 512;

/// Matches `literal` forwards from `at`; returns where it ends. A `"` takes any backslashes before it,
/// a blank takes one or more blanks.
std::optional<std::size_t> literal_forward(std::string_view text, std::size_t at, std::string_view literal) {
  for (const char c : literal) {
    if (c == '"') {
      const auto limit = std::min(text.size(), at + k_max_run);
      while (at < limit && text[at] == '\\') ++at;
      if (at >= text.size() || text[at] != '"') return std::nullopt;
      ++at;
    } else if (c == ' ') {
      if (at >= text.size() || !is_blank(text[at])) return std::nullopt;
      const auto limit = std::min(text.size(), at + k_max_run);
      while (at < limit && is_blank(text[at])) ++at;
    } else {
      if (at >= text.size() || text[at] != c) return std::nullopt;
      ++at;
    }
  }
  return at;
}

/// The same backwards: `end` is one past the literal's last byte; returns where it begins.
std::optional<std::size_t> literal_backward(std::string_view text, std::size_t end, std::string_view literal) {
  for (auto it = literal.rbegin(); it != literal.rend(); ++it) {
    if (*it == '"') {
      if (end == 0 || text[end - 1] != '"') return std::nullopt;
      --end;
      const auto limit = end > k_max_run ? end - k_max_run : 0;
      while (end > limit && text[end - 1] == '\\') --end;
    } else if (*it == ' ') {
      if (end == 0 || !is_blank(text[end - 1])) return std::nullopt;
      const auto limit = end > k_max_run ? end - k_max_run : 0;
      while (end > limit && is_blank(text[end - 1])) --end;
    } else {
      if (end == 0 || text[end - 1] != *it) return std::nullopt;
      --end;
    }
  }
  return end;
}

/// False: no match of `literal` begins with this byte.
bool may_begin(std::string_view literal, char c) {
  const char first = literal.front();
  return c == first || (first == ' ' && c == '\t') || (first == '"' && c == '\\');
}

/// False: no match of `literal` ends with this byte.
bool may_end(std::string_view literal, char c) { return c == literal.back() || (literal.back() == ' ' && c == '\t'); }

/// Where the type's characters end, from `from` on; an escaped quote is not part of a word.
std::size_t class_end(CaptureType type, std::string_view text, std::size_t from) {
  const auto limit = std::min(text.size(), from + Pattern::k_max_capture);
  auto stop = from;
  while (stop < limit && in_class(type, text[stop])) ++stop;
  if (stop < text.size() && text[stop] == '"')
    while (stop > from && text[stop - 1] == '\\') --stop;
  return stop;
}

/// "sha256:abc," at the end of a pattern is the word before the punctuation.
std::string_view without_trailing_punctuation(std::string_view text) {
  while (!text.empty() && is_one_of(text.back(), ".,:;)'\\ ")) text.remove_suffix(1);
  return text;
}

/// What stands in every other line of a log is a bad anchor, however long.
std::size_t worth(std::string_view run) {
  static constexpr std::array<std::string_view, 8> k_everywhere{"containerd", "not found", "complete", "missing",
                                                                "repository", "Pulling",   "Waiting",  "waiting"};
  return std::find(k_everywhere.begin(), k_everywhere.end(), run) == k_everywhere.end() ? run.size() : Pattern::k_min_anchor;
}

/// A run that the scan can look for in raw bytes: no quote (it may be escaped), nothing that JSON encoders write
/// as \u003c, no second blank in a row, ASCII.
bool anchorable(char c) { return c >= ' ' && c < 0x7f && !is_one_of(c, "\"'<>&\\"); }

}  // namespace

Result<Pattern> Pattern::parse(std::string_view text) {
  Pattern pattern;
  pattern.text_ = std::string(text);
  std::string literal;
  const auto flush = [&] {
    if (!literal.empty()) pattern.elements_.push_back({true, CaptureType::any, std::move(literal)});
    literal.clear();
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{' && i + 1 < text.size() && (is_alnum(text[i + 1]) || text[i + 1] == '_')) {
      const auto close = text.find('}', i);
      if (close == std::string_view::npos) return fail(Errc::malformed, "a { without its }");
      const auto inside = text.substr(i + 1, close - i - 1);
      const auto colon = inside.find(':');
      Element element{false, CaptureType::any, std::string(inside.substr(0, colon))};
      if (colon != std::string_view::npos) {
        const auto wanted = inside.substr(colon + 1);
        const auto* type = std::find_if(k_types.begin(), k_types.end(), [&](const TypeName& t) { return t.name == wanted; });
        if (type == k_types.end()) return fail(Errc::malformed, fmt::format("unknown capture type '{}'", wanted));
        element.type = type->type;
      }
      flush();
      if (!pattern.elements_.empty() && !pattern.elements_.back().literal)
        return fail(Errc::malformed, "two captures need a literal between them");
      pattern.elements_.push_back(std::move(element));
      i = close;
      continue;
    }
    // "{{" stands for a literal brace.
    if (text[i] == '{' && i + 1 < text.size() && text[i + 1] == '{') ++i;
    literal += text[i];
  }
  flush();
  if (pattern.elements_.empty()) return fail(Errc::malformed, "an empty pattern");

  for (std::size_t e = 0; e < pattern.elements_.size(); ++e) {
    const auto& element = pattern.elements_[e];
    if (!element.literal) {
      if (element.type == CaptureType::rest && e + 1 != pattern.elements_.size())
        return fail(Errc::malformed, "{…:rest} must be the last thing in a pattern");
      continue;
    }
    std::size_t run = 0;
    for (std::size_t i = 0; i <= element.text.size(); ++i) {
      const bool part = i < element.text.size() && anchorable(element.text[i]);
      if (part) continue;
      // Blanks at its ends may be several in the text.
      auto first = run, last = i;
      while (first < last && element.text[first] == ' ') ++first;
      while (last > first && element.text[last - 1] == ' ') --last;
      const auto candidate = std::string_view(element.text).substr(first, last - first);
      if (candidate.size() >= k_min_anchor && (pattern.anchor_.empty() || worth(candidate) > worth(pattern.anchor_))) {
        pattern.anchor_ = element.text.substr(first, last - first);
        pattern.anchor_element_ = e;
        pattern.anchor_offset_ = first;
      }
      run = i + 1;
    }
  }
  if (pattern.anchor_.size() < k_min_anchor)
    return fail(Errc::malformed, fmt::format("needs a run of at least {} literal characters without a quote", k_min_anchor));
  return pattern;
}

bool Pattern::match_around(std::string_view text, std::size_t at, Match& match) const {
  match.captures.clear();
  const auto& literal = elements_[anchor_element_].text;
  const std::string_view before(literal.data(), anchor_offset_);
  const std::string_view after = std::string_view(literal).substr(anchor_offset_ + anchor_.size());
  const auto begin = before.empty() ? at : literal_backward(text, at, before);
  if (!begin) return false;
  const auto end = literal_forward(text, at + anchor_.size(), after);
  if (!end) return false;
  if (!match_left(text, *begin, anchor_element_, match)) return false;
  std::reverse(match.captures.begin(), match.captures.end());
  return match_right(text, *end, anchor_element_ + 1, match);
}

bool Pattern::match_right(std::string_view text, std::size_t from, std::size_t element, Match& match) const {
  while (element < elements_.size()) {
    const auto& e = elements_[element];
    if (e.literal) {
      const auto end = literal_forward(text, from, e.text);
      if (!end) return false;
      from = *end;
      ++element;
      continue;
    }
    const bool last = element + 1 == elements_.size();
    if (e.type == CaptureType::rest) {
      match.end = from;
      const auto rest = text.substr(from, k_max_rest);
      match.captures.push_back({e.text, rest.substr(0, rest.find('\n'))});
      return true;
    }
    if (e.type == CaptureType::any && !last) {
      // Up to the first place where the literal that follows stands.
      const auto& next = elements_[element + 1].text;
      const auto limit = std::min(text.size(), from + k_max_capture);
      std::optional<std::size_t> end;
      std::size_t stop = from;
      for (; stop <= limit; ++stop) {
        if (stop < text.size() && text[stop] != '\n' && !may_begin(next, text[stop])) continue;
        end = literal_forward(text, stop, next);
        if (end || (stop < text.size() && text[stop] == '\n')) break;
      }
      if (!end) return false;
      match.captures.push_back({e.text, text.substr(from, stop - from)});
      from = *end;
      element += 2;
      continue;
    }
    const auto type = e.type == CaptureType::any ? CaptureType::word : e.type;
    auto stop = class_end(type, text, from);
    if (last) {
      const auto value = without_trailing_punctuation(text.substr(from, stop - from));
      if (!well_formed(type, value)) return false;
      match.captures.push_back({e.text, value});
      match.end = from + value.size();
      return true;
    }
    // Greedy, then back until what follows fits: a path or image takes the colon that ends it.
    const auto& next = elements_[element + 1].text;
    std::optional<std::size_t> end;
    while (stop > from) {
      if (stop >= text.size() || may_begin(next, text[stop])) end = literal_forward(text, stop, next);
      if (end) break;
      --stop;
    }
    if (!end || !well_formed(type, text.substr(from, stop - from))) return false;
    match.captures.push_back({e.text, text.substr(from, stop - from)});
    from = *end;
    element += 2;
  }
  match.end = from;
  return true;
}

bool Pattern::match_left(std::string_view text, std::size_t to, std::size_t element, Match& match) const {
  // `element` is the literal whose begin is `to`; walk the elements before it from right to left.
  while (element > 0) {
    const auto& e = elements_[element - 1];
    if (e.literal) {
      const auto begin = literal_backward(text, to, e.text);
      if (!begin) return false;
      to = *begin;
      --element;
      continue;
    }
    const bool first = element == 1;
    if (e.type == CaptureType::any && !first) {
      const auto& previous = elements_[element - 2].text;
      const auto limit = to > k_max_capture ? to - k_max_capture : 0;
      std::optional<std::size_t> begin;
      std::size_t start = to;
      for (;; --start) {
        if (start != limit && text[start - 1] != '\n' && !may_end(previous, text[start - 1])) continue;
        begin = literal_backward(text, start, previous);
        if (begin || start == limit || text[start - 1] == '\n') break;
      }
      if (!begin) return false;
      match.captures.push_back({e.text, text.substr(start, to - start)});
      to = *begin;
      element -= 2;
      continue;
    }
    const auto type = e.type == CaptureType::any ? CaptureType::word : e.type;
    const auto limit = to > k_max_capture ? to - k_max_capture : 0;
    auto start = to;
    while (start > limit && in_class(type, text[start - 1])) --start;
    if (first) {
      while (start < to && is_one_of(text[start], "(['\\ ")) ++start;
      if (!well_formed(type, text.substr(start, to - start))) return false;
      match.captures.push_back({e.text, text.substr(start, to - start)});
      match.begin = start;
      return true;
    }
    const auto& previous = elements_[element - 2].text;
    std::optional<std::size_t> begin;
    while (start < to) {
      if (start > 0 && may_end(previous, text[start - 1])) begin = literal_backward(text, start, previous);
      if (begin) break;
      ++start;
    }
    if (!begin || !well_formed(type, text.substr(start, to - start))) return false;
    match.captures.push_back({e.text, text.substr(start, to - start)});
    to = *begin;
    element -= 2;
  }
  match.begin = to;
  return true;
}

std::vector<std::string_view> Pattern::capture_names() const {
  std::vector<std::string_view> names;
  for (const auto& element : elements_)
    if (!element.literal) names.emplace_back(element.text);
  return names;
}

}  // namespace unsnag::catalogue
