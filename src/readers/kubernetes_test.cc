// SPDX-License-Identifier: Apache-2.0
#include "readers/kubernetes_test_support.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unsnag::readers::kubernetes {
namespace {

using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;
using timeline::Certainty;

// Cut from a recording: kubelet 1.36.3, containerd 2.4.2; the registry's word stands on a line of its own, and
// kubectl's columns are narrower behind it.
constexpr std::string_view k_pod = R"(Name:         etl-9vb-c4fj7
Namespace:    payments-eu
Priority:     0
Node:         node418.example/10.20.4.2
Start Time:   Tue, 24 Nov 2026 07:27:35 +0000
Labels:       app=etl
Annotations:  <none>
Status:       Pending
IP:           10.244.4.2
Containers:
  etl:
    Container ID:   
    Image:          registry.example/team/etl:7
    Image ID:       
    State:          Waiting
      Reason:       ImagePullBackOff
    Ready:          False
    Restart Count:  0
    Environment:    <none>
Conditions:
  Type                        Status
  Initialized                 True 
Volumes:                      <none>
QoS Class:                    BestEffort
Node-Selectors:               <none>
Tolerations:                  node.kubernetes.io/not-ready:NoExecute op=Exists for 300s
                              node.kubernetes.io/unreachable:NoExecute op=Exists for 300s
Events:
  Type     Reason     Age               From               Message
  ----     ------     ----              ----               -------
  Normal   Scheduled  14s               default-scheduler  Successfully assigned payments-eu/etl-9vb-c4fj7 to node418.example
  Normal   Pulling    2s (x2 over 14s)  kubelet            Pulling image "registry.example/team/etl:7"
  Normal   BackOff    13s               kubelet            Back-off pulling image "registry.example/team/etl:7"
  Warning  Failed     2s (x2 over 14s)  kubelet            Failed to pull image "registry.example/team/etl:7": failed to pull and unpack image "registry.example/team/etl:7": unexpected status from GET request: 403 Forbidden
denied
  Warning  Failed  2s (x2 over 14s)  kubelet  Error: ErrImagePull
)";

std::string pod_with(std::string_view from, std::string_view to) {
  std::string text(k_pod);
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) text.replace(at, from.size(), to);
  return text;
}

std::string cut_at(std::size_t width) {
  std::string out;
  std::size_t column = 0;
  for (const char c : k_pod) {
    if (c == '\n') column = 0;
    else if (column++ == width) {
      out += '\n';
      column = 1;
    }
    out += c;
  }
  return out;
}

TEST(DescribePod, EventsCarryPodNodeContainerAndImageOldestFirst) {
  const auto r = record(k_pod);
  EXPECT_TRUE(r.ours);
  EXPECT_THAT(r.others, IsEmpty());
  EXPECT_THAT(r.words(), ElementsAre("said: Successfully assigned payments-eu/etl-9vb-c4fj7 to node418.example",
                                     "said: Back-off pulling image \"registry.example/team/etl:7\"",
                                     "said: Pulling image \"registry.example/team/etl:7\"",
                                     "said: Failed to pull image \"registry.example/team/etl:7\": failed to pull and unpack image "
                                     "\"registry.example/team/etl:7\": unexpected status from GET request: 403 Forbidden\ndenied",
                                     "said: Error: ErrImagePull", "waiting-reason(reason=ImagePullBackOff)"));
  const auto whole = "node418.example payments-eu/etl-9vb-c4fj7 etl registry.example/team/etl:7";
  EXPECT_EQ(r.scope("said: Error"), whole);
  EXPECT_EQ(r.scope("waiting-reason"), whole);
  EXPECT_EQ(r.scope("said: Successfully"), "node418.example payments-eu/etl-9vb-c4fj7 - -");
}

TEST(DescribePod, KubeletReportsAndTheStatusEchoes) {
  const auto r = record(k_pod);
  const auto& event = r.find("said: Error");
  EXPECT_EQ(event.origin.program, "kubelet");
  EXPECT_EQ(event.origin.certainty, Certainty::reported);
  EXPECT_EQ(event.count, 2U);
  EXPECT_EQ(event.span, seconds(12));
  EXPECT_EQ(event.origin.line, 36U);
  const auto& status = r.find("waiting-reason");
  EXPECT_EQ(status.origin.certainty, Certainty::echoed);
  EXPECT_EQ(status.origin.line, 16U);
  EXPECT_EQ(status.origin.text, "      Reason:       ImagePullBackOff");
  EXPECT_EQ(r.find("said: Successfully").origin.program, "kubernetes");
}

