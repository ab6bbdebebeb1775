// SPDX-License-Identifier: Apache-2.0
// Sources: AWS, "Instance metadata and user data" (IMDSv2); Azure, "Azure Instance Metadata Service", api-version 2021-02-01;
// Google Cloud, "View and query VM metadata"; cloud-init's DataSources for what the firmware says.
#include "kube/cloud.h"

#include <utility>
#include <vector>

#include "base/document.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "http/http.h"

namespace unsnag::kube {
namespace {

constexpr std::size_t k_most_bytes = 256 << 10U;
constexpr std::size_t k_most_fact = 1'000;

using Facts = std::vector<std::pair<std::string, std::string>>;

class Service {
 public:
  explicit Service(const Metadata& metadata) : metadata_(metadata), client_(peer_of(metadata)) {}

  http::Headers headers;

  Result<std::string> ask(const std::string& method, const std::string& path) {
    http::Request request;
    request.method = method;
    request.url = metadata_.base_url + path;
    request.headers = headers;
    request.limit = request.connect_limit = metadata_.limit;
    request.most_bytes = k_most_bytes;
    TRY_ASSIGN(auto answer, client_.send(request));
    TRY_ASSIGN(auto good, http::succeeded(std::move(answer)));
    return std::string(trim(good.body));
  }

 private:
  static http::Peer peer_of(const Metadata& metadata) {
    http::Peer peer;
    peer.stop = metadata.stop;
    return peer;
  }

  const Metadata& metadata_;
  http::Client client_;
};

/// "projects/1/zones/europe-west1-b" → "europe-west1-b".
std::string last_part(const std::string& path) { return path.substr(path.rfind('/') + 1); }

Result<Facts> read_aws(Service& service) {
  service.headers = {{"X-aws-ec2-metadata-token-ttl-seconds", "60"}};
  auto token = service.ask("PUT", "/latest/api/token");
  // The answer's hop limit is 1 unless the instance says otherwise: it does not reach a container with a network of its own.
  if (!token && token.error().code == Errc::timed_out) token.error().detail += " (a hop limit of 1 keeps it from containers)";
  if (!token) return tl::unexpected<Error>(std::move(token).error());
  service.headers = {{"X-aws-ec2-metadata-token", *token}};
  Facts facts;
  for (const auto& [name, path] :
       {std::pair("instance-id", "instance-id"), std::pair("instance-type", "instance-type"), std::pair("region", "placement/region"),
        std::pair("zone", "placement/availability-zone"), std::pair("image", "ami-id"), std::pair("hostname", "local-hostname"),
        std::pair("lifecycle", "instance-life-cycle")}) {
    const auto fact = service.ask("GET", std::string("/latest/meta-data/") + path);
    if (!fact && fact.error().code != Errc::not_found) return tl::unexpected<Error>(fact.error());
    if (fact) facts.emplace_back(name, *fact);
  }
  return facts;
}

Result<Facts> read_azure(Service& service) {
  service.headers = {{"Metadata", "true"}};
  TRY_ASSIGN(const auto text, service.ask("GET", "/metadata/instance/compute?api-version=2021-02-01&format=json"));
  TRY_ASSIGN(const auto compute, parse_json(text));
  const auto& image = compute["storageProfile"]["imageReference"];
  auto source = image["id"].scalar;
  for (const auto* key : {"publisher", "offer", "sku", "version"})
    if (image["id"].scalar.empty() && !image[key].scalar.empty()) source += (source.empty() ? "" : ":") + image[key].scalar;
  return Facts{{"instance-id", compute["vmId"].scalar},
               {"instance-type", compute["vmSize"].scalar},
               {"region", compute["location"].scalar},
               {"zone", compute["zone"].scalar},
               {"image", source},
               {"hostname", compute["name"].scalar},
               {"lifecycle", compute["priority"].scalar}};
}

Result<Facts> read_gcp(Service& service) {
  service.headers = {{"Metadata-Flavor", "Google"}};
  Facts facts;
  for (const auto& [name, path] : {std::pair("instance-id", "id"), std::pair("instance-type", "machine-type"), std::pair("zone", "zone"),
                                   std::pair("image", "image"), std::pair("hostname", "hostname")}) {
    const auto fact = service.ask("GET", std::string("/computeMetadata/v1/instance/") + path);
    if (!fact && fact.error().code != Errc::not_found) return tl::unexpected<Error>(fact.error());
    if (!fact) continue;
    const bool is_path = std::string_view(name) == "instance-type" || std::string_view(name) == "zone";
    facts.emplace_back(name, is_path ? last_part(*fact) : *fact);
    // A zone is its region and a letter.
    if (std::string_view(name) == "zone") facts.emplace_back("region", facts.back().second.substr(0, facts.back().second.rfind('-')));
  }
  return facts;
}

}  // namespace

std::string_view to_string(Cloud cloud) {
  switch (cloud) {
    case Cloud::aws: return "aws";
    case Cloud::azure: return "azure";
    case Cloud::gcp: return "gcp";
  }
  return "";
}

std::optional<Cloud> cloud_of(const Dmi& dmi) {
  // Nitro names itself; the older Xen instances have it in the version of their firmware ("4.11.amazon").
  if (dmi.sys_vendor == "Amazon EC2" || dmi.bios_version.ends_with("amazon")) return Cloud::aws;
  // Hyper-V at home is Microsoft's too: the asset tag is Azure's alone.
  if (dmi.chassis_asset_tag == "7783-7084-3265-9085-8269-3286-77") return Cloud::azure;
  if (dmi.product_name == "Google Compute Engine") return Cloud::gcp;
  return std::nullopt;
}

Result<std::string> read_instance(Cloud cloud, const Metadata& metadata) {
  Service service(metadata);
  TRY_ASSIGN(const auto facts, cloud == Cloud::aws ? read_aws(service) : cloud == Cloud::azure ? read_azure(service) : read_gcp(service));
  JsonWriter json(JsonWriter::Style::pretty);
  json.begin_object().member("cloud", to_string(cloud));
  for (const auto& [name, value] : facts)
    if (!value.empty()) json.member(name, clip(value, k_most_fact));
  json.end_object();
  return json.take() + "\n";
}

}  // namespace unsnag::kube
