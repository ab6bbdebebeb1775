// SPDX-License-Identifier: Apache-2.0
// Against a fake API server under TLS, which wants a certificate or a token.
#include "kube/cluster.h"

#include <map>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "fake/server.h"

namespace unsnag::kube {
namespace {

using fake::http_answer;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

const std::string k_node = R"({"kind":"Node","apiVersion":"v1","metadata":{"name":"a","managedFields":[{"manager":"kubelet"}],
"annotations":{"node.alpha.kubernetes.io/ttl":"0","vendor.example/token":"hush"}},"status":{"nodeInfo":{"kubeletVersion":"v1.30.1"}}})";
const std::string k_pod = R"({"metadata":{"name":"web","namespace":"shop","uid":"u1","annotations":{
"kubectl.kubernetes.io/last-applied-configuration":"hush","kubernetes.io/psp":"x","evilkubernetes.io/a":"hush"}},
"spec":{"containers":[{"name":"c","image":"app:1","command":["run","--password=hush"],"args":["hush"],
"livenessProbe":{"httpGet":{"httpHeaders":[{"name":"A","value":"hush"}]}},
"env":[{"name":"PASSWORD","value":"hush"},{"name":"FROM","valueFrom":{"secretKeyRef":{"name":"s","key":"k"}}}]}],
"initContainers":[{"name":"i","env":[{"name":"A","value":"hush"}]}]},"status":{"phase":"Pending"}})";

std::string list_of(const std::string& kind, const std::string& items, const std::string& more = "") {
  return fmt::format(R"({{"kind":"{}List","apiVersion":"v1","metadata":{{"continue":"{}"}},"items":[{}]}})", kind, more, items);
}
std::string event_of(const std::string& uid, const std::string& host, const std::string& reason) {
  return fmt::format(R"({{"metadata":{{"name":"e"}},"involvedObject":{{"kind":"Pod","uid":"{}"}},"source":{{"host":"{}"}},"reason":"{}"}})",
                     uid, host, reason);
}

class ClusterTest : public testing::Test {
 protected:
  /// Answers the first of `answers` whose key the request line contains.
  std::string answer(const std::string& request) const {
    const auto line = request.substr(0, request.find("\r\n"));
    for (const auto& [part, text] : answers)
      if (line.find(part) != std::string::npos) return text.starts_with("HTTP/") || text == "silence" ? text : http_answer(text);
    return http_answer(R"({"kind":"Status","message":"nothing of that kind"})", "404 Not Found");
  }
  [[nodiscard]] Access access() const {
    Access access;
    access.server = fmt::format("https://127.0.0.1:{}", server.port());
    access.tls.authorities = own.certificate;
    access.token = Secret("hush-hush");
    access.from = "/etc/kubernetes/kubelet.conf";
    return access;
  }
  std::map<std::string, std::string> read(std::chrono::milliseconds limit = 5s) const {
    Api api(access(), {limit});
    std::map<std::string, std::string> all;
    read_node(api, "a", [&](const Document& one) {
      all[one.name] = one.text ? *one.text : one.text.error().message();
      EXPECT_THAT(one.source, AllOf(HasSubstr("as /etc/kubernetes/kubelet.conf may ask"), Not(HasSubstr("hush"))));
      EXPECT_THAT(all[one.name], Not(HasSubstr("hush")));
    });
    return all;
  }

  std::vector<std::pair<std::string, std::string>> answers{
      {"/nodes/a/proxy/configz ", http_answer(R"({"kind":"Status","message":"nodes \"a\" is forbidden: hello"})", "403 Forbidden")},
      {"/nodes/a ", k_node},
      {"/pods?fieldSelector=spec.nodeName%3Da&", list_of("Pod", k_pod)},
      {"/namespaces/shop/events",
       list_of("Event", event_of("u1", "", "Pulling") + "," + event_of("u9", "b", "Elsewhere") + "," + event_of("gone", "a", "Killing"))},
      {"/api/v1/events?fieldSelector=involvedObject.kind%3DNode%2CinvolvedObject.name%3Da&",
       list_of("Event", R"({"involvedObject":{"kind":"Node"},"reason":"DiskPressure"})")}};
  fake::Certificate own = fake::make_certificate("127.0.0.1");
  fake::Server server{fake::Server::answering([this](const std::string& request) { return answer(request); }), &own};
};

TEST_F(ClusterTest, TheNodeAndItsPodsReadLikeKubectls) {
  const auto all = read();
  EXPECT_THAT(all.at("kubernetes/node.json"), AllOf(HasSubstr("\"kubeletVersion\": \"v1.30.1\""), HasSubstr("node.alpha.kubernetes.io/ttl"),
                                                    Not(HasSubstr("managedFields")), Not(HasSubstr("vendor.example"))));
  const auto pods = parse_json(all.at("kubernetes/pods.json"));
  ASSERT_TRUE(pods);
  EXPECT_EQ((*pods)["kind"].scalar, "List");
  const auto& pod = (*pods)["items"].entries.at(0).second;
  EXPECT_EQ(pod["kind"].scalar, "Pod");
  EXPECT_EQ(pod["apiVersion"].scalar, "v1");
  EXPECT_EQ(pod["status"]["phase"].scalar, "Pending");
  const auto& variables = pod["spec"]["containers"].entries.at(0).second["env"];
  EXPECT_EQ(variables.entries.at(0).second["name"].scalar, "PASSWORD");
  EXPECT_FALSE(variables.entries.at(0).second["value"]);
  EXPECT_EQ(variables.entries.at(1).second.at({"valueFrom", "secretKeyRef", "name"}).scalar, "s");
  EXPECT_EQ(pod["metadata"]["annotations"].entries.size(), 1u);
  for (const auto& request : server.requests()) EXPECT_THAT(request, HasSubstr("Authorization: Bearer hush-hush\r\n"));
}

