// SPDX-License-Identifier: Apache-2.0
// Causes that one key or two flags cure: a disk that is written to by too many layers at once, kubelet's credential provider,
// images that pods may not use without credentials.
#include <algorithm>

#include <fmt/format.h>

#include "remedy/cures.h"

namespace unsnag::remedy {
namespace {

using settings::Kind;
using settings::Setting;
using settings::Target;

Result<Prescription> prescribe_slow_disk(const node::Root&, const NodeFacts& facts, const Values& values) {
  Setting setting;
  setting.value = values.get("downloads");
  setting.kind = Kind::number;
  if (setting.value == "0") return fail(Errc::invalid_argument, "--downloads: 1 or more");
  switch (facts.runtime) {
    case Runtime::containerd:
      setting.target = Target::containerd;
      setting.key = "max_concurrent_downloads";
      break;
    case Runtime::dockershim:
    case Runtime::cri_dockerd:
      setting.target = Target::docker;
      setting.key = "max-concurrent-downloads";
      break;
    case Runtime::crio:
      return fail(Errc::unsupported, "CRI-O has no setting for how many layers it downloads at once: fewer pulls at a time help there");
    case Runtime::unknown: return fail(Errc::unsupported, "no runtime is found on this node");
  }
  Prescription prescription;
  prescription.settings.push_back(std::move(setting));
  prescription.warnings.emplace_back("this spares the disk, it does not make it quicker: raise its throughput for good");
  return prescription;
}

Setting kubelet_flag(std::string key, std::string value) {
  Setting setting;
  setting.target = Target::kubelet_flag;
  setting.key = std::move(key);
  setting.value = std::move(value);
  return setting;
}

Result<Prescription> prescribe_provider(const node::Root& root, const NodeFacts& facts, const Values& values) {
  const auto config = values.get("provider-config"), folder = values.get("provider-bin-dir");
  if (config.empty() || folder.empty())
    return fail(Errc::invalid_argument,
                "--provider-config FILE (a CredentialProviderConfig) and --provider-bin-dir DIR (with the programs that it names): kubelet "
                "needs both");
  if (!facts.elsewhere && !root.exists(config)) return fail(Errc::invalid_argument, fmt::format("there is no {} on this node", config));
  if (!facts.elsewhere && !root.exists(folder)) return fail(Errc::invalid_argument, fmt::format("there is no {} on this node", folder));
  Prescription prescription;
  prescription.settings.push_back(kubelet_flag("image-credential-provider-config", config));
  prescription.settings.push_back(kubelet_flag("image-credential-provider-bin-dir", folder));
  return prescription;
}

Result<Prescription> prescribe_verification(const node::Root& root, const NodeFacts& facts, const Values& values) {
  if (!facts.kubelet.command.empty() && facts.distribution.empty() &&
      !words_in(root, facts.kubelet.command.front(), {"imagePullCredentialsVerificationPolicy"}).front())
    return fail(Errc::unsupported, "this kubelet has no imagePullCredentialsVerificationPolicy (it came with 1.33)");
  Setting setting;
  setting.target = Target::kubelet_config;
  setting.key = "imagePullCredentialsVerificationPolicy";
  setting.value = values.get("policy");
  Prescription prescription;
  if (setting.value == "NeverVerify")
    prescription.warnings.emplace_back(
        "any pod on the node may then use any image that is there; the pull secret in the pod is the better cure");
  prescription.settings.push_back(std::move(setting));
  return prescription;
}

Result<std::string> check_path(std::string_view value) {
  if (!value.empty() && value.front() == '/') return std::string(value);
  return fail(Errc::invalid_argument, fmt::format("\"{}\" is no absolute path", value));
}

Result<std::string> check_policy(std::string_view value) {
  for (const auto one : {"NeverVerify", "NeverVerifyPreloadedImages", "NeverVerifyAllowlistedImages", "AlwaysVerify"})
    if (value == one) return std::string(value);
  return fail(Errc::invalid_argument,
              fmt::format("\"{}\" is none of NeverVerify, NeverVerifyPreloadedImages, NeverVerifyAllowlistedImages, "
                          "AlwaysVerify",
                          value));
}

}  // namespace

const Cure k_slow_disk{"slow-disk",
                       "fewer layers of an image are written at once",
                       {{"downloads", "N", "2", "layers of an image at once", check_count}},
                       prescribe_slow_disk};

const Cure k_credential_provider_failure{"credential-provider-failure",
                                         "kubelet's credential provider, where it is not named or not rightly",
                                         {{"provider-config", "FILE", "", "the CredentialProviderConfig on the node", check_path},
                                          {"provider-bin-dir", "DIR", "", "the folder of its programs on the node", check_path}},
                                         prescribe_provider};

const Cure k_image_verification_of_credentials{
    "image-verification-of-credentials",
    "when kubelet wants credentials for images that are on the node already",
    {{"policy", "POLICY", "NeverVerifyPreloadedImages", "NeverVerify, NeverVerifyPreloadedImages or AlwaysVerify", check_policy}},
    prescribe_verification};

}  // namespace unsnag::remedy
