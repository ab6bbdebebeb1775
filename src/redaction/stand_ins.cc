// SPDX-License-Identifier: Apache-2.0
#include "redaction/stand_ins.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <mutex>
#include <random>

#include <fmt/format.h>

#include "base/text.h"
#include "redaction/addresses.h"

namespace unsnag::redaction {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alnum(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool is_word(char c) { return is_alnum(c) || c == '-' || c == '.' || c == '_'; }

// Hosts that say nothing of those who use them, with all below them.
constexpr auto k_everybodys = std::to_array<std::string_view>({"docker.io",
                                                               "docker.com",
                                                               "quay.io",
                                                               "gcr.io",
                                                               "pkg.dev",
                                                               "ghcr.io",
                                                               "k8s.io",
                                                               "kubernetes.io",
                                                               "github.com",
                                                               "githubusercontent.com",
                                                               "gitlab.com",
                                                               "mcr.microsoft.com",
                                                               "microsoft.com",
                                                               "microsoftonline.com",
                                                               "azure.com",
                                                               "windows.net",
                                                               "azure.net",
                                                               "amazonaws.com",
                                                               "amazonaws.com.cn",
                                                               "aws.amazon.com",
                                                               "public.ecr.aws",
                                                               "googleapis.com",
                                                               "google.com",
                                                               "google.internal",
                                                               "cloudfront.net",
                                                               "redhat.com",
                                                               "redhat.io",
                                                               "openshift.com",
                                                               "openshift.io",
                                                               "nvcr.io",
                                                               "nvidia.com",
                                                               "elastic.co",
                                                               "gcr.k8s.io",
                                                               "cluster.local",
                                                               "localhost",
                                                               "localdomain",
                                                               "example",
                                                               "example.com",
                                                               "example.org",
                                                               "example.net",
                                                               "test",
                                                               "invalid",
                                                               "suse.com",
                                                               "rancher.io",
                                                               "rancher.com",
                                                               "ubuntu.com",
                                                               "debian.org",
                                                               "fedoraproject.org",
                                                               "cloudflarestorage.com",
                                                               "aliyuncs.com",
                                                               "daocloud.io",
                                                               "containerd.io",
                                                               "linuxfoundation.org",
                                                               "sigstore.dev",
                                                               "golang.org",
                                                               "compute.internal",
                                                               "ec2.internal",
                                                               "oracle.com",
                                                               "oraclecloud.com",
                                                               "ocir.io",
                                                               "digitaloceanspaces.com",
                                                               "digitalocean.com",
                                                               "jfrog.com",
                                                               "mozilla.org",
                                                               "opencontainers.org",
                                                               "etcd.io",
                                                               "gopkg.in",
                                                               "uber.org",
                                                               "systemd.io",
                                                               "freedesktop.org",
                                                               "apache.org",
                                                               "kernel.org",
                                                               "moby.io",
                                                               "azk8s.cn",
                                                               "mcr.azk8s.cn"});
// Of these the first name is a customer's.
constexpr auto k_customers = std::to_array<std::string_view>({".azurecr.io", ".azurecr.cn", ".jfrog.io", ".eks.amazonaws.com", ".azmk8s.io",
                                                              ".elb.amazonaws.com", ".blob.core.windows.net", ".cloudapp.azure.com"});
// Projects of GCP, and accounts of AWS, whose images everybody pulls.
constexpr auto k_projects = std::to_array<std::string_view>({"google-containers",
                                                             "google_containers",
                                                             "gke-release",
                                                             "gke-release-staging",
                                                             "distroless",
                                                             "k8s-artifacts-prod",
                                                             "kubernetes-release",
                                                             "cloud-builders",
                                                             "google-samples",
                                                             "kubebuilder",
                                                             "knative-releases",
                                                             "istio-release",
                                                             "projectsigstore",
                                                             "kaniko-project",
                                                             "k8s-minikube",
                                                             "k8s-staging-kind",
                                                             "stackdriver-agents",
                                                             "gke-node-images",
                                                             "artifacts-downloads",
                                                             "cos-cloud",
                                                             "_",
                                                             "-"});
constexpr auto k_accounts =
    std::to_array<std::string_view>({"602401143452", "877085696533", "800184023465", "558608220178", "590381155156", "918309763551",
                                     "961992271922", "151742754352", "013241004608", "066635153087", "296578399912", "900889452093",
                                     "455263428931", "759879836304", "763104351884", "491585149902", "000000000000"});
// "user@1000.service" is no address to write to.
constexpr auto k_units = std::to_array<std::string_view>(
    {"service", "socket", "mount", "slice", "timer", "target", "scope", "device", "path", "swap", "automount"});

template <typename Names>
bool among(std::string_view word, const Names& names) {
  return std::find(names.begin(), names.end(), word) != names.end();
}
bool is_below(std::string_view host, std::string_view domain) {
  return host == domain || (host.size() > domain.size() && host.ends_with(domain) && host[host.size() - domain.size() - 1] == '.');
}
bool is_guid(std::string_view text) {
  constexpr std::string_view k_shape = "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx";
  if (text.size() < k_shape.size()) return false;
  for (std::size_t i = 0; i < k_shape.size(); ++i)
    if (k_shape[i] == '-' ? text[i] != '-' : !is_hex(text[i])) return false;
  return true;
}
std::string lower_of(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + ('a' - 'A'));
  return lower;
}

}  // namespace