TEST_F(ClusterTest, EventsAreTheNodesAndItsPodsAndNoOthers) {
  const auto events = read().at("kubernetes/events.json");
  EXPECT_THAT(events, AllOf(HasSubstr("DiskPressure"), HasSubstr("Pulling"), HasSubstr("Killing"), Not(HasSubstr("Elsewhere"))));
}

TEST_F(ClusterTest, WhatIsForbiddenIsSaidInTheServersWords) {
  EXPECT_EQ(read().at("kubernetes/kubelet-configz.json"), "HTTP 403: nodes \"a\" is forbidden: hello");
}

TEST_F(ClusterTest, AListOfManyPagesIsReadToItsEndAndNotBeyondWhatIsWanted) {
  int page = 0;
  std::string items;
  for (int i = 0; i < 500; ++i) items += std::string(i == 0 ? "" : ",") + R"({"metadata":{"uid":"u"}})";
  const auto three = fake::Server(fake::Server::answering([&](const std::string& request) {
    EXPECT_EQ(request.find("continue=next%2F") != std::string::npos, page > 0);
    return http_answer(list_of("Pod", items, ++page < 3 ? "next/" : ""));
  }));
  Access plain;
  plain.server = fmt::format("http://127.0.0.1:{}", three.port());
  const auto all = Api(plain, {}).list("/api/v1/pods", 5'000);
  ASSERT_TRUE(all) << all.error().message();
  EXPECT_EQ(all->items.size(), 1'500u);
  EXPECT_TRUE(all->all);
  page = 0;
  const auto some = Api(plain, {}).list("/api/v1/pods", 600);
  ASSERT_TRUE(some);
  EXPECT_EQ(some->items.size(), 600u);
  EXPECT_FALSE(some->all);
}

TEST_F(ClusterTest, AListThatNeverEndsEnds) {
  const fake::Server ring(fake::Server::answering([](const std::string&) { return http_answer(list_of("Event", "{},{},{}", "again")); }));
  Access plain;
  plain.server = fmt::format("http://127.0.0.1:{}", ring.port());
  const auto got = Api(plain, {}).list("/api/v1/events", 10, [](const Value&) { return false; });
  ASSERT_TRUE(got);
  EXPECT_FALSE(got->all);
}

TEST_F(ClusterTest, AListThatNeverEndsAndIsEmptyEnds) {
  const fake::Server ring(fake::Server::answering([](const std::string&) { return http_answer(list_of("Event", "", "again")); }));
  Access plain;
  plain.server = fmt::format("http://127.0.0.1:{}", ring.port());
  EXPECT_TRUE(Api(plain, {}).list("/api/v1/events", 10));
  EXPECT_LT(ring.requests().size(), 100u);
}

TEST_F(ClusterTest, ASilentServerIsAskedOnce) {
  answers = {{"", "silence"}};
  const auto all = read(200ms);
  EXPECT_EQ(all.at("kubernetes/node.json"), "did not answer within 0.2 s");
  EXPECT_EQ(all.at("kubernetes/pods.json"), "not asked: did not answer within 0.2 s");
  EXPECT_EQ(all.at("kubernetes/kubelet-configz.json"), "not asked: did not answer within 0.2 s");
  EXPECT_EQ(server.connections(), 1u);
}

TEST_F(ClusterTest, AnAnswerThatIsNoneOfAnApiServersIsAFailure) {
  for (const auto* text : {"<html>hello</html>", "[]", "{\"kind\":\"Pod\"}", "{\"kind\":\"List\"}", "{"}) {
    answers = {{"", text}};
    const auto all = read();
    EXPECT_EQ(all.count("kubernetes/events.json"), 1u) << text;
  }
}

TEST_F(ClusterTest, AnotherAuthoritysServerIsNotTrusted) {
  auto other = access();
  other.tls.authorities = fake::make_certificate("127.0.0.1").certificate;
  EXPECT_EQ(Api(other, {}).get("/api/v1/nodes/a").error().code, Errc::untrusted);
  EXPECT_THAT(server.requests(), testing::IsEmpty());
}

TEST_F(ClusterTest, TheNodeIsFoundByItsNameOrItsHostsLabel) {
  Api api(access(), {});
  EXPECT_EQ(find_node(api, {"", "a"}).value_or(""), "a");
  EXPECT_EQ(find_node(api, {}).error().code, Errc::invalid_argument);
  EXPECT_EQ(find_node(api, {"b"}).error().code, Errc::not_found);
  answers.emplace_back("/nodes?labelSelector=kubernetes.io%2Fhostname%3Dhost-a&", list_of("Node", k_node));
  EXPECT_EQ(find_node(api, {"b", "host-a"}).value_or(""), "a");
  EXPECT_EQ(find_node(api, {"../../secrets"}).error().code, Errc::not_found);
  EXPECT_THAT(server.requests(), Not(testing::Contains(HasSubstr("/../"))));
}

}  // namespace
}  // namespace unsnag::kube
