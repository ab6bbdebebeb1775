// SPDX-License-Identifier: Apache-2.0
// See kubernetes_row.h.
#include "readers/kubernetes_row.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace unsnag::readers::kubernetes {
namespace {

bool blank(char c) { return c == ' ' || c == '\t'; }
bool digit(char c) { return c >= '0' && c <= '9'; }
bool lower(char c) { return c >= 'a' && c <= 'z'; }
bool upper(char c) { return c >= 'A' && c <= 'Z'; }
bool hex(char c) { return digit(c) || (c >= 'a' && c <= 'f'); }

/// Words of a line, one after another.
class Cursor {
 public:
  explicit Cursor(std::string_view line) : rest_(line) { skip(); }
  [[nodiscard]] std::string_view peek() const {
    std::size_t end = 0;
    while (end < rest_.size() && !blank(rest_[end])) ++end;
    return rest_.substr(0, end);
  }
  std::string_view word() {
    const auto result = peek();
    rest_.remove_prefix(result.size());
    skip();
    return result;
  }
  /// What stands before the next gap of two blanks or a tab; the whole rest when there is none.
  [[nodiscard]] std::string_view field() const {
    for (std::size_t i = 0; i < rest_.size(); ++i)
      if (rest_[i] == '\t' || (rest_[i] == ' ' && i + 1 < rest_.size() && blank(rest_[i + 1]))) return rest_.substr(0, i);
    return rest_;
  }
  void drop(std::size_t count) {
    rest_.remove_prefix(count);
    skip();
  }
  [[nodiscard]] std::string_view rest() const { return rest_; }

 private:
  void skip() {
    while (!rest_.empty() && blank(rest_.front())) rest_.remove_prefix(1);
  }
  std::string_view rest_;
};

std::optional<std::uint32_t> number(std::string_view word) {
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (word.empty() || error != std::errc{} || end != word.data() + word.size()) return std::nullopt;
  return value;
}

bool is_type(std::string_view word) { return word == "Normal" || word == "Warning"; }

bool is_reason(std::string_view word) {
  if (word.empty() || word.size() > 128 || !(lower(word[0]) || upper(word[0]))) return false;
  return std::all_of(word.begin(), word.end(),
                     [](char c) { return lower(c) || upper(c) || digit(c) || c == '-' || c == '_' || c == '.' || c == '/'; });
}

bool is_dns_name(std::string_view word) {
  if (word.empty() || word.size() > 253 || !(lower(word[0]) || digit(word[0]))) return false;
  return std::all_of(word.begin(), word.end(), [](char c) { return lower(c) || digit(c) || c == '-' || c == '.'; });
}

bool is_component(std::string_view word) {
  if (word.empty() || word.size() > 100 || !lower(word[0])) return false;
  return std::all_of(word.begin(), word.end(),
                     [](char c) { return lower(c) || upper(c) || digit(c) || c == '-' || c == '.' || c == '/' || c == '_'; });
}

/// Components that are taken for one though a single blank follows. Others could be a message's first word.
bool is_known_component(std::string_view word) {
  if (!is_component(word)) return false;
  return word == "kubelet" || word == "karpenter" || word == "scheduler" || word == "controllermanager" || word.ends_with("-scheduler") ||
         word.ends_with("controller") || word.ends_with("autoscaler") || word.ends_with("operator");
}

/// "17s" or "2s (x4 over 14s)", also "2s(x4 over 14s)".
bool take_age(Cursor& cursor, EventRow& row) {
  Cursor c = cursor;
  auto word = c.word();
  std::string_view counted;
  if (const auto glued = word.find("(x"); glued != std::string_view::npos) {
    counted = word.substr(glued);
    word = word.substr(0, glued);
  }
  if (!is_age_word(word)) return false;
  row.last = row.first = parse_age_word(word);
  if (counted.empty() && c.peek().starts_with("(x")) counted = c.word();
  if (!counted.empty()) {
    if (const auto count = number(counted.substr(2)); count && c.peek() == "over") {
      c.word();
      auto over = c.word();
      if (over.ends_with(")")) over.remove_suffix(1);
      row.count = *count;
      row.first = parse_age_word(over);
    }
  }
  cursor = c;
  return true;
}

/// "kubelet", "kubelet, node", "{kubelet node}", "{scheduler }", or nothing.
void take_source(Cursor& c, EventRow& row) {
  const auto set = [&row](std::string_view source) {
    const auto words = split_words(source);
    if (words.empty()) return;
    row.component = words[0];
    if (!row.component.empty() && row.component.back() == ',') row.component.remove_suffix(1);
    if (words.size() > 1) row.host = words[1];
  };
  const auto rest = c.rest();
  if (!rest.empty() && rest.front() == '{') {
    const auto end = rest.find('}');
    if (end > 400) return;  // or nowhere
    set(rest.substr(1, end - 1));
    c.drop(end + 1);
    return;
  }
  const auto first = c.peek();
  if (first.ends_with(",") && is_component(first.substr(0, first.size() - 1))) {
    row.component = c.word();
    row.component.remove_suffix(1);
    row.host = c.word();
    return;
  }
  const bool column = c.field().size() == first.size() && first.size() < rest.size();  // a wide gap follows
  if (column ? is_component(first) : is_known_component(first)) row.component = c.word();
}

void take_subobject(Cursor& c, EventRow& row) {
  const auto word = c.peek();
  if (word.starts_with("spec.") && word.ends_with("}")) row.container = container_of_path(c.word());
}

/// An event's own name, "etl-c4fj7.18eaea83b135dadf": the object's and the time in hex.
bool is_event_name(std::string_view word) {
  const auto dot = word.rfind('.');
  if (dot == std::string_view::npos) return false;
  const auto tail = word.substr(dot + 1);
  return tail.size() >= 10 && tail.size() <= 20 && std::all_of(tail.begin(), tail.end(), hex);
}

/// The columns that `-o wide` puts behind the message. False: there are none.
bool drop_wide_tail(std::string_view& message, EventRow& row) {
  auto text = trim(message);
  const auto last_word = [&text] {
    const auto at = text.find_last_of(" \t");
    const auto word = at == std::string_view::npos ? text : text.substr(at + 1);
    text = trim(text.substr(0, text.size() - word.size()));
    return word;
  };
  if (!is_event_name(last_word())) return false;
  const auto count = number(last_word());
  const auto first = last_word();
  if (!count || !is_age_word(first)) return false;
  row.count = *count;
  if (const auto age = parse_age_word(first)) row.first = age;
  message = text;
  return true;
}

/// Kubernetes 1.0: "Sun, 23 Aug 2015 11:50:10 -0700" twice.
bool take_date(Cursor& c, Stamp& stamp) {
  Cursor look = c;
  const auto begin = look.rest();
  for (int i = 0; i < 6; ++i) look.word();
  const auto date = parse_describe_time(begin.substr(0, begin.size() - look.rest().size()));
  if (!date) return false;
  stamp = *date;
  c = look;
  return true;
}

/// The two ages and the count that old rows begin with.
bool take_old_times(Cursor& c, EventRow& row) {
  if (take_date(c, row.first_at)) {
    if (!take_date(c, row.last_at)) return false;
  } else {
    const auto one = c.word(), other = c.word();
    if (!is_age_word(one) || !is_age_word(other)) return false;
    row.first = parse_age_word(one);
    row.last = parse_age_word(other);
    // describe printed the first one first, get events the last one; before 1.3 get events did as describe.
    if (row.first && row.last && row.first->age < row.last->age) std::swap(row.first, row.last);
  }
  const auto count = number(c.word());
  if (count) row.count = *count;
  return count.has_value();
}

/// NAME and KIND rather than From: told by the words behind the count.
bool names_object(Cursor c) {
  const auto name = c.word(), kind = c.word();
  if (name.empty() || name.front() == '{' || name.back() == ',') return false;
  return !kind.empty() && upper(kind.front()) && !is_type(kind) && is_reason(kind);
}

bool is_kind_word(std::string_view word) {
  static constexpr std::string_view k_kinds[] = {"Pod",         "Node", "ReplicaSet", "Deployment",           "DaemonSet",
                                                 "StatefulSet", "Job",  "CronJob",    "ReplicationController"};
  return std::find(std::begin(k_kinds), std::end(k_kinds), word) != std::end(k_kinds);
}

}  // namespace