std::string_view to_string(StandInKind kind) {
  constexpr std::array<std::string_view, k_stand_in_kinds> k_words = {"account-id", "ip-address", "mac-address", "host-name", "e-mail"};
  return k_words[static_cast<std::size_t>(kind)];
}

bool is_stand_in(std::string_view kind) {
  for (std::size_t i = 0; i < k_stand_in_kinds; ++i)
    if (kind == to_string(static_cast<StandInKind>(i))) return true;
  return false;
}

struct StandIns::Impl {
  explicit Impl(const std::vector<std::string>& names)
      : addresses(std::random_device{}() * 0x100000001ULL ^ (std::uint64_t{std::random_device{}()} << 21U)) {
    for (const auto& name : names)
      if (name.size() > 1 && name.front() == '.') domain(lower_of(name.substr(1)));
    for (const auto& name : names) {
      const auto lower = lower_of(name);
      const auto first = lower.substr(0, lower.find('.'));
      if (first.empty()) continue;
      host(first);  // a node is called by its first name as well
      if (first != lower) host(lower);
    }
  }

  std::string number(std::map<std::string, std::string, std::less<>>& names, std::string_view name, std::string_view before,
                     std::string_view after) {
    const auto known = names.find(name);
    if (known != names.end()) return known->second;
    return names.emplace(std::string(name), fmt::format("{}{}{}", before, names.size() + 1, after)).first->second;
  }
  std::string host(std::string_view name);
  std::string domain(std::string_view name) { return number(domains, name, "domain-", ".example"); }
  /// The known domain that the host is below, or is; empty: none.
  [[nodiscard]] std::string domain_of(std::string_view name) const {
    while (!name.empty() && !domains.contains(name))
      name = name.find('.') == std::string_view::npos ? std::string_view() : name.substr(name.find('.') + 1);
    return std::string(name);
  }

  std::string account(std::string_view id) {
    const auto known = accounts.find(id);
    if (known != accounts.end()) return known->second;
    return accounts.emplace(std::string(id), fmt::format("{:012}", 111100000000ULL + accounts.size() + 1)).first->second;
  }

  std::mutex mutex;
  Addresses addresses;
  std::map<std::string, std::string, std::less<>> domains, hosts, accounts, guids, projects, mails;
};

/// Hosts keep what `why` may know them by: the ending of a cloud's registry, that a name is one of a local network, and which
/// domain it is below, since a proxy's exceptions and certificates name domains.
std::string StandIns::Impl::host(std::string_view name) {
  if (const auto known = hosts.find(name); known != hosts.end()) return known->second;
  for (const auto customer : k_customers)
    if (name.ends_with(customer)) {
      const auto first = name.find('.');
      return number(hosts, name.substr(0, first), "host-", "") + std::string(name.substr(first));
    }
  const auto dot = name.find('.');
  if (dot == std::string_view::npos) return number(hosts, name, "host-", "");
  std::string ending = ".example";
  for (const std::string_view local : {".local", ".internal", ".svc"})
    if (name.ends_with(local)) ending = local;
  const auto above = name.substr(dot + 1);
  constexpr std::size_t k_longest_suffix = 3;  // co.uk
  if (ending == ".example" && domain_of(name).empty() && above.find('.') != std::string_view::npos && above.find('.') > k_longest_suffix)
    domain(above);
  if (const auto below = domain_of(name); !below.empty()) {
    ending = "." + domain(below);
    if (below == name) return ending.substr(1);
  }
  if (const auto first = hosts.find(name.substr(0, dot)); first != hosts.end()) {
    const auto whole = first->second + ending;
    if (std::none_of(hosts.begin(), hosts.end(), [&](const auto& one) { return one.second == whole; }))
      return hosts.emplace(std::string(name), whole).first->second;
  }
  return number(hosts, name, "host-", ending);
}