TEST(DescribePod, StartTimeAndScheduledTellWhenTheCommandRan) {
  const auto r = record(k_pod);
  const auto& pulling = r.find("said: Pulling").when;  // really 07:27:47
  ASSERT_TRUE(pulling.at);
  EXPECT_EQ(format_rfc3339(*pulling.at), "2026-11-24T07:27:44Z");
  EXPECT_EQ(pulling.uncertainty, seconds(5));
  EXPECT_TRUE(pulling.year_known);
}

TEST(DescribePod, WithoutAnAnchorNoTimeIsMadeUp) {
  const auto r = record(pod_with("Scheduled", "Whatever"));
  for (const auto& event : r.events) EXPECT_FALSE(event.when.at);
}

TEST(DescribePod, ReadsTheSameHoweverItWasPasted) {
  const auto want = record(k_pod).words();
  std::string quoted, flush, single, doubled = "  ";
  for (std::size_t at = 0; at < k_pod.size();) {
    const auto end = std::min(k_pod.find('\n', at), k_pod.size());
    auto line = k_pod.substr(at, end - at);
    quoted += "> " + std::string(line) + "\r\n";
    doubled += std::string(line) + "\n  ";
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    flush += std::string(line) + "\n";
    for (std::size_t i = 0; i < line.size(); ++i)
      if (line[i] != ' ' || i == 0 || line[i - 1] != ' ') single += line[i];
    single += "\n";
    at = end + 1;
  }
  EXPECT_EQ(record(quoted).words(), want) << "quoted in a mail";
  EXPECT_EQ(record(flush).words(), want) << "indentation lost";
  EXPECT_EQ(record(single).words(), want) << "columns collapsed";
  EXPECT_EQ(record(cut_at(80)).words(), want) << "cut by a terminal";
  EXPECT_EQ(record(cut_at(100)).words(), want) << "cut by a wider terminal";
  EXPECT_EQ(record(doubled).words().size(), want.size()) << "indented as a whole";
  EXPECT_EQ(record("$ kubectl describe pod etl\n" + std::string(k_pod)).words(), want) << "with the command";
}

TEST(DescribePod, SeveralOneAfterAnotherStayApart) {
  const auto second = pod_with("payments-eu", "shop");
  const auto r = record(std::string(k_pod) + "\n\n" + second);
  EXPECT_EQ(r.events.size(), 12U);
  EXPECT_EQ(r.events[0].scope.pod, "payments-eu/etl-9vb-c4fj7");
  EXPECT_EQ(r.events[11].scope.pod, "shop/etl-9vb-c4fj7");
}

TEST(DescribePod, WithTwoContainersOnlyWhatNamesOneIsTiedToIt) {
  const auto r = record(R"(Name:       web-0
Namespace:  shop
Node:       n-1/10.0.0.1
Init Containers:
  fetch:
    Image:  registry.example/fetch:1
    State:  Terminated
      Reason:   Completed
      Started:  Tue, 24 Nov 2026 07:00:00 +0000
Containers:
  web:
    Image:  registry.example/web:1
    State:  Waiting
      Reason:  CrashLoopBackOff
    Last State:  Terminated
      Reason:   StartError
      Message:  exec: "/web": exec format error
  proxy:
    Image:  registry.example/proxy:1
    State:  Waiting
      Reason:  CreateContainerConfigError
Events:
  Warning  Failed  9s  kubelet  Failed to pull image "registry.example/proxy:1": not found
  Warning  Failed  8s  kubelet  Error: ErrImagePull
)");
  EXPECT_EQ(r.scope("said: Failed"), "n-1 shop/web-0 proxy registry.example/proxy:1");
  EXPECT_EQ(r.scope("said: Error"), "n-1 shop/web-0 - -");
  EXPECT_EQ(r.scope("container-started"), "n-1 shop/web-0 fetch registry.example/fetch:1");
  EXPECT_EQ(r.scope("container-crashing"), "n-1 shop/web-0 web registry.example/web:1");
  EXPECT_EQ(r.scope("said: exec: \"/web\""), "n-1 shop/web-0 web registry.example/web:1");
  EXPECT_EQ(r.scope("container-failed(how=create)"), "n-1 shop/web-0 proxy registry.example/proxy:1");
}

