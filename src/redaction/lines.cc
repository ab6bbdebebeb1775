// SPDX-License-Identifier: Apache-2.0
#include "redaction/lines.h"

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "redaction/secret_objects.h"

namespace unsnag::redaction {
namespace {

constexpr std::string_view k_stars = "***";
constexpr int k_most_nested = 3;                                 // objects in texts of objects
constexpr std::size_t k_longest_object = std::size_t{2} << 20U;  // Kubernetes takes 1.5 MiB
constexpr std::size_t k_longest_key = 4000;                      // lines of PEM
constexpr std::size_t k_most_misses = 40;                        // other lines among them

bool is_base64(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '/' || c == '=';
}
bool is_all_base64(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), is_base64); }
bool is_stars(std::string_view text) { return text.find_first_not_of("*\"'") == std::string_view::npos; }

std::string_view bare(std::string_view value) {
  for (const char quote : std::string_view("\"'"))
    if (value.size() > 1 && value.front() == quote && value.back() == quote) return value.substr(1, value.size() - 2);
  return value;
}

/// "|", ">-", "|2": a block scalar begins.
bool is_block_sign(std::string_view value) {
  value = trim(value.substr(0, value.find(" #")));
  return !value.empty() && (value[0] == '|' || value[0] == '>') && value.find_first_not_of("|>+-0123456789") == std::string_view::npos;
}

std::string_view line_end(std::string_view line) { return line.ends_with('\r') ? std::string_view("\r") : std::string_view(); }

}  // namespace

Lines::Lines(StandIns* stand_ins, std::string_view path) : stand_ins_(stand_ins) {
  const auto name = path.substr(path.rfind('/') + 1);
  constexpr std::array<std::string_view, 8> k_secrets = {"token",      "node-token", "agent-token",    "password",
                                                         "passphrase", "secret",     "cluster-secret", "agent-secret"};
  if (name.starts_with("shadow") || name.starts_with("gshadow")) path_ = Path::shadow;
  else if (std::find(k_secrets.begin(), k_secrets.end(), name) != k_secrets.end()) path_ = Path::secret;
  else if (name == ".netrc" || name == "_netrc" || name == "netrc") path_ = Path::netrc;
  else if (name.ends_with(".env") || name == "environment" || contains(path, "/etc/default/") || contains(path, "/etc/sysconfig/"))
    path_ = Path::environment;
  every_line_ = stand_ins != nullptr || path_ == Path::shadow || path_ == Path::secret || path_ == Path::netrc;
}

void Lines::line(std::string_view line, std::string& out) {
  number_ = ++read_;
  take(line, out, 0);
}

void Lines::end(std::string& out) {
  if (state_ == State::object) settle(secret_column_ == column_, out, 0);
}

void Lines::take(std::string_view raw, std::string& out, int nesting) {
  ++lines_;
  if (state_ == State::object && object(raw, out, nesting)) return;
  // What is decided is decided by what is shown: who redacts that once more decides the same.
  const auto line = redacted(raw);
  switch (state_) {
    case State::none:
    case State::object: break;
    case State::pem: return pem(line, out, nesting);
    case State::toml_string: return toml_string(line, out);
    case State::block:
      if (block(line, out)) return;
      break;
    case State::users:
      if (users(line, out)) return;
      break;
    case State::next_value:
      if (next_value(line, out)) return;
      break;
    case State::argument:
      if (argument(line, out)) return;
      break;
    case State::pair:
      if (pair(line, out)) return;
      break;
  }
  fresh(line, out, nesting);
}

