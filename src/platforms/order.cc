// SPDX-License-Identifier: Apache-2.0
#include "platforms/order.h"

#include <algorithm>
#include <cctype>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "platforms/containerd.h"
#include "platforms/versions.h"
#include "platforms/write.h"

namespace unsnag::platforms {
namespace {

using settings::Setting;
using settings::Target;

constexpr std::size_t k_head_width = 108;

void add_row(std::string& out, std::string_view mark, std::string_view label, std::string_view text) {
  bool first = true;
  for (const auto& line : wrap(text, k_head_width - 12)) {
    out += fmt::format("{}{:<11} {}\n", mark, std::exchange(first, false) ? label : "", line);
  }
}

std::string secretless(const Setting& setting) {
  return setting.target == Target::file ? fmt::format("{} ({} bytes)", settings::describe(setting), setting.value.size())
                                        : redact(settings::describe(setting));
}

bool made_of(std::string_view text, std::string_view others) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](unsigned char c) {
    return std::isalnum(c) != 0 || others.find(static_cast<char>(c)) != std::string_view::npos;
  });
}

bool one_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; });
}

bool plain_path(std::string_view path) {
  return path.size() > 1 && path.front() == '/' && path.back() != '/' && one_line(path) &&
         path.find_first_of(" '\"\\$`*?") == std::string_view::npos && !contains(path, "/../") && !contains(path, "//") &&
         !contains(path, "/./");
}

// Names go into scripts, units and paths: only what such a name is made of passes.
bool plain_key(const Setting& setting) {
  switch (setting.target) {
    case Target::kubelet_flag:
    case Target::cri_dockerd_flag: return made_of(setting.key, "-") && setting.key.front() != '-';
    case Target::kubelet_config: return made_of(setting.key, ".-_/");
    case Target::containerd:
    case Target::crio: return made_of(setting.key, "._-\"'/:");
    case Target::docker: return made_of(setting.key, "-_.");
    case Target::environment: return made_of(setting.key, "_") && made_of(setting.unit, "-_.@:");
    case Target::unit: return made_of(setting.key, ".-") && contains(setting.key, ".") && made_of(setting.unit, "-_.@:");
    case Target::sysctl: return made_of(setting.key, "._-/");
    case Target::file: return plain_path(setting.key);
  }
  return false;
}

}  // namespace

Settings Order::take(Target target) {
  return take_if([&](const Setting& setting) { return setting.target == target; });
}

Settings Order::take_if(const std::function<bool(const Setting&)>& is_it) {
  Settings out;
  const auto rest = std::stable_partition(rest_.begin(), rest_.end(), [&](const auto& setting) { return !is_it(setting); });
  std::move(rest, rest_.end(), std::back_inserter(out));
  rest_.erase(rest, rest_.end());
  taken_.insert(taken_.end(), out.begin(), out.end());
  return out;
}

bool Order::has(Target target) const {
  return has_if([&](const Setting& setting) { return setting.target == target; });
}

bool Order::has_if(const std::function<bool(const Setting&)>& is_it) const { return std::any_of(rest_.begin(), rest_.end(), is_it); }

void Order::already_there(const std::function<bool(const Setting&)>& is_it, std::string_view why) {
  const auto there = std::stable_partition(rest_.begin(), rest_.end(), [&](const auto& setting) { return !is_it(setting); });
  for (auto at = there; at != rest_.end(); ++at) {
    notes.push_back(fmt::format("{} is not in here: {}", secretless(*at), why));
    there_.push_back(fmt::format("{}: {}", secretless(*at), why));
  }
  rest_.erase(there, rest_.end());
}

void Order::leave_out(const std::function<std::string(const Setting&)>& why) {
  for (const auto& setting : rest_) {
    auto reason = why(setting);
    const auto known = std::find_if(left_out_.begin(), left_out_.end(), [&](const auto& one) { return one.first == reason; });
    if (known == left_out_.end()) left_out_.emplace_back(std::move(reason), secretless(setting));
    else known->second += ", and " + secretless(setting);
  }
  rest_.clear();
}

std::vector<std::string> Order::left_out() const {
  std::vector<std::string> out;
  for (const auto& [why, what] : left_out_) out.push_back(fmt::format("{}: {}", what, why));
  return out;
}