std::string_view container_of_path(std::string_view field_path) {
  const auto open = field_path.find('{'), close = field_path.find('}');
  if (!field_path.starts_with("spec.") || open == std::string_view::npos || close == std::string_view::npos || close < open) return {};
  return field_path.substr(open + 1, close - open - 1);
}

Layout row_layout(std::string_view line) {
  Cursor c(line);
  EventRow row;
  if (is_type(c.peek())) {
    c.word();
    return is_reason(c.word()) && take_age(c, row) ? Layout::describe : Layout::none;
  }
  for (int skipped = 0; skipped < 2; ++skipped) {  // with and without a NAMESPACE in front
    if (Cursor at = c; take_age(at, row) && is_type(at.peek())) {
      at.word();
      return is_reason(at.word()) ? Layout::events : Layout::none;
    }
    if (Cursor at = c; take_old_times(at, row)) {
      if (!row.last_at.at && names_object(at)) return Layout::events_old;
      if (skipped > 0) return Layout::none;
      take_source(at, row);
      take_subobject(at, row);
      if (is_type(at.peek())) at.word();
      return !row.component.empty() && is_reason(at.peek()) ? Layout::describe_old : Layout::none;
    }
    if (!is_dns_name(c.word())) return Layout::none;
  }
  return Layout::none;
}