/// A line that continues nothing.
void Lines::fresh(std::string_view line, std::string& out, int nesting) {
  if (by_path(line, out)) return;
  const auto parts = key_line(line);
  if (parts.found && bare(parts.key) == "kind") secret_column_ = bare(parts.value) == "Secret" ? parts.column : std::string::npos;
  if (parts.found && nesting < k_most_nested && (parts.key == "data" || parts.key == "stringData") &&
      (parts.value.empty() || parts.value == "{")) {
    enter(State::object, SecretKind::secret, parts.column);
    held_.assign(line).push_back('\n');
    held_from_ = number_;
    return;
  }
  open_state(line);
  if (state_ == State::toml_string) {
    const auto begin = line.find(delimiter_) + delimiter_.size();
    const bool empty = trim(line.substr(begin)).empty();
    return put(std::string(line.substr(0, begin)) + std::string(empty ? "" : k_stars) + std::string(line_end(line)), out);
  }
  if (contains(line, "Secret") && contains(line, "ata")) {
    std::uint32_t hidden = 0;
    const auto shown = hide_secret_objects(line, hidden);
    if (hidden != 0) count(SecretKind::secret, hidden);
    return write(shown, out);
  }
  put(line, out);
}

/// What the next lines are to be taken for.
void Lines::open_state(std::string_view line) {
  if (const auto begin = line.rfind("-----BEGIN "); begin != std::string_view::npos) {
    const auto rest = line.substr(begin);
    if (contains(rest.substr(0, 64), "PRIVATE KEY") && !contains(rest, "-----END")) return enter(State::pem, SecretKind::private_key, 0);
  }
  const auto parts = key_line(line);
  if (parts.found) {
    if (parts.key == "name" || parts.key == "key") {
      if (const auto kind = secret_of_name(bare(parts.value)); kind && bare(parts.value).find_first_of(" :/.") == std::string_view::npos)
        return enter(State::pair, *kind, parts.column);
      return;
    }
    if (parts.key == "chpasswd" && parts.value.empty()) return enter(State::users, SecretKind::password, parts.column);
    const auto kind = secret_of_name(parts.key);
    if (kind && is_block_sign(parts.value)) return enter(State::block, *kind, parts.column);
    if (kind && parts.value.empty()) {
      enter(State::next_value, *kind, parts.column);
      talk_ = false;
    }
    if (kind || parts.value.find(':') == std::string_view::npos) return;
  }
  // An option whose argument is the list's next.
  auto option = trim(line);
  if (option.starts_with("- ")) option = trim(option.substr(2));
  if (option.ends_with(',')) option.remove_suffix(1);
  option = bare(option);
  if (option.starts_with("--") && option.size() < 64) {
    if (const auto kind = secret_of_name(option.substr(2))) enter(State::argument, *kind, indent_of(line));
    return;
  }
  // name = """ and name = '''
  if (const auto sign = line.find('='); sign < 256) {
    const auto value = trim(line.substr(sign + 1));
    const auto name = bare(trim(line.substr(0, sign)));
    for (const std::string_view delimiter : {R"(""")", "'''"})
      if (value.starts_with(delimiter) && !contains(value.substr(delimiter.size()), delimiter))
        if (const auto kind = secret_of_name(name)) {
          enter(State::toml_string, *kind, 0);
          delimiter_ = delimiter;
          return;
        }
  }
  const auto end = trim(line);
  if (!end.ends_with(':')) return;
  const auto word = end.substr(0, end.size() - 1).substr(end.find_last_of(" \t", end.size() - 2) + 1);
  if (const auto kind = secret_of_name(word); kind == SecretKind::password) {
    enter(State::next_value, *kind, indent_of(line));
    talk_ = true;
  }
}

void Lines::enter(State state, SecretKind kind, std::size_t column) {
  state_ = state;
  kind_ = kind;
  column_ = column;
  lines_ = misses_ = 0;
}

void Lines::count(SecretKind kind, std::uint32_t many) {
  auto& tally = secrets_[static_cast<std::size_t>(kind)];
  if (tally.count == 0) tally.first_line = number_;
  tally.count += many;
}

std::string Lines::redacted(std::string_view line) {
  SecretCounts counts{};
  auto shown = redact(line, counts);
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts[i] != 0) count(static_cast<SecretKind>(i), counts[i]);
  return shown;
}

void Lines::write(std::string_view line, std::string& out) { put(redacted(line), out); }

void Lines::put(std::string_view line, std::string& out) {
  out += with_stand_ins(line);
  out += '\n';
}

std::string Lines::with_stand_ins(std::string_view text) {
  if (stand_ins_ == nullptr) return std::string(text);
  StandInCounts replaced{};
  auto shown = stand_ins_->apply(text, replaced);
  for (std::size_t i = 0; i < replaced.size(); ++i) {
    if (replaced[i] == 0) continue;
    if (replaced_[i].count == 0) replaced_[i].first_line = number_;
    replaced_[i].count += replaced[i];
  }
  return shown;
}

void Lines::hide(std::string_view line, std::string& out) {
  out += line.substr(0, indent_of(line));
  out += k_stars;
  out += line_end(line);
  out += '\n';
}

/// Lines of a private key, bare, indented, or each behind a log's head or in a line of JSON.
void Lines::pem(std::string_view line, std::string& out, int nesting) {
  if (lines_ == 1) count(SecretKind::private_key);
  const auto content = trim(line);
  if (lines_ > k_longest_key || misses_ > k_most_misses || (contains(line, "-----BEGIN ") && !contains(line, "PRIVATE KEY"))) {
    state_ = State::none;
    return fresh(line, out, nesting);
  }
  const auto last = contains(line, "-----END");
  if (last) state_ = State::none;
  if (is_stars(content) || content.starts_with("Proc-Type:") || content.starts_with("DEK-Info:")) {
    put(line, out);
    return;
  }
  if (is_all_base64(content)) return hide(line, out);
  std::string shown;
  bool hidden = false;
  for (std::size_t at = 0; at < line.size();) {
    auto end = at;
    while (end < line.size() && is_base64(line[end])) ++end;
    const auto run = line.substr(at, end - at);
    const bool capitals = std::any_of(run.begin(), run.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
    const auto after = line.substr(end);
    constexpr std::size_t k_surely = 24;
    // The last line of a key may be short: at the end of the line, or before its end in JSON.
    const bool at_end = trim(after).empty() || after.starts_with("\\n\"") || after.starts_with("\\n\\\"") || after.starts_with("-----END");
    const bool begins =
        at > 0 && (line[at - 1] == ' ' || line[at - 1] == '"' || line[at - 1] == '\t' || line[at - 1] == '\'' || line[at - 1] == 'n');
    if (!run.empty() && ((run.size() >= k_surely && capitals) || (at_end && begins))) {
      shown += k_stars;
      hidden = true;
    } else {
      shown += run;
    }
    at = end;
    while (at < line.size() && !is_base64(line[at])) shown += line[at++];
  }
  if (!hidden && !last) ++misses_;
  write(shown, out);
}

void Lines::toml_string(std::string_view line, std::string& out) {
  if (lines_ == 1) count(kind_);
  const auto end = line.find(delimiter_);
  if (end == std::string_view::npos) return hide(line, out);
  state_ = State::none;
  write(std::string(end > 0 ? k_stars : std::string_view()) + std::string(line.substr(end)), out);
}

/// What is indented more than its key is its value.
bool Lines::block(std::string_view line, std::string& out) {
  const auto indent = indent_of(line);
  const bool blank = indent >= line.size();
  if (!blank && indent <= column_) {
    state_ = State::none;
    return false;
  }
  if (blank || is_stars(trim(line))) {
    put(line, out);
    return true;
  }
  if (misses_++ == 0) count(kind_);
  hide(line, out);
  return true;
}

/// cloud-init's chpasswd: lines of user:password.
bool Lines::users(std::string_view line, std::string& out) {
  const auto indent = indent_of(line);
  if (indent < line.size() && indent <= column_) {
    state_ = State::none;
    return false;
  }
  const auto colon = line.find(':', indent);
  const auto value = colon == std::string_view::npos ? std::string_view() : trim(line.substr(colon + 1));
  if (value.empty() || is_stars(value) || key_line(line).found) {
    write(line, out);
    return true;
  }
  count(SecretKind::password);
  const bool quoted = value.ends_with('"') || value.ends_with('\'');
  out += line.substr(0, colon + 1);
  out += k_stars;
  if (quoted) out += value.back();
  out += line_end(line);
  out += '\n';
  return true;
}

/// `password:` whose value is the next line.
bool Lines::next_value(std::string_view line, std::string& out) {
  state_ = State::none;
  const auto indent = indent_of(line);
  const auto content = trim(line);
  if (content.empty() || is_stars(content) || content.starts_with("- ") || content == "{" || content == "[") return false;
  if (talk_ ? indent == 0 || indent < column_ || content.find(' ') != std::string_view::npos : indent <= column_) return false;
  if (key_line(line).found || content.ends_with(':')) return false;
  count(kind_);
  out += line.substr(0, indent);
  out += "\"***\"";
  out += line_end(line);
  out += '\n';
  return true;
}

/// The argument of the option in the line before, in YAML's and in JSON's lists.
bool Lines::argument(std::string_view line, std::string& out) {
  state_ = State::none;
  auto begin = indent_of(line);
  if (begin != column_ || begin >= line.size()) return false;
  const bool yaml = line.substr(begin).starts_with("- ");
  if (yaml) begin += 2 + indent_of(line.substr(begin + 2));
  auto value = trim(line.substr(begin));
  if (value.ends_with(',')) value.remove_suffix(1);
  const bool quoted = bare(value) != value;
  if (value.empty() || is_stars(value) || bare(value).starts_with('-') || bare(value).starts_with('$') || (!yaml && !quoted)) return false;
  count(kind_);
  const std::string sign(1, quoted ? value.front() : '"');
  out += line.substr(0, begin);
  out += sign + "***" + sign;
  out += line.substr(begin + value.size());
  out += '\n';
  return true;
}

/// name: DB_PASSWORD, and its value a line or two below.
bool Lines::pair(std::string_view line, std::string& out) {
  const auto parts = key_line(line);
  if (lines_ > 2 || !parts.found || parts.column != column_) {
    state_ = State::none;
    return false;
  }
  if (parts.key != "value") return false;
  state_ = State::none;
  if (is_block_sign(parts.value)) {
    enter(State::block, kind_, parts.column);
    put(line, out);
    return true;
  }
  std::uint32_t hidden = 0;
  out += hide_value(line, parts, hidden);
  out += '\n';
  if (hidden != 0) count(kind_, hidden);
  return true;
}

/// Holds a Kubernetes object from its data on until its kind is known.
bool Lines::object(std::string_view line, std::string& out, int nesting) {
  const auto indent = indent_of(line);
  const bool blank = indent >= line.size();
  if (!blank && (indent < column_ || line.starts_with("---"))) {
    settle(secret_column_ == column_, out, nesting);
    return false;
  }
  held_.append(line).push_back('\n');
  if (indent == column_) {
    const auto parts = key_line(line);
    if (parts.found && parts.column == column_ && parts.key == "kind") {
      const bool secret = bare(parts.value) == "Secret";
      secret_column_ = secret ? column_ : std::string::npos;
      settle(secret, out, nesting);
      return true;
    }
  }
  if (held_.size() > k_longest_object) settle(secret_column_ == column_, out, k_most_nested);
  return true;
}

void Lines::settle(bool secret, std::string& out, int nesting) {
  state_ = State::none;
  const auto held = std::move(held_);
  held_.clear();
  const auto column = column_;
  const auto last = number_;
  number_ = held_from_ - 1;
  bool in_data = false;
  bool first = true;
  std::size_t entries = std::string::npos;
  for (std::size_t at = 0; at < held.size();) {
    const auto end = held.find('\n', at);
    const auto line = std::string_view(held).substr(at, end - at);
    at = end + 1;
    ++number_;
    const auto indent = indent_of(line);
    if (secret && indent < line.size() && indent <= column) {
      const auto parts = key_line(line);
      in_data = parts.found && parts.column == column && (parts.key == "data" || parts.key == "stringData");
      entries = std::string::npos;
      state_ = State::none;
    } else if (secret && in_data) {
      secret_map(line, out, entries);
      continue;
    }
    if (secret || first) {
      first = false;
      if (state_ == State::none) {
        open_state(line);
        write(line, out);
        continue;
      }
    }
    take(line, out, secret ? k_most_nested : nesting + 1);
  }
  // What was opened by the last of them goes on; an object within doesn't.
  if (state_ == State::object) settle(false, out, k_most_nested);
  number_ = last;
}

/// A line of a Secret's data.
void Lines::secret_map(std::string_view line, std::string& out, std::size_t& entries) {
  const auto indent = indent_of(line);
  const auto parts = key_line(line);
  if (indent >= line.size() || is_stars(trim(line)) || trim(line) == "}" || trim(line) == "},") {
    put(line, out);
    return;
  }
  if (entries == std::string::npos) entries = indent;
  if (indent <= entries && parts.found) {
    const bool docker = parts.key == ".dockerconfigjson" || parts.key == ".dockercfg";
    if (is_block_sign(parts.value) || parts.value.empty() || (docker && has_secret(line))) return write(line, out);
    if (docker && (contains(line, " eyJ") || contains(line, "\"eyJ"))) return write(line, out);  // its secrets are out of it already
    std::uint32_t hidden = 0;
    out += hide_value(line, parts, hidden);
    out += '\n';
    if (hidden != 0) count(SecretKind::secret, hidden);
    return;
  }
  count(SecretKind::secret);
  hide(line, out);
}

/// Files that are secret by their place.
bool Lines::by_path(std::string_view line, std::string& out) {
  const auto content = trim(line);
  if (path_ == Path::any || content.empty() || content.starts_with('#')) return false;
  if (path_ == Path::secret) {
    if (is_stars(content)) return false;
    count(SecretKind::token);
    hide(line, out);
    return true;
  }
  if (path_ == Path::shadow) {
    const auto first = line.find(':');
    const auto second = first == std::string_view::npos ? first : line.find(':', first + 1);
    if (second == std::string_view::npos || second - first < 5) return false;  // *, !, x, !!, ***
    count(SecretKind::password_hash);
    write(std::string(line.substr(0, first + 1)) + "***" + std::string(line.substr(second)), out);
    return true;
  }
  if (path_ == Path::netrc) {
    const auto name = line.find("password ");
    if (name == std::string_view::npos) return false;
    const auto begin = line.find_first_not_of(' ', name + 9);
    if (begin == std::string_view::npos) return false;
    const auto end = std::min(line.find_first_of(" \t\r", begin), line.size());
    if (is_stars(line.substr(begin, end - begin))) return false;
    count(SecretKind::password);
    write(std::string(line.substr(0, begin)) + "***" + std::string(line.substr(end)), out);
    return true;
  }
  // All of the line is the variable's.
  auto name = content.substr(0, content.find('='));
  const auto sign = line.find('=');
  if (sign == std::string_view::npos) return false;
  if (name.starts_with("export ")) name = trim(name.substr(7));
  const auto kind = secret_of_name(name);
  const auto value = trim(line.substr(sign + 1));
  if (!kind || *kind == SecretKind::credentials || value.empty() || is_stars(value) || value == "true" || value == "false" ||
      value.front() == '/' || value.front() == '$')
    return false;
  count(*kind);
  const char quote = value.front();
  const bool quoted = (quote == '"' || quote == '\'') && value.size() > 1 && value.back() == quote;
  out += line.substr(0, sign + 1);
  out += quoted ? std::string(1, quote) + "***" + quote : std::string(k_stars);
  out += line_end(line);
  out += '\n';
  return true;
}

std::size_t Lines::part(std::string_view text, std::string& out, bool& open) {
  number_ = read_ + 1;
  SecretCounts counts{};
  std::string shown;
  std::size_t used = 0;
  open = false;
  if (contains(text, "Secret") && contains(text, "ata\"")) {
    // A list of objects: hidden is what stands in any data.
    used = text.find_last_of(",}") + 1;
    if (used == 0) used = text.size();
    std::uint32_t hidden = 0;
    shown = hide_secret_objects(text.substr(0, used), hidden, true);
    counts[static_cast<std::size_t>(SecretKind::secret)] += hidden;
    shown = redact(shown, counts);
  } else {
    used = redact_part(text, counts, shown, open);
  }
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts[i] != 0) count(static_cast<SecretKind>(i), counts[i]);
  out += with_stand_ins(shown);
  return used;
}

}  // namespace unsnag::redaction