namespace {

/// One line.
class Pass {
 public:
  Pass(std::string_view text, StandIns::Impl& all, StandInCounts& counts) : text_(text), all_(all), counts_(counts) {}

  std::string run() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ':' && text_.substr(at_).starts_with("://")) {
        at_ += 3;
        url();
      } else if (is_alnum(c) || (c == ':' && text_.substr(at_).starts_with("::"))) {
        word();
      } else {
        ++at_;
      }
    }
    out_ += text_.substr(kept_);
    return std::move(out_);
  }

 private:
  void put(std::size_t begin, std::size_t end, std::string_view instead, StandInKind kind) {
    at_ = end;
    if (text_.substr(begin, end - begin) == instead) return;
    out_ += text_.substr(kept_, begin - kept_);
    out_ += instead;
    kept_ = end;
    ++counts_[static_cast<std::size_t>(kind)];
  }
  [[nodiscard]] char before(std::size_t at) const { return at > 0 ? text_[at - 1] : ' '; }
  [[nodiscard]] char peek(std::size_t at) const { return at < text_.size() ? text_[at] : ' '; }

  void url() {
    // user:***@host
    const auto rest = text_.substr(at_, 512);
    const auto end = rest.find_first_of("/ \t\"'\\,?#<>)");
    if (const auto sign = rest.substr(0, end).rfind('@'); sign != std::string_view::npos) at_ += sign + 1;
    if (is_alnum(peek(at_))) word(true);
  }

  void word(bool in_url = false) {
    const auto start = at_;
    if (colons(start) || v4(start)) return;
    auto end = start;
    while (end < text_.size() && is_word(text_[end])) ++end;
    while (end > start && (text_[end - 1] == '.' || text_[end - 1] == '-')) --end;
    if (end == start) {
      ++at_;
      return;
    }
    const auto name = text_.substr(start, end - start);
    if (ip_host(start, end, name) || account(start, end, name) || guid(start, end, name) || mail(start, end, name)) return;
    if (project(start, end, name)) return;
    if (host(start, end, name, in_url)) return;
    at_ = end;
  }

  /// IPv6 and MAC addresses.
  bool colons(std::size_t start) {
    if (!is_hex(text_[start]) && text_[start] != ':') return false;
    if (is_word(before(start)) || before(start) == ':') return false;
    auto end = start;
    std::size_t signs = 0;
    while (end < text_.size() && end - start < 48 && (is_hex(text_[end]) || text_[end] == ':')) signs += text_[end++] == ':' ? 1 : 0;
    if (signs < 2 || (end < text_.size() && is_alnum(text_[end]))) return false;
    auto word = text_.substr(start, end - start);
    if (word.ends_with(':') && !word.ends_with("::")) word.remove_suffix(1);
    if (word.size() == 17 && std::count(word.begin(), word.end(), ':') == 5 && word.find("::") == std::string_view::npos) {
      for (std::size_t i = 2; i < word.size(); i += 3)
        if (word[i] != ':') return false;
      const auto instead = all_.addresses.mac(word);
      put(start, start + word.size(), instead.empty() ? word : instead, StandInKind::mac);
      return true;
    }
    if (word.size() < 5 || word.find_first_of("0123456789") == std::string_view::npos ||
        (word.find("::") == std::string_view::npos && std::count(word.begin(), word.end(), ':') != 7))
      return false;
    const auto instead = all_.addresses.v6(word);
    if (instead.empty()) return false;
    put(start, start + word.size(), instead, StandInKind::address);
    return true;
  }

  bool v4(std::size_t start) {
    if (!is_digit(text_[start]) || is_word(before(start))) return false;
    const auto found = parse_v4(text_.substr(start, 16));
    if (found.length == 0) return false;
    const auto end = start + found.length;
    if (is_alnum(peek(end)) || peek(end) == '_' || (peek(end) == '.' && is_alnum(peek(end + 1))) ||
        (peek(end) == '-' && !is_digit(peek(end + 1))))
      return false;
    unsigned prefix = 32;
    if (peek(end) == '/' && is_digit(peek(end + 1))) {
      unsigned bits = 0;
      const auto tail = text_.substr(end + 1, 2);
      const auto parsed = std::from_chars(tail.data(), tail.data() + tail.size(), bits);
      const auto behind = end + 1 + static_cast<std::size_t>(parsed.ptr - tail.data());
      const bool network = bits <= 32 && !is_word(peek(behind)) && (bits == 32 || (found.address << bits) == 0);
      if (network) prefix = bits;
    }
    put(start, end, format_v4(all_.addresses.v4(found.address, prefix)), StandInKind::address);
    return true;
  }

  /// ip-10-0-1-23: the same stand-in as the address.
  bool ip_host(std::size_t start, std::size_t end, std::string_view name) {
    if (!name.starts_with("ip-")) return false;
    const auto found = parse_v4(name.substr(3), '-');
    if (found.length == 0 || is_alnum(peek(start + 3 + found.length))) return false;
    put(start + 3, start + 3 + found.length, format_v4(all_.addresses.v4(found.address), '-'), StandInKind::host);
    at_ = end;
    return true;
  }

  /// Twelve digits in an ARN or before ECR's host; elsewhere once they are known.
  bool account(std::size_t start, std::size_t end, std::string_view name) {
    constexpr std::size_t k_digits = 12;
    const auto digits = name.substr(0, k_digits);
    if (digits.size() < k_digits || !std::all_of(digits.begin(), digits.end(), is_digit) || among(digits, k_accounts)) return false;
    const auto rest = name.substr(k_digits);
    if (!rest.empty() && rest.front() != '.') return false;
    const auto shown = text_.substr(start > 96 ? start - 96 : 0, std::min<std::size_t>(start, 96));
    const auto arn = shown.rfind("arn:aws");
    const bool known =
        (before(start) == ':' && arn != std::string_view::npos && shown.find_first_of(" \"'", arn) == std::string_view::npos) ||
        rest.starts_with(".dkr") || is_named(shown, {"accountid", "account_id", "account-id", "ownerid", "account"}) ||
        all_.accounts.contains(digits);
    if (!known) return false;
    put(start, start + k_digits, all_.account(digits), StandInKind::account);
    at_ = end;
    return true;
  }

  /// Whether a key of that name stands before: "accountId": "1…
  static bool is_named(std::string_view shown, std::initializer_list<std::string_view> names) {
    while (!shown.empty() && std::string_view(" \"'\\=:").find(shown.back()) != std::string_view::npos) shown.remove_suffix(1);
    const auto lower = lower_of(shown.substr(shown.size() - std::min<std::size_t>(shown.size(), 32)));
    return std::any_of(names.begin(), names.end(), [&](std::string_view name) { return lower.ends_with(name); });
  }

  bool guid(std::size_t start, std::size_t end, std::string_view name) {
    constexpr std::size_t k_guid = 36;
    if (name.size() != k_guid || !is_guid(name)) return false;
    const auto shown = text_.substr(start > 64 ? start - 64 : 0, std::min<std::size_t>(start, 64));
    const auto lower = lower_of(name);
    const bool known = all_.guids.contains(lower) || shown.ends_with("subscriptions/") || shown.ends_with("microsoftonline.com/") ||
                       shown.ends_with("sts.windows.net/") ||
                       is_named(shown, {"subscriptionid", "subscription_id", "tenantid", "tenant_id", "subscription", "tenant",
                                        "aadclientid", "userassignedidentityid"});
    if (!known) return false;
    const auto it = all_.guids.find(lower);
    const auto instead =
        it != all_.guids.end()
            ? it->second
            : all_.guids.emplace(lower, fmt::format("00000000-0000-4000-8000-{:012}", all_.guids.size() + 1)).first->second;
    put(start, end, instead, StandInKind::account);
    return true;
  }

  bool mail(std::size_t start, std::size_t end, std::string_view name) {
    if (peek(end) != '@' || !is_alnum(peek(end + 1))) return false;
    auto stop = end + 1;
    while (stop < text_.size() && is_word(text_[stop])) ++stop;
    while (text_[stop - 1] == '.' || text_[stop - 1] == '-') --stop;
    const auto domain = text_.substr(end + 1, stop - end - 1);
    const auto dot = domain.rfind('.');
    if (dot == std::string_view::npos || peek(stop) == ':' || peek(stop) == '/' || name == "git") return false;
    const auto top = domain.substr(dot + 1);
    if (top.size() < 2 || !std::all_of(top.begin(), top.end(), [](char c) { return is_alnum(c) && !is_digit(c); }) || among(top, k_units))
      return false;
    put(start, stop, all_.number(all_.mails, text_.substr(start, stop - start), "user-", "@mail.example"), StandInKind::email);
    return true;
  }

  /// gcr.io/PROJECT/…, eu-docker.pkg.dev/PROJECT/…, projects/PROJECT.
  bool project(std::size_t start, std::size_t end, std::string_view name) {
    if (before(start) != '/' || name.size() < 4 || among(name, k_projects)) return false;
    const auto shown = text_.substr(start > 64 ? start - 64 : 0, std::min<std::size_t>(start, 64));
    if (!shown.ends_with("pkg.dev/") && !shown.ends_with("projects/") && !is_gcr(shown)) return false;
    put(start, end, all_.number(all_.projects, name, "project-", ""), StandInKind::account);
    return true;
  }
  static bool is_gcr(std::string_view shown) {
    if (!shown.ends_with("gcr.io/") && !shown.ends_with("gcr.io/v2/")) return false;
    const auto host = shown.substr(0, shown.rfind("gcr.io/"));
    const auto first = host.substr(host.find_last_of(" /\"'@=") + 1);
    return first.empty() || first == "eu." || first == "us." || first == "asia.";
  }

  /// The caller's names anywhere; others where nothing but a host can stand: in an URL, before an image's path, behind "lookup".
  bool host(std::size_t start, std::size_t end, std::string_view name, bool in_url) {
    const auto lower = lower_of(name);
    if (all_.hosts.contains(lower)) {
      put(start, end, all_.host(lower), StandInKind::host);
      return true;
    }
    const auto dot = lower.rfind('.');
    if (dot == std::string::npos || lower.size() < 4) return false;
    const bool known = !all_.domain_of(lower).empty();

    if (!known && !in_url && !is_image_host(start, end) && !text_.substr(0, start).ends_with("lookup ")) return false;
    const auto top = std::string_view(lower).substr(dot + 1);
    if (top.size() < 2 || !std::all_of(top.begin(), top.end(), [](char c) { return is_alnum(c) && !is_digit(c); })) return false;
    const bool customer = std::any_of(k_customers.begin(), k_customers.end(), [&](std::string_view one) { return lower.ends_with(one); });
    if (!known && !customer &&
        std::any_of(k_everybodys.begin(), k_everybodys.end(), [&](std::string_view one) { return is_below(lower, one); }))
      return false;
    put(start, end, all_.host(lower), StandInKind::host);
    return true;
  }

  /// HOST/repository or HOST:5000/repository, and no path: a blank or a quote before it.
  [[nodiscard]] bool is_image_host(std::size_t start, std::size_t end) const {
    if (std::string_view(" \t\"'`=(,[").find(before(start)) == std::string_view::npos) return false;
    auto at = end;
    if (peek(at) == ':') {
      ++at;
      while (is_digit(peek(at))) ++at;
    }
    if (peek(at) != '/' || !is_alnum(peek(at + 1))) return false;
    // "apps.example.org/v1" is a group of Kubernetes' API, "topology.example.org/zone" a label.
    auto path = text_.substr(at + 1, text_.find_first_of(" \t\"',)]`=", at + 1) - at - 1);
    while (path.ends_with(':')) path.remove_suffix(1);
    return at != end || path.find_first_of("/:@") != std::string_view::npos;
  }

  std::string_view text_;
  StandIns::Impl& all_;
  StandInCounts& counts_;
  std::size_t at_ = 0;
  std::size_t kept_ = 0;
  std::string out_;
};

}  // namespace

StandIns::StandIns(const std::vector<std::string>& hosts) : impl_(std::make_unique<Impl>(hosts)) {}
StandIns::StandIns(StandIns&&) noexcept = default;
StandIns& StandIns::operator=(StandIns&&) noexcept = default;
StandIns::~StandIns() = default;

std::string StandIns::apply(std::string_view line, StandInCounts& counts) {
  const std::scoped_lock lock(impl_->mutex);
  return Pass(line, *impl_, counts).run();
}

}  // namespace unsnag::redaction
