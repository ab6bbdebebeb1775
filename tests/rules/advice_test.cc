// SPDX-License-Identifier: Apache-2.0
// What is advised, from lines as people paste them: it fits the runtime and the platform that the lines speak of, names
// what is known, and harms nothing that needs no harm.
#include <algorithm>

#include <gtest/gtest.h>

#include "diagnose/verdict.h"
#include "readers/read.h"
#include "timeline/timeline.h"

namespace unsnag {
namespace {

using diagnose::Diagnosis;
using diagnose::Verdict;

Diagnosis explain(std::string_view lines) {
  timeline::Fold fold;
  readers::read_paste(lines, fold);
  return diagnose::diagnose(fold.take());
}

/// Everything that the first verdict says is to be done, in order.
std::string advice(std::string_view lines) {
  const auto diagnosis = explain(lines);
  if (diagnosis.verdicts.empty()) return {};
  std::string text;
  for (const auto& one : diagnosis.verdicts.front().advice)
    for (const auto* part : {&one.text, &one.command, &one.file, &one.key, &one.value, &one.restart}) text += *part + '\n';
  return text;
}

struct Case {
  const char* lines;
  std::vector<const char*> says, never;
};

void hold(const Case& one) {
  const auto text = advice(one.lines);
  for (const auto* word : one.says) EXPECT_NE(text.find(word), std::string::npos) << one.lines << "\nlacks " << word << " in\n" << text;
  for (const auto* word : one.never) EXPECT_EQ(text.find(word), std::string::npos) << one.lines << "\nhas " << word << " in\n" << text;
}

constexpr auto k_rotten =
    "Error: failed to extract layer sha256:00d2c36d84f963d50ac6a568b0be71eea96f3579770ef47c2ac3f94d4d3c346a: exit status 1: unpigz: "
    "skipping: <stdin>: corrupted -- crc32 mismatch\n";
constexpr auto k_content_gone =
    "W1023 15:42:13.358177 550 restart.go:324] Failed to get image config for \"gcr.io/a/etcd:3.0\": content digest "
    "sha256:243830dae7dd6ff78859fa1d66098a89e2951a9e95af4ef4d4d2c03d97975771: not found\n";
constexpr auto k_docker_store =
    "Failed to pull image \"gcr.io/a/skydns:2\": image pull failed for gcr.io/a/skydns:2, this may be because there are no credentials "
    "on this request. details: (Error pulling image (2) from gcr.io/a/skydns, failed to register layer: rename "
    "/var/lib/docker/image/overlay/layerdb/tmp/layer-714872967 "
    "/var/lib/docker/image/overlay/layerdb/sha256/47ef737c9a273e9eb52a16559238926ace539f8b6139c03d85e99beb0a3d98e9: directory not "
    "empty)\n";

TEST(Advice, AStoreIsNotEmptiedOnSuspicion) { hold({k_rotten, {"sha256sum"}, {"mv /var/lib", "kubectl drain", "If that fails"}}); }

TEST(Advice, AStoreIsEmptiedLast) {
  for (const auto* lines : {k_content_gone, k_docker_store}) {
    const auto text = advice(lines);
    const auto harmless = text.find("dmesg"), gentle = text.find(" rmi "), harsh = text.find("kubectl drain");
    EXPECT_LT(harmless, gentle) << text;
    EXPECT_LT(gentle, harsh) << text;
  }
}

TEST(Advice, FitsTheRuntimeThatSpeaks) {
  hold({k_docker_store, {"docker rmi gcr.io/a/skydns:2"}, {"crictl", "/var/lib/containerd"}});
  hold(
      {"FATA[0001] pulling image failed: rpc error: code = Unknown desc = error pinging docker registry 10.0.0.21:5000: invalid status "
       "code from registry 502 (Bad Gateway)\n",
       {"/etc/systemd/system/crio.service.d/http-proxy.conf", "systemctl restart crio"},
       {"containerd.service.d"}});
  hold(
      {"E0307 12:09:10.302029 16749 remote_image.go:171] \"PullImage from image service failed\" err=\"rpc error: code = Unknown desc = "
       "writing blob: adding layer with blob \\\"sha256:bccd10f490ab0f3fba61b193d1b80af91b17ca9bdca9768a16ed05ce16552fcb\\\": Error "
       "processing tar file(exit status 1): Error while loading /: Permission denied\" image=\"ubuntu\"\n",
       {"restorecon -R -v /var/lib/containers/storage"},
       {"restorecon -R -v /var/lib/containerd"}});
  hold({"latest: Pulling from library/nginx\n65ed080a9e41: Layer already being pulled by another client. Waiting.\n",
        {"ps -eo"},
        {"ctr -n", "restart containerd"}});
  hold({"Error response from daemon: Get https://r.example/v2/: x509: certificate signed by unknown authority\n",
        {"/etc/docker/certs.d/r.example/ca.crt"},
        {"containerd"}});
}

TEST(Advice, WithoutARuntimeEachHasItsWay) {
  hold({"http: server gave HTTP response to HTTPS client\n",
        {"/etc/containerd/certs.d/REGISTRY", "/etc/docker/daemon.json", "/etc/containers/registries.conf.d"},
        {}});
  hold({"proxyconnect tcp: dial tcp 10.1.2.3:3128: connect: connection refused\n",
        {"/etc/systemd/system/UNIT.service.d/http-proxy.conf", "UNIT is containerd, docker or crio"},
        {}});
}

TEST(Advice, K3sHasItsOwnFile) {
  hold(
      {"Dec 15 03:06:12 n1 k3s[127296]: E1215 03:06:12.907891  127296 kuberuntime_image.go:51] \"Failed to pull image\" err=\"rpc error: "
       "code = Unknown desc = failed to pull and unpack image \\\"r.example:5000/a:1\\\": failed to resolve reference "
       "\\\"r.example:5000/a:1\\\": failed to do request: Head \\\"https://r.example:5000/v2/a/manifests/1\\\": http: server gave HTTP "
       "response to HTTPS client\" image=\"r.example:5000/a:1\"\n",
       {"/etc/rancher/k3s/registries.yaml"},
       {"/etc/containerd/certs.d"}});
}

TEST(Advice, NamesWhatIsKnown) {
  hold(
      {"kubelet[9995]: E0212 10:58:07.032595    9995 pod_workers.go:186] Error syncing pod 6381bd27-fb46-1257-8eb8-b9f4295abc3c "
       "(\"batch-79ccdb8877-9ktbf_shop(6381bd27-fb46-1257-8eb8-b9f4295abc3c)\"), skipping: failed to \"StartContainer\" for \"batch\" "
       "with ImagePullBackOff: \"Back-off pulling image \\\"111122223333.dkr.ecr.eu-central-1.amazonaws.com/batch:1.70.20\\\"\"\n",
       {"-n shop", "--region eu-central-1", "kubectl patch serviceaccount default -n shop", "delete pod batch-79ccdb8877-9ktbf -n shop"},
       {"NAMESPACE", "REGION"}});
}

TEST(Advice, ATableOfTomlKeepsItsBrackets) {
  const auto diagnosis = explain("http: server gave HTTP response to HTTPS client\n");
  ASSERT_FALSE(diagnosis.verdicts.empty());
  const auto& list = diagnosis.verdicts.front().advice;
  EXPECT_TRUE(std::any_of(list.begin(), list.end(), [](const auto& one) { return one.key == "[[registry]] location, insecure"; }));
}

TEST(Advice, IsForThePodThatFailed) {
  hold(
      {"LAST SEEN   TYPE      REASON    OBJECT             MESSAGE\n"
       "30m         Normal    Pulled    pod/web-7c5        Container image \"r.example/a:1\" already present on machine\n"
       "20s         Normal    Pulling   pod/report-5b7     Pulling image \"r.example/a:1\"\n"
       "19s         Warning   Failed    pod/report-5b7     Failed to pull image \"r.example/a:1\": failed to pull and unpack image "
       "\"r.example/a:1\": failed to resolve image: pull access denied, repository does not exist or may require authorization: "
       "authorization failed: no basic auth credentials\n",
       {"r.example"},
       {"web-7c5"}});
}

TEST(Advice, ThePauseImageHasNoPullSecret) {
  hold(
      {"Failed to create pod sandbox: rpc error: code = Unknown desc = failed to get sandbox image "
       "\"111122223333.dkr.ecr.us-east-2.amazonaws.com/eks/pause:3.1\": failed to pull image "
       "\"111122223333.dkr.ecr.us-east-2.amazonaws.com/eks/pause:3.1\": failed to pull and unpack image "
       "\"111122223333.dkr.ecr.us-east-2.amazonaws.com/eks/pause:3.1\": failed to resolve reference "
       "\"111122223333.dkr.ecr.us-east-2.amazonaws.com/eks/pause:3.1\": pull access denied, repository does not exist or may require "
       "authorization: authorization failed: no basic auth credentials\n",
       {"crictl pull --creds", "--region us-east-2"},
       {"create secret"}});
}

TEST(Advice, ANameInTheCertificateIsNoMatterOfTheCa) {
  hold(
      {"Failed to pull image \"r.example:443/a\": failed to do request: Head \"https://r.example/v2/a/manifests/latest\": x509: "
       "certificate "
       "relies on legacy Common Name field, use SANs or temporarily enable Common Name matching with GODEBUG=x509ignoreCN=0\n",
       {"that has r.example in its subjectAltName"},
       {"Put the CA", "r.example:443 in its"}});
}

TEST(Advice, NamesTheLayersHostThatFailed) {
  hold(
      {"Failed to pull image \"docker.io/library/golang:1.9\": rpc error: code = Unknown desc = failed to pull image "
       "\"docker.io/library/golang:1.9\": httpReaderSeeker: failed open: failed to do request: Get "
       "https://winlayers.cdn.mscr.io/layers/windowsservercore:10.0.14393.2430_en-us_lC70T4: read tcp "
       "192.168.1.112:49380->204.79.197.219:443: read: connection reset by peer\n",
       {"another host, winlayers.cdn.mscr.io"},
       {"production.cloudflare", "307"}});
}

TEST(Cases, EachPodOfATableIsOne) {
  const auto diagnosis = explain(
      "NAME  READY  STATUS  RESTARTS  AGE\nweb-1   0/1  ImagePullBackOff  0  3m\napi-1   0/1  InvalidImageName  0  3m\n"
      "api-2   0/1  InvalidImageName  0  3m\ndb-1    0/1   ErrImageNeverPull  0  3m\n");
  std::vector<std::string> found;
  for (const auto& verdict : diagnosis.verdicts)
    found.push_back(verdict.cause + " " + (verdict.pods.empty() ? std::string("?") : verdict.pods.front()));
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found, (std::vector<std::string>{"insufficient-evidence web-1", "invalid-reference api-1", "invalid-reference api-2",
                                             "never-pull-policy db-1"}));
}

TEST(Cases, AnImageThatKubeletAskedForWithoutCredentialsMayBeHidden) {
  const auto diagnosis = explain(
      "image pull failed for gcr.io/acme-mw/tdb, this may be because there are no credentials on this request.  details: (Error: image "
      "acme-mw/tdb:latest not found)\n");
  ASSERT_FALSE(diagnosis.verdicts.empty());
  const auto& verdict = diagnosis.verdicts.front();
  EXPECT_EQ(verdict.cause, "image-not-found");
  EXPECT_EQ(verdict.confidence, diagnose::Confidence::likely);
  ASSERT_FALSE(verdict.alternatives.empty());
  EXPECT_EQ(verdict.alternatives.front().cause, "auth-denied");
}

TEST(Cases, AFileInTheImageIsNoPlaceThatIsFull) {
  const auto diagnosis = explain(
      "Failed to pull image \"registry.example/maps:3\": rpc error: code = Unknown desc = failed to register layer: Error processing tar "
      "file(exit status 1): write /var/lib/geo/tiles.db: no space left on device\n");
  ASSERT_FALSE(diagnosis.verdicts.empty());
  EXPECT_EQ(diagnosis.verdicts.front().cause, "disk-full");
  EXPECT_EQ(diagnosis.verdicts.front().summary.find("tiles.db"), std::string::npos) << diagnosis.verdicts.front().summary;
}

}  // namespace
}  // namespace unsnag