TEST(DescribePod, EvictionIsSaidWithItsMessage) {
  const auto r = record(
      "Name: a-1\nNamespace: b\nNode: n/\nStatus:  Failed\nReason:  Evicted\n"
      "Message:  Pod was rejected: The node had condition: [DiskPressure].\nIPs: <none>\nEvents: <none>\n");
  EXPECT_THAT(r.words(), ElementsAre("said: Pod was rejected: The node had condition: [DiskPressure].", "evicted()"));
  EXPECT_EQ(r.scope("evicted"), "n b/a-1 - -");
}

TEST(DescribeNode, PressureVersionsAndTheMomentByTheLease) {
  const auto r = record(R"(Name:               n-1
Roles:              <none>
Labels:             eks.amazonaws.com/nodegroup=main
                    kubernetes.io/os=linux
Lease:
  HolderIdentity:  n-1
  RenewTime:       Tue, 24 Nov 2026 07:15:36 +0000
Conditions:
  Type             Status  LastHeartbeatTime                 LastTransitionTime                Reason                       Message
  ----             ------  -----------------                 ------------------                ------                       -------
  MemoryPressure   False   Tue, 24 Nov 2026 07:13:55 +0000   Tue, 24 Nov 2026 07:13:44 +0000   KubeletHasSufficientMemory   kubelet has sufficient memory available
  DiskPressure     True    Tue, 24 Nov 2026 07:13:55 +0000   Tue, 24 Nov 2026 07:13:55 +0000   KubeletHasDiskPressure       kubelet has disk pressure
  Ready            True    Tue, 24 Nov 2026 07:13:55 +0000   Tue, 24 Nov 2026 07:13:45 +0000   KubeletReady                 kubelet is posting ready status
System Info:
  OS Image:                   Debian GNU/Linux 12 (bookworm)
  Architecture:               amd64
  Container Runtime Version:  containerd://2.1.9
  Kubelet Version:            v1.34.4
Events:
  Type     Reason                   Age                  From     Message
  ----     ------                   ----                 ----     -------
  Normal   NodeHasNoDiskPressure    113s (x3 over 113s)  kubelet  Node n-1 status is now: NodeHasNoDiskPressure
  Normal   NodeHasDiskPressure      102s                 kubelet  Node n-1 status is now: NodeHasDiskPressure
)");
  EXPECT_THAT(r.words(),
              ElementsAre("said: Node n-1 status is now: NodeHasNoDiskPressure", "said: Node n-1 status is now: NodeHasDiskPressure",
                          "platform(by=node label, name=eks)", "said: kubelet has disk pressure", "disk-pressure()",
                          "version(of=os, version=Debian GNU/Linux 12 (bookworm))", "node-cpu(arch=amd64)",
                          "version(of=containerd, version=2.1.9)", "version(of=kubelet, version=1.34.4)"));
  for (const auto& event : r.events) EXPECT_EQ(event.scope.node, "n-1");
  EXPECT_EQ(format_rfc3339(*r.find("disk-pressure").when.at), "2026-11-24T07:13:55Z");
  const auto& event = r.events[1].when;  // really 07:13:55
  EXPECT_EQ(format_rfc3339(*event.at), "2026-11-24T07:13:53Z");
  EXPECT_EQ(event.uncertainty, seconds(5));
}

TEST(Paste, OfEventRowsAloneTakesPodAndNodeFromScheduled) {
  const auto r = record(
      "  Normal  Scheduled  25m  default-scheduler  Successfully assigned shop/cart-1 to n-1\n"
      "  Warning  Failed  24m  kubelet  Failed to pull image \"registry.example/cart:1\": denied\n"
      "  Warning  Failed  24m  kubelet  Error: ErrImagePull\n");
  EXPECT_EQ(r.scope("said: Failed"), "n-1 shop/cart-1 - registry.example/cart:1");
  EXPECT_EQ(r.scope("said: Error"), "n-1 shop/cart-1 - registry.example/cart:1");
}

TEST(Paste, WithoutAnyNameTiesAnErrorToTheOnlyImage) {
  const auto r = record(
      "  Warning  Failed  52s  kubelet  Failed to pull image \"a.example/b:1\": pull QPS exceeded\n"
      "  Warning  Failed  52s  kubelet  Error: ErrImagePull\n",
      "n-7");
  EXPECT_EQ(r.scope("said: Error"), "n-7 - - a.example/b:1");
}

