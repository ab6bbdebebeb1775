// SPDX-License-Identifier: Apache-2.0
#include "readers/kubernetes_test_support.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unsnag::readers::kubernetes {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::string_view k_pod = R"(apiVersion: v1
kind: Pod
metadata:
  name: etl-c4fj7
  namespace: payments-eu
  uid: 3957857d
spec:
  containers:
  - image: registry.example/team/etl:7
    imagePullPolicy: IfNotPresent
    name: etl
  imagePullSecrets:
  - name: regcred
  nodeName: node418
status:
  containerStatuses:
  - image: registry.example/team/etl:7
    name: etl
    state:
      waiting:
        message: |-
          Back-off pulling image "registry.example/team/etl:7": ErrImagePull: 403 Forbidden
          denied
        reason: ImagePullBackOff
)";

TEST(PodObject, SaysPolicySecretsAndWhyItWaits) {
  const auto r = record(k_pod);
  EXPECT_TRUE(r.ours);
  EXPECT_THAT(r.words(),
              ElementsAre("pull-policy(policy=IfNotPresent)", "pod-uses-secret(secret=regcred)", "waiting-reason(reason=ImagePullBackOff)",
                          "said: Back-off pulling image \"registry.example/team/etl:7\": ErrImagePull: 403 Forbidden\ndenied"));
  EXPECT_EQ(r.scope("said"), "node418 payments-eu/etl-c4fj7 etl registry.example/team/etl:7");
  EXPECT_EQ(r.find("waiting-reason").origin.line, 24U);
  EXPECT_EQ(r.find("waiting-reason").origin.text, "reason: ImagePullBackOff");
}

TEST(PodObject, WithoutSecretsSaysSoOnlyWhenItIsTheApiServersOwn) {
  std::string text(k_pod);
  text.erase(text.find("  imagePullSecrets"), std::string_view("  imagePullSecrets:\n  - name: regcred\n").size());
  EXPECT_EQ(record(text).find("pod-without-secret").scope.pod, "payments-eu/etl-c4fj7");
  text.erase(text.find("  uid"), std::string_view("  uid: 3957857d\n").size());  // a manifest
  for (const auto& words : record(text).words()) EXPECT_NE(words, "pod-without-secret()");
}

TEST(PodObject, InAPasteBehindAPromptAndBeforeATable) {
  const auto r =
      record("$ kubectl get pod etl-c4fj7 -o yaml\n" + std::string(k_pod) + "$ kubectl get pods\nother-1   0/1   ErrImagePull   0   5m\n");
  EXPECT_EQ(r.events.size(), 5U);
  EXPECT_THAT(r.others, IsEmpty());
}

TEST(EventObject, BothApisSayTheSame) {
  struct Case {
    const char *name, *text;
  };
  static const Case k_cases[] = {
      {"core/v1", R"({"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Event","count":12,
"firstTimestamp":"2026-11-24T07:00:00Z","lastTimestamp":"2026-11-24T07:53:00Z","reason":"Failed","type":"Warning",
"involvedObject":{"kind":"Pod","namespace":"shop","name":"web-0","fieldPath":"spec.containers{web}"},
"message":"Failed to pull image \"registry.example/web:1\": not found",
"source":{"component":"kubelet","host":"n-1"}}]})"},
      {"events.k8s.io/v1", R"({"apiVersion":"events.k8s.io/v1","kind":"Event","deprecatedCount":12,
"deprecatedFirstTimestamp":"2026-11-24T07:00:00Z","deprecatedLastTimestamp":"2026-11-24T07:53:00Z",
"eventTime":null,"reason":"Failed","type":"Warning","reportingController":"kubelet","reportingInstance":"n-1",
"regarding":{"kind":"Pod","namespace":"shop","name":"web-0","fieldPath":"spec.containers{web}"},
"note":"Failed to pull image \"registry.example/web:1\": not found"})"},
      {"a series", R"({"kind":"Event","apiVersion":"events.k8s.io/v1","eventTime":"2026-11-24T07:00:00.000000Z",
"series":{"count":12,"lastObservedTime":"2026-11-24T07:53:00.000000Z"},"reason":"Failed","type":"Warning",
"reportingController":"kubelet","reportingInstance":"n-1",
"regarding":{"kind":"Pod","namespace":"shop","name":"web-0","fieldPath":"spec.containers{web}"},
"note":"Failed to pull image \"registry.example/web:1\": not found"})"},
      {"a watch", R"({"type":"ADDED","object":{"apiVersion":"v1","kind":"Event","count":12,
"firstTimestamp":"2026-11-24T07:00:00Z","lastTimestamp":"2026-11-24T07:53:00Z","reason":"Failed","type":"Warning",
"involvedObject":{"kind":"Pod","namespace":"shop","name":"web-0","fieldPath":"spec.containers{web}"},
"message":"Failed to pull image \"registry.example/web:1\": not found",
"source":{"component":"kubelet","host":"n-1"}}})"},
  };
  for (const auto& c : k_cases) {
    const auto r = record(c.text);
    ASSERT_EQ(r.events.size(), 1U) << c.name;
    EXPECT_THAT(r.words(), ElementsAre("said: Failed to pull image \"registry.example/web:1\": not found")) << c.name;
    EXPECT_EQ(r.scope("said"), "n-1 shop/web-0 web registry.example/web:1") << c.name;
    EXPECT_EQ(format_rfc3339(*r.events[0].when.at), "2026-11-24T07:53:00Z") << c.name;
    EXPECT_EQ(r.events[0].count, 12U) << c.name;
    EXPECT_EQ(r.events[0].span, seconds(53 * 60)) << c.name;
    EXPECT_EQ(r.events[0].origin.program, "kubelet") << c.name;
  }
}

