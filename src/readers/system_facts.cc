// SPDX-License-Identifier: Apache-2.0
// What a node is: versions of its programs, its operating system and platform, the state of its units and clock,
// the kernel settings that limit pulls.
#include <array>

#include "base/text.h"
#include "readers/node_parts.h"

namespace unsnag::readers::node {
namespace {

/// "v1.34.4" and "1.6.20~ds1": without the v, so that versions compare however they were printed.
std::string_view plain_version(std::string_view text) {
  if (text.ends_with(',')) text.remove_suffix(1);
  if (text.size() > 1 && text[0] == 'v') text.remove_prefix(1);
  return !text.empty() && text[0] >= '0' && text[0] <= '9' && text.find('.') != std::string_view::npos ? text : std::string_view{};
}

class System : public LineReader {
 public:
  explicit System(Notes& notes) : notes_(notes) {}

  bool line(std::string_view raw, std::uint64_t number) override {
    const std::string_view text = trim(raw);
    if (text.empty() || text.size() > 400) return false;
    notes_.reader = "reader.system";
    return version(text, number) || clock(text, number) || os_release(text, number) || unit(text, number) || other(text, number);
  }

  void end() override {
    notes_.reader = "reader.system";
    if (!os_id_.empty()) {
      std::string_view name;
      if (os_id_ == "bottlerocket" || os_id_ == "talos") name = os_id_;
      if (os_id_ == "cos") name = "gke";
      if (os_id_ == "rhcos" || os_variant_ == "coreos" || os_id_ == "scos") name = "openshift";
      if (!name.empty()) platform(name, "os-release", os_line_);
      notes_.add(make_fact("version", {{"of", "os"}, {"version", os_id_ + (os_version_.empty() ? "" : " " + os_version_)}}), os_line_);
    }
    if (!clock_.empty()) {
      // timedatectl says both "synchronized" and "NTP service"; chronyd both its offset and its leap status.
      notes_.add(make_fact("clock", {{"how", clock_}, {"offset", offset_}}), clock_line_);
    }
  }

 private:
  bool said(std::string_view of, std::string_view words, std::uint64_t number) {
    const std::string_view plain = plain_version(words);
    if (plain.empty()) return false;
    notes_.add(make_fact("version", {{"of", of}, {"version", plain}}), number);
    return true;
  }

  void platform(std::string_view name, std::string_view by, std::uint64_t number) {
    notes_.add(make_fact("platform", {{"name", name}, {"by", by}}), number, timeline::Certainty::inferred);
  }

  bool version(std::string_view text, std::uint64_t number) {
    const std::vector<std::string_view> words = split_words(text);
    if (words.size() < 2 || words.size() > 20) return false;
    static constexpr std::array<std::string_view, 14> k_programs{
        "kubelet",     "kube-apiserver", "dockerd", "containerd",       "runc", "crio", "cri-o",
        "cri-dockerd", "kernel",         "crun",    "soci-snapshotter", "k3s",  "rke2", "nerdctl"};
    if (words.size() <= 3) {
      for (std::string_view program : k_programs) {
        if (words[0] == program && said(program == "crio" ? "cri-o" : program, words[1], number)) return true;
      }
    }
    if (words[0] == "Kubernetes" && words.size() == 2) return said("kubelet", words[1], number);  // kubelet --version
    if (words[0] == "containerd" && words.size() >= 3 && contains(words[1], "containerd")) return said("containerd", words[2], number);
    if (words[0] == "Docker" && words[1] == "version" && words.size() >= 3) return said("docker", words[2], number);
    if ((words[0] == "crio" || words[0] == "runc" || words[0] == "k3s") && words[1] == "version" && words.size() >= 3) {
      return said(words[0] == "crio" ? "cri-o" : words[0], words[2], number);
    }
    if (words[0] == "RuntimeName:") {  // crictl version
      runtime_ = std::string(words[1]);
      return true;
    }
    if (words[0] == "RuntimeVersion:" && !runtime_.empty()) return said(runtime_, words[1], number);
    if (words[0] == "RuntimeApiVersion:") return true;
    if (words[0] == "Linux" && words.size() >= 6 && words[3].starts_with('#')) {  // uname -a
      kernel(words[2], words[1], number);
      return true;
    }
    return false;
  }

  void kernel(std::string_view release, std::string_view host, std::uint64_t number) {
    notes_.add(make_fact("version", {{"of", "kernel"}, {"version", release}}), number);
    if (contains(release, "-talos")) platform("talos", "uname", number);
    else if (contains(release, "-gke") || host.starts_with("gke-")) platform("gke", "uname", number);
    else if (host.starts_with("aks-") || (contains(release, "-azure") && host.starts_with("aks"))) platform("aks", "uname", number);
    else if (host.starts_with("kind-") || host.ends_with("-control-plane")) platform("kind", "uname", number);
    else if (host == "minikube" || host.starts_with("minikube-")) platform("minikube", "uname", number);
  }

  bool clock(std::string_view text, std::uint64_t number) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return false;
    const std::string_view label = trim(text.substr(0, colon)), value = trim(text.substr(colon + 1));
    if (label == "System clock synchronized" || label == "NTP synchronized" || label == "Leap status") {
      const bool good = value == "yes" || value == "Normal" || value.starts_with("Insert") || value.starts_with("Delete");
      clock_ = good ? "synchronised" : "unsynchronised";
      clock_line_ = number;
      return true;
    }
    if (label == "System time" && contains(value, "of NTP time")) {  // "0.000012 seconds slow of NTP time"
      const std::vector<std::string_view> words = split_words(value);
      if (words.size() >= 3) offset_ = (words[2] == "slow" ? "-" : "+") + std::string(words[0]) + "s";
      return true;
    }
    for (std::string_view known : {"NTP service", "Local time", "Universal time", "RTC time", "Time zone", "RTC in local TZ",
                                   "Reference ID", "Stratum", "Ref time (UTC)", "Last offset", "RMS offset", "Frequency", "Residual freq",
                                   "Skew", "Root delay", "Root dispersion", "Update interval"}) {
      if (label == known) return true;
    }
    return false;
  }

