// SPDX-License-Identifier: Apache-2.0
#include "report/setting.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace unsnag::report {
namespace {

enum class Form { toml, yaml, json, assignment };

/// The first that stands in the file's name tells its form.
struct Mark {
  std::string_view in_file;
  Form form;
};
constexpr std::array<Mark, 17> k_marks{{{".toml", Form::toml},
                                        {"(TOML)", Form::toml},
                                        {"crio.conf", Form::toml},
                                        {"registries.conf", Form::toml},
                                        {".part", Form::toml},
                                        {"spec.containerd.config", Form::toml},
                                        {"sysctl.d", Form::toml},
                                        {".json", Form::json},
                                        {"kubelet.conf.d", Form::yaml},
                                        {".yaml", Form::yaml},
                                        {"machine configuration", Form::yaml},
                                        {"NodeConfig", Form::yaml},
                                        {"KubeletConfig", Form::yaml},
                                        {"systemd", Form::assignment},
                                        {"/etc/default", Form::assignment},
                                        {"ecs.config", Form::assignment},
                                        {"containerd-env", Form::assignment}}};

bool is_variable(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; });
}

Form form_of(std::string_view file, std::string_view key) {
  if (key.starts_with("--") || is_variable(key)) return Form::assignment;
  for (const auto& mark : k_marks)
    if (contains(file, mark.in_file)) return mark.form;
  for (const std::string_view tree : {"settings.", "net.", "fs.", "kernel."})
    if (key.starts_with(tree)) return Form::toml;
  // What is named without a file is a field of an object of Kubernetes or of a cloud.
  return Form::yaml;
}

std::string line_of(std::string_view key, std::string_view value, Form form) {
  const std::string name(key), set_to(value);
  if (value.empty()) return name;
  switch (form) {
    case Form::toml: return name + " = " + set_to;
    case Form::yaml: return name + ": " + set_to;
    case Form::json: return '"' + name + "\": " + set_to;
    case Form::assignment: return name + '=' + set_to;
  }
  return name;
}

std::vector<std::string_view> listed(std::string_view text) {
  std::vector<std::string_view> parts;
  for (auto comma = text.find(", "); comma != std::string_view::npos; comma = text.find(", ")) {
    parts.push_back(text.substr(0, comma));
    text.remove_prefix(comma + 2);
  }
  parts.push_back(text);
  return parts;
}

}  // namespace

std::vector<std::string> setting_lines(std::string_view file, std::string_view key, std::string_view value) {
  std::vector<std::string> lines;
  // "[plugins."io.containerd.grpc.v1.cri"] key": the table has a line of its own.
  if (const auto end = key.find("] "); key.starts_with('[') && end != std::string_view::npos) {
    lines.emplace_back(key.substr(0, end + 1));
    key.remove_prefix(end + 2);
  }
  if (key.empty()) return lines;
  const auto form = form_of(file, lines.empty() ? key : std::string_view());
  const auto keys = listed(key), values = listed(value);
  if (keys.size() == values.size() || value.empty()) {
    for (std::size_t i = 0; i < keys.size(); ++i) lines.push_back(line_of(keys[i], value.empty() ? value : values[i], form));
  } else {
    lines.push_back(line_of(key, value, form));
  }
  return lines;
}

}  // namespace unsnag::report