std::vector<std::string> Order::all_versions() const {
  auto out = versions;
  for (const auto& setting : taken_) {
    auto known = known_to(setting);
    if (!known.empty() && std::find(out.begin(), out.end(), known) == out.end()) out.push_back(std::move(known));
  }
  return out;
}

Error Order::unsupported(std::string_view platform_title) const {
  auto reasons = left_out();
  if (reasons.empty() && there_.empty()) return {Errc::unsupported, fmt::format("{} has all of it already", platform_title)};
  reasons.insert(reasons.end(), there_.begin(), there_.end());
  return {Errc::unsupported, fmt::format("{}", fmt::join(reasons, "; "))};
}

std::string Order::name() const { return context.cause.empty() ? "unsnag" : fmt::format("unsnag-{}", context.cause); }

std::string head_comment(const Order& order, const Head& head, std::string_view mark) {
  const auto& context = order.context;
  std::string out;
  if (!context.cause_title.empty())
    out += fmt::format("{}{}{}\n", mark, context.cause_title, context.cause.empty() ? "" : fmt::format(" [{}]", context.cause));
  if (!context.command.empty()) out += fmt::format("{}written by  {}\n", mark, context.command);
  for (const auto& setting : order.taken()) add_row(out, mark, "sets", secretless(setting));
  for (const auto& version : order.all_versions()) add_row(out, mark, "holds for", version);
  add_row(out, mark, "roll out", head.roll_out);
  add_row(out, mark, "in force", head.in_force);
  add_row(out, mark, "take back", head.take_back);
  for (const auto& note : order.notes) add_row(out, mark, "note", note);
  for (const auto& what : order.left_out()) add_row(out, mark, "NOT in here", what);
  return out;
}

Snippet snippet(Order& order, std::string file_name, std::string text) {
  Snippet out;
  out.file_name_suggestion = std::move(file_name);
  out.text = std::move(text);
  out.notes = order.notes;
  for (const auto& what : order.left_out()) out.notes.push_back("not in here: " + what);
  out.versions = order.all_versions();
  return out;
}

Result<void*> check(const Settings& settings, const Context& context) {
  if (settings.empty()) return fail(Errc::invalid_argument, "there is no setting to write");
  for (const auto* const text : {&context.cause, &context.cause_title, &context.command})
    if (!one_line(*text)) return fail(Errc::invalid_argument, "a head's text has a line break or a control character");
  if (!context.cause.empty() && !made_of(context.cause, "-"))
    return fail(Errc::invalid_argument, fmt::format("'{}' is no cause", context.cause));
  const auto kubelet = parse_version(context.kubernetes_version);
  for (const auto& setting : settings) {
    const auto shown = clip(printable(setting.key), 100);
    if (!plain_key(setting)) return fail(Errc::invalid_argument, fmt::format("'{}' can't be written down as a key", shown));
    const bool lines = setting.target == Target::file;
    if (!lines && !(one_line(setting.value) && std::all_of(setting.values.begin(), setting.values.end(), one_line)))
      return fail(Errc::invalid_argument, fmt::format("the value of {} has a line break or a control character", shown));
    if (lines && contains(setting.value, std::string_view("\0", 1)))
      return fail(Errc::invalid_argument, fmt::format("{} is no text", shown));
    const bool flag = setting.target == Target::kubelet_flag || setting.target == Target::cri_dockerd_flag;
    if (flag && !made_of(plain_value(setting), "_-./:=@%+,<>*~"))
      return fail(Errc::invalid_argument, fmt::format("the value of --{} needs quotes, and platforms lose them", shown));
    if (is_dockershim_flag(setting)) {
      if (kubelet && !kubelet->before(1, 24))
        return fail(Errc::unsupported,
                    fmt::format("kubelet {} does not know --{} and would end at each start; since 1.24 the limit is the runtime's own",
                                context.kubernetes_version, setting.key));
      if (context.runtime != Runtime::unknown && context.runtime != Runtime::docker)
        return fail(Errc::unsupported,
                    fmt::format("--{} is read by kubelet's dockershim alone, and these nodes do not use it; the limit is the runtime's own",
                                setting.key));
    }
    if (setting.target == Target::containerd)
      if (auto lacks = containerd_lacks(setting, context); !lacks.empty()) return fail(Errc::unsupported, std::move(lacks));
  }
  return nullptr;
}

}  // namespace unsnag::platforms
