// SPDX-License-Identifier: Apache-2.0
// kubelet's configuration objects (KubeletConfiguration as a file, as /configz answers, as nodeadm's NodeConfig
// holds it) and the credential providers it may ask. Only what has a say in image pulls, garbage collection and
// credentials is taken.
#include <array>

#include "base/text.h"
#include "readers/node_parts.h"

namespace unsnag::readers::node {
namespace {

constexpr std::array<std::string_view, 20> k_scalars{"serializeImagePulls",
                                                     "maxParallelImagePulls",
                                                     "registryPullQPS",
                                                     "registryBurst",
                                                     "imageGCHighThresholdPercent",
                                                     "imageGCLowThresholdPercent",
                                                     "imageMinimumGCAge",
                                                     "imageMaximumGCAge",
                                                     "runtimeRequestTimeout",
                                                     "imagePullCredentialsVerificationPolicy",
                                                     "containerRuntimeEndpoint",
                                                     "imageServiceEndpoint",
                                                     "evictionPressureTransitionPeriod",
                                                     "eventRecordQPS",
                                                     "eventBurst",
                                                     "maxPods",
                                                     "podPidsLimit",
                                                     "enableSystemLogQuery",
                                                     "cgroupDriver",
                                                     "failSwapOn"};

std::string list_of(const Value& list) {
  std::vector<std::string> parts;
  for (const auto& [unused, entry] : list.entries) {
    if (entry.is_scalar() && parts.size() < 64) parts.push_back(entry.scalar);
  }
  return join(parts);
}

void kubelet_configuration(const Value& config, std::string_view origin, Notes& notes) {
  for (std::string_view key : k_scalars) {
    if (config[key].is_scalar()) notes.setting("kubelet", key, config[key].scalar, origin, config[key].line);
  }
  for (std::string_view table : {"evictionHard", "evictionSoft", "featureGates", "logging"}) {
    std::size_t count = 0;
    for (const auto& [key, value] : config[table].entries) {
      if (++count > 64) break;
      if (value.is_scalar()) notes.setting("kubelet", std::string(table) + "." + key, value.scalar, origin, value.line);
    }
  }
  notes.setting("kubelet", "preloadedImagesVerificationAllowlist", list_of(config["preloadedImagesVerificationAllowlist"]), origin,
                config["preloadedImagesVerificationAllowlist"].line);

  double parallel = 0;
  const Value& max = config["maxParallelImagePulls"];
  if (config["serializeImagePulls"].scalar != "false" && config["serializeImagePulls"] && parse_number(max.scalar, parallel) &&
      parallel > 1) {
    // pkg/kubelet/apis/config/validation: kubelet does not start.
    notes.oddity("kubelet", "maxParallelImagePulls", max.scalar, "refused", max.line);
  }
  // The dockershim's deadline never had a key here; kubelet's strict decoding refuses the file.
  for (std::string_view key : {"imagePullProgressDeadline", "image-pull-progress-deadline"}) {
    if (config[key]) notes.oddity("kubelet", key, config[key].scalar, "unknown-key", config[key].line);
  }
}

void credential_providers(const Value& config, Notes& notes) {
  notes.reader = "reader.credential-providers";
  std::size_t count = 0;
  for (const auto& [unused, provider] : config["providers"].entries) {
    if (++count > 64) break;
    const std::string name = provider["name"].scalar;
    const Value& images = provider["matchImages"];
    notes.add(make_fact("credential-provider", {{"plugin", name},
                                                {"match", list_of(images)},
                                                {"cache", provider["defaultCacheDuration"].scalar},
                                                {"api", provider["apiVersion"].scalar},
                                                {"args", list_of(provider["args"])}}),
              provider["name"].line);
    if (!images.is_list() || images.entries.empty()) {
      notes.oddity("kubelet", "matchImages", name, "refused", provider["name"].line);
    }
    for (const auto& [no_key, pattern] : images.entries) {
      // Patterns match host, port and path prefix; a scheme or a bare * never matches an image.
      if (contains(pattern.scalar, "://") || pattern.scalar == "*")
        notes.oddity("kubelet", "matchImages", pattern.scalar, "never-matches", pattern.line);
    }
  }
}

/// nodeadm's NodeConfig of EKS AL2023.
void node_config(const Value& document, Notes& notes) {
  const Value& kubelet = document.at({"spec", "kubelet"});
  kubelet_configuration(kubelet["config"], "file", notes);
  std::vector<Word> words{{"kubelet", kubelet["flags"].line}};
  for (const auto& [unused, flag] : kubelet["flags"].entries) {
    for (std::string_view part : split_words(flag.scalar)) words.push_back({std::string(part), flag.line});
  }
  command_flags(words, notes);
  const Value& text = document.at({"spec", "containerd", "config"});
  if (text.is_scalar() && !text.scalar.empty()) {
    if (const Result<Value> inner = parse_toml(text.scalar)) {
      // The lines of the inner document are not the file's; the block's own line stands for all of them.
      File file{notes.path(), text.scalar, notes.node()};
      Notes nested(file, notes.sink(), notes.first_line() + text.line);
      nested.real_path = "spec.containerd.config";
      containerd_config(*inner, nested);
    }
  }
  notes.add(make_fact("platform", {{"name", "eks-al2023"}, {"by", "nodeadm NodeConfig"}}), 1, timeline::Certainty::inferred);
}

/// k3s and RKE2 keep kubelet's flags in their own configuration file.
bool rancher_config(const Value& document, Notes& notes) {
  const Value& arguments = document["kubelet-arg"];
  if (!arguments) return false;
  notes.reader = "reader.rancher-config";
  std::vector<Word> words{{"kubelet", arguments.line}};
  const auto add = [&](const Value& value) {
    words.push_back({value.scalar.starts_with("--") ? value.scalar : "--" + value.scalar, value.line});
  };
  if (arguments.is_scalar()) add(arguments);
  for (const auto& [unused, argument] : arguments.entries) add(argument);
  command_flags(words, notes);
  return true;
}

}  // namespace

bool kubelet_document(const Value& document, Notes& notes) {
  notes.reader = "reader.kubelet-config";
  const std::string& kind = document["kind"].scalar;
  if (kind == "KubeletConfiguration") {
    const std::string_view folder = parent_name(notes.real_path.empty() ? notes.path() : std::string_view(notes.real_path));
    kubelet_configuration(document, folder.ends_with(".d") ? "drop-in" : "file", notes);
    return true;
  }
  if (document["kubeletconfig"].is_map()) {  // GET /configz
    kubelet_configuration(document["kubeletconfig"], "effective", notes);
    return true;
  }
  if (kind == "CredentialProviderConfig") {
    credential_providers(document, notes);
    return true;
  }
  if (kind == "NodeConfig" && contains(document["apiVersion"].scalar, "node.eks.aws")) {
    node_config(document, notes);
    return true;
  }
  if (kind == "Config" && document["clusters"] && document["users"]) return true;  // a kubeconfig: nothing to say, secrets inside
  return rancher_config(document, notes);
}

}  // namespace unsnag::readers::node
