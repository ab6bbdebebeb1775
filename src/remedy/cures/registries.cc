// SPDX-License-Identifier: Apache-2.0
// Causes that a registry's own file cures: a mirror that is wrong, a registry that speaks plain HTTP, one whose CA the
// runtime does not trust. containerd reads hosts.toml and CA files at each pull, so that nothing has to be restarted.
#include <fmt/format.h>

#include "base/text.h"
#include "edit/json.h"
#include "edit/toml.h"
#include "remedy/containerd_files.h"
#include "remedy/cures.h"
#include "remedy/placing.h"

namespace unsnag::remedy {
namespace {

using settings::Kind;
using settings::Setting;
using settings::Target;

constexpr std::string_view k_certs = "/etc/containerd/certs.d";

Setting file_setting(std::string path, std::string content) {
  Setting setting;
  setting.target = Target::file;
  setting.key = std::move(path);
  setting.value = std::move(content);
  return setting;
}

std::string upstream_of(const std::string& registry) {
  return registry == "docker.io" ? std::string("https://registry-1.docker.io") : "https://" + registry;
}

/// The folder that containerd looks for hosts.toml in; sets config_path where nothing does.
Result<std::string> certs_folder(const node::Root& root, const NodeFacts& facts, Prescription& prescription) {
  if (!facts.distribution.empty())
    return fail(Errc::unsupported, fmt::format("{} writes its registries anew at each start: put it into /etc/rancher/{}/registries.yaml",
                                               facts.distribution, facts.distribution));
  TRY_ASSIGN(const auto files, read_containerd_files(root, facts.containerd_config));
  const int version = files.has_main ? files.version : facts.is_containerd_2 ? 3 : 2;
  auto path = image_table(version);
  path.insert(path.end(), {"registry", "config_path"});
  std::string now;
  for (const auto& file : files.files)
    if (const auto& value = value_at(file.document, path); value.is_scalar()) now = value.scalar;
  // A list as of PATH: each folder is looked into, the first one first.
  if (!now.empty()) return std::string(split(now, ':').front());
  auto old = image_table(version);
  old.insert(old.end(), {"registry", "mirrors"});
  for (const auto& file : files.files)
    if (value_at(file.document, old).is_map())
      return fail(Errc::unsupported,
                  fmt::format("{} has registry.mirrors, which containerd does not take together with hosts.toml: change it there, or "
                              "move it to {} first",
                              file.path, k_certs));
  Setting setting;
  setting.target = Target::containerd;
  setting.key = "registry.config_path";
  setting.value = k_certs;
  prescription.settings.push_back(std::move(setting));
  return std::string(k_certs);
}

Result<std::string> text_of(const node::Root& root, const std::string& path) {
  auto text = root.read(path);
  if (text) return std::move(*text);
  if (text.error().code == Errc::not_found) return std::string();
  return context<std::string>(tl::unexpected<Error>(std::move(text).error()), "{}", path);
}

/// hosts.toml of a registry with one host more, or one taken out.
Result<Prescription> containerd_host(const node::Root& root, const NodeFacts& facts, const std::string& registry, const std::string& host,
                                     const std::vector<std::string>& capabilities, bool remove, const std::string& ca) {
  Prescription prescription;
  TRY_ASSIGN(const auto folder, certs_folder(root, facts, prescription));
  const auto file = fmt::format("{}/{}/hosts.toml", folder, registry);
  TRY_ASSIGN(auto text, text_of(root, file));
  if (remove) {
    TRY_ASSIGN(text, context(edit::remove_toml(text, {"host", host}), "{}: {}", file, host));
  } else {
    if (trim(text).empty()) text = fmt::format("server = \"{}\"\n", upstream_of(registry));
    if (!capabilities.empty()) {
      TRY_ASSIGN(text, context(edit::set_toml(text, {"host", host, "capabilities"}, edit::list_value(capabilities)), "{}", file));
    }
    if (!ca.empty()) {
      TRY_ASSIGN(text, context(edit::set_toml(text, {"host", host, "ca"}, edit::text_value(ca)), "{}", file));
    }
  }
  prescription.settings.push_back(file_setting(file, std::move(text)));
  return prescription;
}

Result<Prescription> docker_list(const node::Root& root, const std::string& key, const std::string& item, bool remove) {
  const std::string file = "/etc/docker/daemon.json";
  TRY_ASSIGN(const auto text, text_of(root, file));
  TRY_ASSIGN(const auto document, context(parse_json(trim(text).empty() ? "{}" : text), "{}", file));
  Setting setting;
  setting.target = Target::docker;
  setting.key = key;
  setting.kind = Kind::list;
  for (const auto& [name, one] : document[key].entries)
    if (one.scalar != item) setting.values.push_back(one.scalar);
  if (!remove) setting.values.push_back(item);
  Prescription prescription;
  prescription.settings.push_back(std::move(setting));
  return prescription;
}

Setting crio_restart_file(const std::string& registry, std::string content) {
  std::string name = registry;
  for (auto& c : name)
    if (c == ':' || c == '[' || c == ']') c = '-';
  return file_setting(fmt::format("/etc/containers/registries.conf.d/90-unsnag-{}.conf", name), std::move(content));
}

std::string host_of(std::string_view url) {
  const auto scheme = url.find("://");
  auto rest = scheme == std::string_view::npos ? url : url.substr(scheme + 3);
  while (!rest.empty() && rest.back() == '/') rest.remove_suffix(1);
  return std::string(rest);
}

Result<Prescription> prescribe_mirror(const node::Root& root, const NodeFacts& facts, const Values& values) {
  const auto registry = values.get("registry");
  const auto add = values.get("mirror"), drop = values.get("drop-mirror");
  if (registry.empty() || add.empty() == drop.empty())
    return fail(Errc::invalid_argument,
                "which one? --registry docker.io with --mirror https://mirror.example to use one, or --drop-mirror URL to stop using it");
  const auto& mirror = add.empty() ? drop : add;
  switch (facts.runtime) {
    case Runtime::containerd: return containerd_host(root, facts, registry, mirror, {"pull", "resolve"}, add.empty(), "");
    case Runtime::dockershim:
    case Runtime::cri_dockerd:
      if (registry != "docker.io") return fail(Errc::unsupported, "Docker mirrors docker.io alone");
      return docker_list(root, "registry-mirrors", mirror, add.empty());
    case Runtime::crio: {
      if (add.empty())
        return fail(Errc::unsupported, "find the mirror in /etc/containers/registries.conf and registries.conf.d, and take it out there");
      Prescription prescription;
      const bool plain = mirror.substr(0, 7) == "http://";
      prescription.settings.push_back(crio_restart_file(
          registry, fmt::format("[[registry]]\nprefix = \"{0}\"\nlocation = \"{0}\"\n\n[[registry.mirror]]\nlocation = \"{1}\"\n{2}",
                                registry, host_of(mirror), plain ? "insecure = true\n" : "")));
      prescription.warnings.emplace_back("CRI-O reads it at its next SIGHUP or start: systemctl reload crio");
      return prescription;
    }
    case Runtime::unknown: break;
  }
  return fail(Errc::unsupported, "no runtime is found on this node");
}

Result<Prescription> prescribe_plain_http(const node::Root& root, const NodeFacts& facts, const Values& values) {
  const auto registry = values.get("registry");
  if (registry.empty()) return fail(Errc::invalid_argument, "which registry speaks plain HTTP? --registry registry.example:5000");
  switch (facts.runtime) {
    case Runtime::containerd: {
      TRY_ASSIGN(auto prescription, containerd_host(root, facts, registry, "http://" + registry, {"pull", "resolve"}, false, ""));
      prescription.warnings.push_back(fmt::format("what {} sends can be read and changed on the way: give it TLS when you can", registry));
      return prescription;
    }
    case Runtime::dockershim:
    case Runtime::cri_dockerd: return docker_list(root, "insecure-registries", registry, false);
    case Runtime::crio: {
      Prescription prescription;
      prescription.settings.push_back(
          crio_restart_file(registry, fmt::format("[[registry]]\nprefix = \"{0}\"\nlocation = \"{0}\"\ninsecure = true\n", registry)));
      prescription.warnings.emplace_back("CRI-O reads it at its next SIGHUP or start: systemctl reload crio");
      return prescription;
    }
    case Runtime::unknown: break;
  }
  return fail(Errc::unsupported, "no runtime is found on this node");
}

Result<Prescription> prescribe_ca(const node::Root& root, const NodeFacts& facts, const Values& values) {
  const auto registry = values.get("registry"), from = values.get("ca");
  if (registry.empty() || from.empty())
    return fail(Errc::invalid_argument,
                "--registry registry.example:5000 --ca FILE: the certificate of the authority that signed the registry's, as PEM");
  TRY_ASSIGN(const auto here, node::Root::open("/"));
  TRY_ASSIGN(const auto pem, context(here.read(from, std::size_t{1} << 20U), "{}", from));
  if (contains(pem, "PRIVATE KEY"))
    return fail(Errc::invalid_argument, fmt::format("{} holds a private key: give the certificate alone", from));
  if (!contains(pem, "-----BEGIN CERTIFICATE-----"))
    return fail(Errc::invalid_argument, fmt::format("{} is no PEM certificate (-----BEGIN CERTIFICATE-----)", from));
  Prescription prescription;
  switch (facts.runtime) {
    case Runtime::containerd: {
      Prescription first;
      TRY_ASSIGN(const auto folder, certs_folder(root, facts, first));
      const auto file = fmt::format("{}/{}/ca.crt", folder, registry);
      TRY_ASSIGN(prescription, containerd_host(root, facts, registry, upstream_of(registry), {"pull", "resolve"}, false, file));
      prescription.settings.insert(prescription.settings.begin(), file_setting(file, pem));
      return prescription;
    }
    case Runtime::dockershim:
    case Runtime::cri_dockerd:
      prescription.settings.push_back(file_setting(fmt::format("/etc/docker/certs.d/{}/ca.crt", registry), pem));
      break;
    case Runtime::crio:
      prescription.settings.push_back(file_setting(fmt::format("/etc/containers/certs.d/{}/ca.crt", registry), pem));
      break;
    case Runtime::unknown: return fail(Errc::unsupported, "no runtime is found on this node");
  }
  return prescription;
}

Result<std::string> check_path(std::string_view value) {
  if (!value.empty() && value.front() == '/') return std::string(value);
  return fail(Errc::invalid_argument, fmt::format("\"{}\" is no absolute path", value));
}

}  // namespace

const Cure k_mirror_misconfigured{"mirror-misconfigured",
                                  "a registry's mirror: another one, or none",
                                  {{"registry", "HOST", "", "the registry that is meant: docker.io", check_host},
                                   {"mirror", "URL", "", "the mirror to use for it", check_url},
                                   {"drop-mirror", "URL", "", "the mirror to use no longer", check_url}},
                                  prescribe_mirror};

const Cure k_http_https_mismatch{"http-https-mismatch",
                                 "plain HTTP for one registry that has no TLS",
                                 {{"registry", "HOST", "", "the registry that is meant: registry.example:5000", check_host}},
                                 prescribe_plain_http};

const Cure k_tls_untrusted{"tls-untrusted",
                           "the authority of one registry's certificate becomes trusted",
                           {{"registry", "HOST", "", "the registry that is meant: registry.example:5000", check_host},
                            {"ca", "FILE", "", "the authority's certificate, PEM", check_path}},
                           prescribe_ca};

}  // namespace unsnag::remedy