TEST(Paste, OtherLinesGoToTheOtherReaderInOrder) {
  const auto r = record(
      "hello, our pods hang\n\n> $ kubectl -n shop get pods\n> web-0   0/1   ImagePullBackOff   0   5m\n\n"
      "and kubelet says:\nE1124 07:27:36.101010    1234 pod_workers.go:1] \"Error syncing pod\"\r\n");
  EXPECT_THAT(r.words(), ElementsAre("waiting-reason(reason=ImagePullBackOff)"));
  EXPECT_EQ(r.scope("waiting-reason"), "- shop/web-0 - -");
  using Other = std::pair<std::uint64_t, std::string>;
  EXPECT_THAT(r.others, ElementsAre(Other{1, "hello, our pods hang"}, Other{6, "and kubelet says:"},
                                    Other{7, "E1124 07:27:36.101010    1234 pod_workers.go:1] \"Error syncing pod\""}));
}

TEST(Paste, AParagraphOfOtherWordsEndsWhatCameBefore) {
  const auto r = record(std::string(k_pod) + "\nthe other one:\n  Warning  Failed  9s  kubelet  Error: InvalidImageName\n");
  EXPECT_EQ(r.scope("said: Error: InvalidImageName"), "- - - -");
}

TEST(Paste, WhatIsNotKubectlsIsLeftAlone) {
  for (const std::string_view text :
       {std::string_view("E1124 07:27:36.101010    1234 pod_workers.go:1] \"Error syncing pod\" pod=\"a/b\"\n"),
        std::string_view("Name: ip-10-0-1-21\nKernel Version: 5.10\n"),
        std::string_view("kind: KubeletConfiguration\napiVersion: kubelet.config.k8s.io/v1beta1\n"),
        std::string_view("{\"level\":\"info\",\"msg\":\"x\",\"kind\":\"nothing\"}\n"), std::string_view("version = 3\n[plugins]\n"),
        std::string_view("")}) {
    const auto r = record(text);
    EXPECT_FALSE(r.ours) << text;
    EXPECT_THAT(r.others, IsEmpty()) << text;
    EXPECT_THAT(r.events, IsEmpty()) << text;
  }
}

TEST(GetEvents, NamesObjectsAndGuessesNoContainer) {
  const auto r = record(R"(NAMESPACE   LAST SEEN   TYPE      REASON      OBJECT       MESSAGE
shop        16s         Warning   Failed      pod/web-0    Error: ErrImagePull
shop        5m          Normal    Scheduled   pod/web-0    Successfully assigned shop/web-0 to n-1
default     2s          Normal    Starting    node/n-2     Starting kubelet.
shop        3s          Warning   Unhealthy   pod/web-1    Readiness probe failed: connection refused
shop        3s          Warning   FailedScheduling   pod/web-2    gibberish
)");
  EXPECT_THAT(r.words(),
              ElementsAre("said: Successfully assigned shop/web-0 to n-1", "said: Error: ErrImagePull",
                          "said: Readiness probe failed: connection refused", "not-a-pull(what=scheduling)", "said: Starting kubelet."));
  EXPECT_EQ(r.scope("said: Error"), "n-1 shop/web-0 - -");
  EXPECT_EQ(r.scope("said: Starting"), "n-2 - - -");
  EXPECT_EQ(Recorded::fact(r.find("said: Readiness")).get("subject"), "other");
  EXPECT_EQ(r.find("said: Starting").origin.program, "kubelet");
}

TEST(GetPods, StatesAreFactsOnlyWhereTheySaySomething) {
  const auto r = record(R"(NAME    READY   STATUS              RESTARTS      AGE
a-0     0/1     Init:ErrImagePull   0             5m
a-1     1/2     CrashLoopBackOff    5 (24s ago)   5m
a-2     2/2     Running             0             5m
a-3     1/2     Running             0             5m
a-4     0/1     ContainerCreating   0             5m
a-5     0/1     Pending             0             5m
)");
  EXPECT_THAT(r.words(), ElementsAre("waiting-reason(reason=ErrImagePull)", "container-crashing()", "container-started()",
                                     "container-creating(reason=ContainerCreating)"));
}

}  // namespace
}  // namespace unsnag::readers::kubernetes