std::optional<EventRow> parse_row(std::string_view line, Layout layout) {
  Cursor c(line);
  EventRow row;
  switch (layout) {
    case Layout::none: return std::nullopt;
    case Layout::describe:
      row.type = c.word();
      row.reason = c.word();
      if (!take_age(c, row)) return std::nullopt;
      take_source(c, row);
      break;
    case Layout::describe_old:
      if (!take_old_times(c, row)) return std::nullopt;
      take_source(c, row);
      take_subobject(c, row);
      if (is_type(c.peek())) row.type = c.word();
      row.reason = c.word();
      break;
    case Layout::events: {
      if (!is_age_word(c.peek().substr(0, c.peek().find("(x")))) row.name_space = c.word();
      if (!take_age(c, row)) return std::nullopt;
      row.type = c.word();
      row.reason = c.word();
      const auto object = c.peek();
      if (const auto slash = object.find('/'); slash != std::string_view::npos && is_reason(object.substr(0, slash))) {
        row.kind = object.substr(0, slash);
        row.object = object.substr(slash + 1);
        c.word();
      } else if (is_kind_word(object)) {  // 1.13 printed the kind alone
        row.kind = c.word();
      }
      auto message = c.rest();
      if (drop_wide_tail(message, row)) {
        Cursor inner(message);
        take_subobject(inner, row);
        take_source(inner, row);
        row.message = inner.rest();
        return row;
      }
      break;
    }
    case Layout::events_old:
      if (!is_age_word(c.peek())) row.name_space = c.word();
      if (!take_old_times(c, row)) return std::nullopt;
      row.object = c.word();
      if (is_event_name(row.object)) row.object = row.object.substr(0, row.object.rfind('.'));
      row.kind = c.word();
      take_subobject(c, row);
      if (is_type(c.peek())) row.type = c.word();
      row.reason = c.word();
      take_source(c, row);
      break;
  }
  row.message = trim(c.rest());
  return row;
}

std::optional<PodRow> parse_pod_row(std::string_view line) {
  const auto is_ready = [](std::string_view word, PodRow& row) {
    const auto slash = word.find('/');
    if (slash == std::string_view::npos) return false;
    const auto ready = number(word.substr(0, slash)), wanted = number(word.substr(slash + 1));
    if (!ready || !wanted) return false;
    row.ready = *ready;
    row.wanted = *wanted;
    return true;
  };
  Cursor c(line);
  PodRow row;
  row.name = c.word();
  if (!is_ready(c.peek(), row)) {
    row.name_space = row.name;
    row.name = c.word();
    if (!is_ready(c.peek(), row) || !is_dns_name(row.name_space)) return std::nullopt;
  }
  c.word();
  if (row.name.starts_with("pod/")) row.name.remove_prefix(4);
  if (!is_dns_name(row.name)) return std::nullopt;
  row.status = c.word();
  if (row.status.empty() || !upper(row.status.front())) return std::nullopt;
  const auto restarts = number(c.word());
  if (!restarts) return std::nullopt;
  row.restarts = *restarts;
  if (!c.peek().empty() && c.peek().front() == '(') {  // "2 (24s ago)", 1.22 and later
    c.word();
    if (c.word() != "ago)") return std::nullopt;
  }
  if (!is_age_word(c.word())) return std::nullopt;
  const auto ip = c.word();
  const bool is_ip = ip == "<none>" || (!ip.empty() && ip.find_first_not_of("0123456789abcdef.:") == std::string_view::npos);
  if (is_ip && is_dns_name(c.peek())) row.node = c.word();
  return row;
}

Table table_header(std::string_view line) {
  if (std::any_of(line.begin(), line.end(), [](char ch) { return ch >= 'a' && ch <= 'z'; })) return Table::none;  // rows stand behind it
  Cursor c(line);
  auto first = c.word();
  if (first == "NAMESPACE") first = c.word();
  const auto second = c.peek();
  if ((first == "LAST" && second == "SEEN") || first == "LASTSEEN" || first == "FIRSTSEEN" || (first == "FIRST" && second == "SEEN"))
    return Table::events;
  if (first != "NAME") return Table::none;
  if (second == "READY" && line.find("STATUS") != std::string_view::npos) return Table::pods;
  if (second.size() >= 3 && std::all_of(second.begin(), second.end(), [](char ch) { return upper(ch) || ch == '-'; })) return Table::other;
  return Table::none;
}

namespace {

/// False where a web page ran the rows together with their header.
bool only_columns(std::string_view line) {
  static constexpr std::string_view k_columns[] = {"Type",      "Reason",   "Age",   "From",          "Message",
                                                   "FirstSeen", "LastSeen", "Count", "SubobjectPath", "SubObjectPath"};
  const auto words = split_words(line);
  return std::all_of(words.begin(), words.end(), [](auto word) {
    return word.find_first_not_of('-') == std::string_view::npos ||
           std::find(std::begin(k_columns), std::end(k_columns), word) != std::end(k_columns);
  });
}

}  // namespace

bool is_describe_header(std::string_view line) {
  Cursor c(line);
  const auto first = c.word(), second = c.word();
  if ((first == "Type" && second == "Reason") || (first == "FirstSeen" && second == "LastSeen")) return only_columns(line);
  return first.starts_with("---") && second.starts_with("---") && line.find_first_not_of("- \t") == std::string_view::npos;
}

}  // namespace unsnag::readers::kubernetes