  bool os_release(std::string_view text, std::uint64_t number) {
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || text.find(' ') < equals) return false;
    const std::string_view key = text.substr(0, equals);
    std::string_view value = text.substr(equals + 1);
    if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.back() == value.front())
      value = value.substr(1, value.size() - 2);
    static constexpr std::array<std::string_view, 16> k_keys{
        "NAME",           "ID",         "VERSION", "VERSION_ID", "PRETTY_NAME",      "ID_LIKE", "HOME_URL", "ANSI_COLOR", "SUPPORT_URL",
        "BUG_REPORT_URL", "VARIANT_ID", "VARIANT", "CPE_NAME",   "VERSION_CODENAME", "LOGO",    "BUILD_ID"};
    bool known = false;
    for (std::string_view one : k_keys) known = known || one == key;
    if (!known) return false;
    if (key == "ID") {
      os_id_ = std::string(value);
      os_line_ = number;
    }
    if (key == "VERSION_ID") os_version_ = std::string(value);
    if (key == "VARIANT_ID") os_variant_ = std::string(value);
    return true;
  }

  /// Rows of `systemctl list-units`.
  bool unit(std::string_view text, std::uint64_t number) {
    const std::vector<std::string_view> words = split_words(text);
    if (words.size() >= 4 && words[0] == "UNIT" && words[1] == "LOAD") return true;
    if (!text.starts_with("●") && (words.empty() || !words[0].ends_with(".service"))) return false;
    const std::size_t at = !words.empty() && words[0] == "●" ? 1 : 0;
    if (words.size() < at + 4 || !words[at].ends_with(".service") ||
        (words[at + 1] != "loaded" && words[at + 1] != "not-found" && words[at + 1] != "masked"))
      return false;
    for (std::string_view known :
         {"kubelet", "containerd", "docker", "crio", "cri-docker", "k3s", "k3s-agent", "rke2-agent", "rke2-server"}) {
      if (words[at] == std::string(known) + ".service") {
        notes_.add(make_fact("unit-state", {{"unit", words[at]}, {"active", words[at + 2]}, {"sub", words[at + 3]}}), number);
      }
    }
    return true;
  }

  bool other(std::string_view text, std::uint64_t number) {
    // The EKS log collector's own parameters, and EC2's instance id.
    if (text.starts_with("ignore_introspection:")) {
      platform("eks", "EKS log collector", number);
      return true;
    }
    if (text.starts_with("ignore_metrics:")) return true;
    if (text.size() >= 10 && text.size() <= 19 && text.starts_with("i-") &&
        text.find_first_not_of("0123456789abcdef", 2) == std::string_view::npos) {
      notes_.add(make_fact("instance", {{"id", text}, {"cloud", "aws"}}), number);
      return true;
    }
    if (text.starts_with("SELinux mode") || text.starts_with("SELinux status:")) return true;
    return sysctl(text, number);
  }

  bool sysctl(std::string_view text, std::uint64_t number) {
    const std::size_t equals = text.find(" = ");
    if (equals == std::string_view::npos) return false;
    const std::string_view key = text.substr(0, equals), value = text.substr(equals + 3);
    static constexpr std::array<std::string_view, 15> k_areas{"abi.",    "debug.",  "dev.",  "fs.",  "kernel.", "net.", "user.", "vm.",
                                                              "sunrpc.", "crypto.", "fips.", "nfs.", "pty.",    "xen.", "net/"};
    bool known = false;
    for (std::string_view area : k_areas) known = known || key.starts_with(area);
    if (!known || key.find(' ') != std::string_view::npos) return false;
    static constexpr std::array<std::string_view, 13> k_kept{"vm.dirty_bytes",
                                                             "vm.dirty_ratio",
                                                             "vm.dirty_background_bytes",
                                                             "vm.dirty_background_ratio",
                                                             "fs.file-max",
                                                             "fs.inotify.max_user_instances",
                                                             "fs.inotify.max_user_watches",
                                                             "kernel.pid_max",
                                                             "kernel.threads-max",
                                                             "user.max_user_namespaces",
                                                             "vm.max_map_count",
                                                             "net.netfilter.nf_conntrack_max",
                                                             "net.netfilter.nf_conntrack_count"};
    for (std::string_view kept : k_kept) {
      if (key == kept) notes_.setting("kernel", key, value, "effective", number);
    }
    double entries = 0;
    if (key == "net.netfilter.nf_conntrack_count") parse_number(value, conntrack_);
    if (key == "net.netfilter.nf_conntrack_max" && parse_number(value, entries) && entries > 0 && conntrack_ >= entries * 0.98) {
      notes_.add(make_fact("network-trouble", {{"how", "conntrack-full"}}), number);  // `sysctl -a` sorts count before max
    }
    return true;
  }

  Notes& notes_;
  std::string runtime_, os_id_, os_version_, os_variant_, clock_, offset_;
  std::uint64_t os_line_ = 0, clock_line_ = 0;
  double conntrack_ = 0;
};

}  // namespace

std::unique_ptr<LineReader> make_system(Notes& notes) { return std::make_unique<System>(notes); }

}  // namespace unsnag::readers::node
