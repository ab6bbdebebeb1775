// SPDX-License-Identifier: Apache-2.0
#include "platforms/user_data.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/document.h"
#include "base/text.h"
#include "edit/flags.h"
#include "edit/toml.h"
#include "edit/yaml.h"
#include "platforms/containerd.h"
#include "platforms/eks.h"
#include "platforms/versions.h"
#include "platforms/write.h"

namespace unsnag::platforms {
namespace {

using settings::Setting;
using settings::Target;

constexpr std::string_view k_bootstrap = "/etc/eks/bootstrap.sh";

edit::Path operator+(edit::Path path, std::vector<std::string> more) {
  path.insert(path.end(), more.begin(), more.end());
  return path;
}

// The value at `path` of the document that its first step picks ("[kind=…]"), or of the only one.
const Value& value_at(const std::vector<Value>& documents, const edit::Path& path) {
  static const Value nothing;
  const Value* at = documents.empty() ? &nothing : &documents[0];
  for (std::size_t i = 0; i < path.size(); ++i) {
    const auto& step = path[i];
    const bool selector = step.size() > 2 && step.front() == '[' && step.back() == ']';
    if (!selector) {
      at = &(*at)[step];
      continue;
    }
    const auto inside = std::string_view(step).substr(1, step.size() - 2);
    const auto equals = inside.find('=');
    const Value* found = &nothing;
    const auto matches = [&](const Value& one) {
      return equals != std::string_view::npos && one[inside.substr(0, equals)].scalar == inside.substr(equals + 1);
    };
    if (i == 0) {
      for (const auto& document : documents)
        if (matches(document)) found = &document;
    } else {
      for (const auto& [key, item] : at->entries)
        if (matches(item)) found = &item;
    }
    at = found;
  }
  return *at;
}

Result<std::string> patch_script(std::string_view script, Order& order, const Escape& escape) {
  std::string out(script);
  for (const auto& flag : order.take(Target::kubelet_flag)) {
    TRY_ASSIGN(out, edit::set_script_flag(out, "bootstrap.sh", flag.key, plain_value(flag), "kubelet-extra-args"));
  }
  const auto prelude = al2_script(order, false);
  if (prelude.empty()) return out;
  const auto block = escape(al2_block(order, prelude));
  const auto begin = out.find(fmt::format("# {}: begin\n", order.name()));
  const auto end_line = fmt::format("# {}: end\n", order.name());
  if (const auto end = out.find(end_line, begin == std::string::npos ? 0 : begin); begin != std::string::npos && end != std::string::npos) {
    out.replace(begin, end + end_line.size() - begin, block);
    return out;
  }
  // Before the line that begins the call, where the indentation lets a here-document end.
  std::size_t line = 0;
  for (auto at = out.find(k_bootstrap); at != std::string::npos; at = out.find(k_bootstrap, at + 1)) {
    line = at == 0 ? 0 : out.rfind('\n', at - 1) + 1;
    if (trim(std::string_view(out).substr(line, at - line)).empty() || contains(std::string_view(out).substr(line, at - line), "exec")) {
      if (at != line && out[line] == ' ')
        return fail(Errc::unsupported, "the call of bootstrap.sh is moved in: put the lines that --print writes before it by hand");
      out.insert(line, block);
      return out;
    }
  }
  return fail(Errc::not_found, fmt::format("no line begins with {}", k_bootstrap));
}

struct Part {
  std::size_t begin = 0, body = 0, end = 0;  // of the boundary line; of the body; of the next boundary line
};

// The part of a multi-part text that has a NodeConfig.
Result<Part> node_config_part(std::string_view text, std::string& boundary) {
  const auto at = text.find("boundary=");
  if (at == std::string_view::npos) return fail(Errc::malformed, "a text of several parts without a boundary");
  auto rest = text.substr(at + 9);
  rest = rest.substr(0, rest.find_first_of("\r\n;"));
  rest = trim(rest);
  if (!rest.empty() && (rest.front() == '"' || rest.front() == '\'')) rest = rest.substr(1, rest.find(rest.front(), 1) - 1);
  if (rest.empty()) return fail(Errc::malformed, "a text of several parts without a boundary");
  boundary = fmt::format("--{}", rest);
  std::vector<std::size_t> bounds;
  for (auto from = text.find(boundary); from != std::string_view::npos; from = text.find(boundary, from + 1))
    if (from == 0 || text[from - 1] == '\n') bounds.push_back(from);
  for (std::size_t i = 0; i + 1 < bounds.size(); ++i) {
    const auto part = text.substr(bounds[i], bounds[i + 1] - bounds[i]);
    if (!contains(part, "kind: NodeConfig") && !contains(part, "\"NodeConfig\"")) continue;
    auto blank = part.find("\n\n");
    std::size_t size = 2;
    if (const auto other = part.find("\r\n\r\n"); other < blank) blank = other, size = 4;
    if (blank == std::string_view::npos) return fail(Errc::malformed, "a part without an empty line behind its headers");
    return Part{bounds[i], bounds[i] + blank + size, bounds[i + 1]};
  }
  return fail(Errc::not_found, "no part of it has a NodeConfig");
}

Result<std::string> patch_parts(std::string_view text, Order& order, const Escape& escape) {
  std::string boundary;
  TRY_ASSIGN(const auto part, node_config_part(text, boundary));
  TRY_ASSIGN(const auto changed, patch_node_config(text.substr(part.body, part.end - part.body), order));
  auto out = fmt::format("{}{}{}", text.substr(0, part.body), changed, text.substr(part.end));
  const auto rest = al2023_parts(order);
  if (rest.script.empty()) return out;
  const auto script = fmt::format("{}\nContent-Type: text/x-shellscript; charset=\"utf-8\"\n\n#!/bin/sh\n# {}\n{}\n", boundary,
                                  order.name(), escape(rest.script.text()));
  if (contains(out, script)) return out;
  if (contains(out, fmt::format("#!/bin/sh\n# {}\n", order.name())))
    return fail(Errc::unsupported,
                fmt::format("a part named {} is in it already, and says something else: take it out first", order.name()));
  out.insert(part.begin, script);
  return out;
}

}  // namespace

const Value* document_of(const std::vector<Value>& documents, std::string_view kind) {
  const auto found = std::find_if(documents.begin(), documents.end(), [&](const auto& one) { return one["kind"].scalar == kind; });
  return found == documents.end() ? nullptr : &*found;
}

edit::NewValue new_value(const Setting& setting) {
  using Kind = edit::NewValue::Kind;
  switch (setting.kind) {
    case settings::Kind::list: return edit::list_value(setting.values);
    case settings::Kind::boolean: return {Kind::boolean, setting.value, {}};
    case settings::Kind::number: return {Kind::number, setting.value, {}};
    case settings::Kind::text: break;
  }
  return edit::text_value(setting.value);
}

Result<std::string> set_kubelet_keys(std::string_view yaml, const edit::Path& path, const Settings& keys) {
  std::string out(yaml);
  for (const auto& setting : keys) {
    const auto [key, child] = kubelet_key(setting.key);
    TRY_ASSIGN(out, edit::set_yaml(out, path + (child.empty() ? std::vector<std::string>{key} : std::vector<std::string>{key, child}),
                                   new_value(setting)));
  }
  return out;
}

Result<std::string> set_containerd_keys(std::string_view toml, const Settings& keys, const Context& context, int otherwise) {
  const auto file = parse_toml(toml);
  int version = fragment_version(keys, context, otherwise);
  if (contains(toml, "io.containerd.cri.v1.images")) version = 3;
  else if (contains(toml, "io.containerd.grpc.v1.cri")) version = 2;
  if (file && (*file)["version"].scalar.size() == 1) version = (*file)["version"].scalar[0] - '0';
  if (trim(toml).empty()) return containerd_fragment(keys, version);
  std::string out(toml);
  for (const auto& setting : keys) {
    TRY_ASSIGN(out, edit::set_toml(out, containerd_path(setting.key, version), new_value(setting)));
  }
  return out;
}

Result<std::string> add_map_to_list(std::string_view yaml, const edit::Path& path, std::string_view lines) {
  constexpr std::string_view k_mark = "unsnag-places-an-item-here";
  TRY_ASSIGN(const auto documents, parse_yaml(yaml));
  const auto& list = value_at(documents, path);
  std::string text(yaml);
  std::size_t at = 0;
  std::size_t end = 0;
  if (list.is_list() && !list.entries.empty()) {
    const auto line = list.entries[0].second.line;
    for (std::uint64_t i = 1; i < line && at < text.size(); ++i) at = text.find('\n', at) + 1;
    end = at;
  } else {
    TRY_ASSIGN(text, edit::set_yaml(yaml, path, edit::list_value({std::string(k_mark)})));
    const auto mark = text.find(k_mark);
    if (mark == std::string::npos) return fail(Errc::unsupported, "a list could not be begun there");
    at = text.rfind('\n', mark) + 1;
    end = std::min(text.find('\n', mark) + 1, text.size());
  }
  const auto blanks = text.find_first_not_of(' ', at);
  if (blanks == std::string::npos || text[blanks] != '-')
    return fail(Errc::unsupported, "the list is written between brackets: add the item by hand");
  const auto depth = blanks - at;
  // A comment above the first item is that item's, and stays with it.
  while (end == at && at > 0) {
    const auto above = at == 1 ? 0 : text.rfind('\n', at - 2) + 1;
    if (trim(std::string_view(text).substr(above, at - above)).substr(0, 1) != "#") break;
    at = end = above;
  }
  auto item = indent(lines, depth + 2);
  item[depth] = '-';
  text.replace(at, end - at, item);
  return text;
}

Result<void*> all_taken(Order& order, std::string_view title, const std::function<std::string(const Setting&)>& why) {
  order.leave_out(why);
  if (!order.left_out().empty()) return tl::unexpected(order.unsupported(title));
  return nullptr;
}

Result<std::string> patch_node_config(std::string_view yaml, Order& order) {
  const edit::Path spec = {"[kind=NodeConfig]", "spec"};
  TRY_ASSIGN(auto out, set_kubelet_keys(yaml, spec + std::vector<std::string>{"kubelet", "config"}, order.take(Target::kubelet_config)));
  if (const auto flags = order.take_if([](const Setting& one) { return one.target == Target::kubelet_flag && !is_dockershim_flag(one); });
      !flags.empty()) {
    TRY_ASSIGN(const auto documents, parse_yaml(out));
    std::vector<std::string> all;
    for (const auto& [key, item] : value_at(documents, spec + std::vector<std::string>{"kubelet", "flags"}).entries)
      all.push_back(item.scalar);
    for (const auto& flag : flags) {
      const auto start = fmt::format("--{}=", flag.key);
      const auto same = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.rfind(start, 0) == 0; });
      if (same != all.end()) *same = start + plain_value(flag);
      else all.push_back(start + plain_value(flag));
    }
    TRY_ASSIGN(out, edit::set_yaml(out, spec + std::vector<std::string>{"kubelet", "flags"}, edit::list_value(all)));
  }
  if (const auto keys = order.take(Target::containerd); !keys.empty()) {
    const auto path = spec + std::vector<std::string>{"containerd", "config"};
    const auto old = edit::get_yaml(out, path);
    if (!old && old.error().code != Errc::not_found) return tl::unexpected(old.error());
    TRY_ASSIGN(const auto toml, set_containerd_keys(old ? *old : std::string(), keys, order.context, 2));
    TRY_ASSIGN(out, edit::set_yaml(out, path, edit::text_value(toml)));
  }
  return out;
}

Result<std::string> patch_user_data(std::string_view user_data, Order& order, const Escape& escape) {
  if (contains(user_data, "MIME-Version:") && contains(user_data, "NodeConfig")) return patch_parts(user_data, order, escape);
  if (contains(user_data, "kind: NodeConfig")) return patch_node_config(user_data, order);
  if (contains(user_data, k_bootstrap)) return patch_script(user_data, order, escape);
  return fail(Errc::not_found, fmt::format("neither a NodeConfig nor a call of {} is in the user data", k_bootstrap));
}

}  // namespace unsnag::platforms