TEST(NodeObject, ListsAnImageOnlyIfAPodWantsIt) {
  const auto r = record(std::string(k_pod) + R"(---
apiVersion: v1
kind: Node
metadata:
  name: node418
status:
  conditions:
  - type: Ready
    status: Unknown
    reason: NodeStatusUnknown
    message: Kubelet stopped posting node status.
  images:
  - names: ["registry.example/team/etl:7"]
  - names: ["registry.example/team/unrelated:1"]
  nodeInfo:
    containerRuntimeVersion: cri-o://1.30.2
    kubeletVersion: v1.29.6+k3s1
)");
  int on_node = 0;
  for (const auto& words : r.words()) on_node += words == "image-on-node()";
  EXPECT_EQ(on_node, 1);
  EXPECT_EQ(r.scope("node-not-ready(reason=NodeStatusUnknown, status=Unknown)"), "node418 - - -");
  EXPECT_EQ(r.scope("version(of=cri-o, version=1.30.2)"), "node418 - - -");
  EXPECT_EQ(r.find("platform(by=kubelet version, name=k3s)").origin.certainty, timeline::Certainty::inferred);
}

// {"auths":{"registry-old.example":{"username":"deploy","password":"hunter2"},"https://index.docker.io/v1/":{}}}
constexpr std::string_view k_auths =
    "eyJhdXRocyI6eyJyZWdpc3RyeS1vbGQuZXhhbXBsZSI6eyJ1c2VybmFtZSI6ImRlcGxveSIsInBhc3N3b3JkIjoiaHVudGVyMiJ9LCJodHRwczovL2lu"
    "ZGV4LmRvY2tlci5pby92MS8iOnt9fX0=";

TEST(SecretObject, KeepsNamesOfRegistriesAndNothingElse) {
  const auto text = fmt::format(
      "apiVersion: v1\ndata:\n  .dockerconfigjson: {}\nkind: Secret\nmetadata:\n  name: regcred\n  namespace: shop\n"
      "type: kubernetes.io/dockerconfigjson\n",
      k_auths);
  const auto r = record(text);
  EXPECT_THAT(r.words(), ElementsAre("secret-for(hosts=registry-old.example https://index.docker.io/v1/, namespace=shop, "
                                     "secret=regcred, type=kubernetes.io/dockerconfigjson)"));
  EXPECT_EQ(r.events[0].origin.text, "name: regcred");
}

TEST(SecretObject, OfTheOldKindHasItsRegistriesOnTop) {
  const auto r = record(R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"old"},"type":"kubernetes.io/dockercfg",
"stringData":{".dockercfg":"{\"registry.example\":{\"auth\":\"eA==\"}}"}})");
  EXPECT_THAT(r.words(), ElementsAre("secret-for(hosts=registry.example, secret=old, type=kubernetes.io/dockercfg)"));
}

TEST(SecretObject, ThatDoesNotParseIsShownToNobody) {
  const auto r =
      record(fmt::format("a-0 0/1 ErrImagePull 0 5m\n\napiVersion: v1\nkind: Secret\ndata: [\n  .dockerconfigjson: {}\n", k_auths));
  EXPECT_TRUE(r.ours);
  EXPECT_THAT(r.others, IsEmpty());
}

TEST(Objects, CutOffInTheMiddleStillSayWhyThePodWaits) {
  const auto r = record(
      "  containerStatuses:\n  - name: etl\n    state:\n      waiting:\n"
      "        message: 'rpc error: code = Unknown desc = context canceled'\n        reason: ErrImagePull\n");
  EXPECT_THAT(r.words(), ElementsAre("waiting-reason(reason=ErrImagePull)"));
  EXPECT_EQ(r.others.size(), 5U);  // the message's line is among them
}

TEST(Objects, HostileNestingEndsQuickly) {
  std::string open, lists;
  for (int i = 0; i < 50'000; ++i) {
    open += "{ \"kind\":\n";
    lists += "{\"items\":[";
  }
  EXPECT_FALSE(record(open).ours);
  EXPECT_FALSE(record(lists).ours);
}

}  // namespace
}  // namespace unsnag::readers::kubernetes
