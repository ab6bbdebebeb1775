// SPDX-License-Identifier: Apache-2.0
// What only shows when a file is fed: pieces, lines, states over several lines, counts.
#include "redaction/redactor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/base64.h"
#include "base/document.h"
#include "base/json_writer.h"
#include "base/redact.h"
#include "base/text.h"
#include "redaction/report.h"

namespace unsnag::redaction {
namespace {

/// A key that nobody has.
std::string pem(std::string_view indent, std::string_view end = "\n") {
  std::string text;
  const auto line = [&](std::string_view inside) { text.append(indent).append(inside).append(end); };
  line(std::string("-----BEGIN RSA PRIV") + "ATE KEY-----");
  for (int i = 0; i < 12; ++i) line("MIIEowIBAAKCAQEA7bq1SecretKeyBody" + std::to_string(i % 10) + "QwErTyUiOpAsDfGhJkLzXcVbNm12345");
  line("c2hvcnQ=");
  line(std::string("-----END RSA PRIV") + "ATE KEY-----");
  return text;
}

TEST(Redactor, AKeyOverManyLinesKeepsItsLines) {
  for (const std::string_view indent : {"", "    ", "Nov 24 05:11:12 host cloud-init[811]: ", "> "}) {
    const auto text = "before\n" + pem(indent) + "after\n";
    const auto shown = redact_text(text);
    EXPECT_EQ(shown.find("SecretKeyBody"), std::string::npos) << shown;
    EXPECT_EQ(shown.find("c2hvcnQ"), std::string::npos) << shown;
    EXPECT_EQ(count_of(shown, '\n'), count_of(text, '\n'));
    EXPECT_TRUE(shown.starts_with("before\n") && shown.ends_with("after\n")) << shown;
    EXPECT_EQ(redact_text(shown), shown);
  }
}

TEST(Redactor, ACutAnywhereChangesNothing) {
  const auto text =
      "a: 1\npassword: hunter2Sup3r\n" + pem("  ") + "data:\n  x: c2VjcmV0U2VjcmV0\nkind: Secret\n---\nlast https://u:hunter2@h/x";
  const auto whole = redact_text(text);
  EXPECT_EQ(whole.find("hunter2"), std::string::npos) << whole;
  EXPECT_EQ(whole.find("c2VjcmV0"), std::string::npos) << whole;
  for (std::size_t step = 1; step < 80; ++step) {
    std::string out;
    Redactor redactor;
    for (std::size_t at = 0; at < text.size(); at += step) redactor.feed(std::string_view(text).substr(at, step), out);
    redactor.end(out);
    EXPECT_EQ(out, whole) << step;
  }
}

/// A secret of no other look than any word.
constexpr std::string_view k_word = "aNyW0rdAtAll";

enum class Syntax { none, yaml, json, toml };
struct Shape {
  const char* name;
  Syntax syntax;
  std::string text;  // every WORD is a secret
  std::string path;
};
std::vector<Shape> shapes() {
  const std::string coded = encode_base64(std::string(k_word) + " and more of it");
  const std::string key = encode_base64(pem(""));
  const std::string auth = encode_base64("robot:" + std::string(k_word));
  const std::string certificate = encode_base64("-----BEGIN CERTIFICATE-----\nMIID\n");
  return {
      {"Secret, kind behind data", Syntax::yaml,
       "apiVersion: v1\ndata:\n  any: WORD\n  other.txt: '" + coded + "'\nkind: Secret\nmetadata:\n  name: x\n", ""},
      {"Secret, kind before data", Syntax::yaml,
       "apiVersion: v1\nkind: Secret\ndata:\n  any: WORD\nstringData:\n  b: \"WORD\"\n  c: |\n    WORD\n    x: WORD\n\n    WORD\ntype: "
       "Opaque\n",
       ""},
      {"Secret in a list", Syntax::yaml,
       "apiVersion: v1\nitems:\n- apiVersion: v1\n  data:\n    any: WORD\n  kind: Secret\n  metadata:\n    name: y\n- apiVersion: v1\n  "
       "data:\n    b: keep\n  kind: ConfigMap\nkind: List\n",
       ""},
      {"Secret in a ConfigMap's text", Syntax::yaml,
       "apiVersion: v1\ndata:\n  s.yaml: |\n    apiVersion: v1\n    data:\n      any: WORD\n    kind: Secret\nkind: ConfigMap\n", ""},
      {"Secret of kubectl -o json", Syntax::json,
       "{\n    \"apiVersion\": \"v1\",\n    \"data\": {\n        \"any\": \"WORD\",\n        \"b\": \"WORD\"\n    },\n    \"kind\": "
       "\"Secret\",\n    \"metadata\": {\n        \"name\": \"x\"\n    }\n}\n",
       ""},
      {"Secret's annotation", Syntax::yaml,
       "metadata:\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n      "
       "{\"apiVersion\":\"v1\",\"data\":{\"any\":\"WORD\"},\"kind\":\"Secret\"}\n  name: x\n",
       ""},
      {"annotation in JSON", Syntax::json,
       R"({"metadata":{"annotations":{"x":"{\"kind\":\"Secret\",\"stringData\":{\"any\":\"WORD\"}}\n"}}})"
       "\n",
       ""},
      {"stringData at the end", Syntax::yaml, "kind: Secret\nstringData:\n  any: WORD", ""},
      {"variable of a container", Syntax::yaml, "env:\n- name: DB_PASSWORD\n  value: WORD\n- name: PATH\n  value: keep\n", ""},
      {"variable in indented JSON", Syntax::json, "{\"envs\": [\n  {\n    \"key\": \"DB_PASSWORD\",\n    \"value\": \"WORD\"\n  }\n]}\n",
       ""},
      {"variable of a long text", Syntax::yaml, "- name: API_TOKEN\n  value: |\n    WORD\n    WORD\n- name: b\n", ""},
      {"containerd's table", Syntax::toml,
       "[plugins.\"io.containerd.grpc.v1.cri\".registry.configs.\"reg.example\".auth]\n  username = \"robot\"\n  password = \"WORD\"\n  "
       "auth = \"" +
           auth + "\"\n  identitytoken = \"WORD\"\n[x]\n",
       ""},
      {"containerd's inline table", Syntax::toml, "[a]\nauth = { username = \"robot\", password = \"WORD\" }\n", ""},
      {"TOML's long string", Syntax::toml, "password = \"\"\"\nWORD\nWORD\"\"\"\nnext = 1\n", ""},
      {"TOML's long literal", Syntax::toml, "secret_key = '''WORD\nWORD\n'''\nnext = 1\n", ""},
      {"registries.yaml", Syntax::yaml,
       "configs:\n  \"reg.example:5000\":\n    auth:\n      username: robot\n      password: WORD\n      auth: WORD\n      identity_token: "
       "WORD\n    tls:\n      insecure_skip_verify: true\n",
       ""},
      {"registries.yaml, flow", Syntax::yaml, "configs:\n  \"reg.example\": {auth: {username: robot, password: WORD}}\n", ""},
      {"auth.json", Syntax::json,
       "{\n\t\"auths\": {\n\t\t\"reg.example\": {\n\t\t\t\"auth\": \"" + auth + "\",\n\t\t\t\"identitytoken\": \"WORD\"\n\t\t}\n\t}\n}\n",
       ""},
      {"kubeconfig", Syntax::yaml,
       "users:\n- name: admin\n  user:\n    client-certificate-data: " + certificate + "\n    client-key-data: " + key +
           "\n    token: WORD\n    password: WORD\n    username: a\n",
       ""},
      {"Talos", Syntax::yaml,
       "machine:\n  token: WORD\n  ca:\n    crt: " + certificate + "\n    key: " + key + "\ncluster:\n  secret: " + coded +
           "\n  aescbcEncryptionSecret: " + coded + "\n",
       ""},
      {"EncryptionConfiguration", Syntax::yaml,
       "kind: EncryptionConfiguration\nresources:\n- providers:\n  - aescbc:\n      keys:\n      - name: key1\n        secret: " + coded +
           "\n",
       ""},
      {"block scalar", Syntax::yaml, "a:\n  password: |-\n    WORD\n\n    WORD\n  b: keep\n", ""},
      {"value on the next line", Syntax::yaml, "a:\n  password:\n    WORD\n  b: keep\n", ""},
      {"list of arguments", Syntax::yaml, "args:\n- --password\n- WORD\n- --token=WORD\n- --keep\n", ""},
      {"arguments in indented JSON", Syntax::json, "{\"args\": [\n  \"--password\",\n  \"WORD\",\n  \"--keep\"\n]}\n", ""},
      {"key in YAML", Syntax::yaml, "files:\n- path: /etc/k\n  content: |\n" + pem("    ") + "- path: /b\n", ""},
      {"key in a line of JSON", Syntax::json,
       "{\"type\":\"service_account\",\"private_key\":" + JsonWriter().string(pem("")).take() + ",\"client_email\":\"a@b.example\"}\n", ""},
      {"key in JSON without a name", Syntax::json, "{\"x\":" + JsonWriter().string(pem("")).take() + "}\n", ""},
      {"cloud-init", Syntax::yaml,
       "#cloud-config\nchpasswd:\n  list: |\n    root:WORD\n    joe:WORD\n  expire: false\nusers:\n- name: a\n  plain_text_passwd: WORD\n  "
       "lock_passwd: false\n  ssh_authorized_keys:\n  - ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJk3v1Q5 keep\n",
       ""},
      {"cloud-init's files", Syntax::yaml,
       "write_files:\n- encoding: b64\n  content: " + encode_base64("#!/bin/sh\npassword=" + std::string(k_word) + "\n") + "\n  path: /x\n",
       ""},
      {"Ignition", Syntax::json,
       "{\"source\":\"data:text/plain;charset=utf-8;base64," +
           encode_base64("reg: https://robot:" + std::string(k_word) + "@reg.example\n") + "\"}\n",
       ""},
      {"a log's value below its name", Syntax::none, "klog err=<\n\tfailed: password:\n\tWORD\n >\n", ""},
      {"shadow", Syntax::none, "root:WORD+hash:19000:0:99999:7:::\nbin:*:19000::::::\n", "/etc/shadow"},
      {"token's file", Syntax::none, "WORD\n", "/var/lib/rancher/k3s/server/node-token"},
      {"environment file", Syntax::none, "DB_PASSWORD=WORD and &WORD\nexport API_TOKEN='WORD x'\nA=keep\n", "/etc/default/kubelet"},
      {"unit", Syntax::none,
       "[Service]\nEnvironment=\"A=keep\" \"DB_PASSWORD=two WORD words\"\nEnvironment=API_TOKEN=WORD\nExecStart=/x --token=WORD --keep\n",
       ""},
      {"netrc over lines", Syntax::none, "machine reg.example\n  login joe\n  password WORD\n", "/root/.netrc"},
      {"key of OpenSSH", Syntax::none,
       "-----BEGIN OPENSSH PRIV"
       "ATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAWORD\nWORD\n-----END OPENSSH PRIV"
       "ATE KEY-----\nkeep\n",
       ""},
      {"key that is cut off", Syntax::none,
       "-----BEGIN PRIV"
       "ATE KEY-----\nWORDb3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAWORD",
       ""},
      {"key in docker's log", Syntax::none,
       "{\"log\":\"-----BEGIN PRIV"
       "ATE "
       "KEY-----\\n\",\"stream\":\"stdout\"}\n{\"log\":\"b3BlbnNzaC1rZXktdjEAAAAABG5vWORDQbm9uZQAAAAAWORD\\n\",\"stream\":\"stdout\"}\n{"
       "\"log\":\"WORD\\n\",\"stream\":\"stdout\"}\n{\"log\":\"-----END PRIV"
       "ATE KEY-----\\n\",\"stream\":\"stdout\"}\n{\"log\":\"keep\\n\"}\n",
       ""},
  };
}

TEST(Redactor, WhatStandsInSeveralLinesIsGone) {
  for (const auto& shape : shapes()) {
    auto text = shape.text;
    for (auto at = text.find("WORD"); at != std::string::npos; at = text.find("WORD", at + k_word.size()))
      if (at == 0 || text[at - 1] != 'S') text.replace(at, 4, k_word);
    for (const std::string_view end : {"\n", "\r\n"}) {
      auto lines = text;
      if (end.size() == 2)
        for (auto at = lines.find('\n'); at != std::string::npos; at = lines.find('\n', at + 2)) lines.insert(at, 1, '\r');
      const auto shown = redact_text(lines, {}, shape.path);
      const auto said = std::string(shape.name) + "\n" + shown;
      for (std::size_t i = 0; i + 8 <= k_word.size(); ++i) EXPECT_FALSE(contains(shown, k_word.substr(i, 8))) << said;
      for (std::size_t skip = 0; skip < 3; ++skip) {
        const auto in_base64 = encode_base64(k_word.substr(skip));
        EXPECT_FALSE(contains(shown, std::string_view(in_base64).substr(0, 12))) << said;
      }
      EXPECT_FALSE(contains(shown, "SecretKeyBody")) << said;
      EXPECT_EQ(count_of(shown, '\n'), count_of(lines, '\n')) << said;
      EXPECT_EQ(count_of(shown, '\r'), count_of(lines, '\r')) << said;
      EXPECT_EQ(redact_text(shown, {}, shape.path), shown) << shape.name;
      EXPECT_EQ(contains(lines, "keep"), contains(shown, "keep")) << said;
      EXPECT_TRUE(shape.syntax != Syntax::json || parse_json(shown)) << said;
      EXPECT_TRUE(shape.syntax != Syntax::yaml || parse_yaml(shown)) << said;
      EXPECT_TRUE(shape.syntax != Syntax::toml || parse_toml(shown)) << said;
    }
  }
}

TEST(Redactor, DockersConfigurationStillNamesItsRegistries) {
  const auto text = [](std::string_view auth, std::string_view other) {
    return "data:\n  .dockerconfigjson: " + encode_base64("{\"auths\":{\"reg.example\":{\"auth\":\"" + std::string(auth) + "\"}}}") +
           "\n  b: " + std::string(other) + "\nkind: Secret\n";
  };
  EXPECT_EQ(redact_text(text("cm9ib3Q6aHVudGVyMg==", "eA==")), text("***", "\"***\""));
}

TEST(Redactor, LinesBeyondAnyMeasureAreCutBetweenSecrets) {
  // Secrets lie at every distance from the places where a line is cut.
  std::string text = "start ";
  while (text.size() < 3 * Redactor::k_longest_line) {
    text += "x password=aNyW0rdAtAll, y https://u:aNyW0rdAtAll@h/ {\"token\":\"aNyW0rdAtAll\"} ";
    text.append(text.size() % 977, '.');
  }
  text += "\nnext: password=aNyW0rdAtAll\n";
  std::string shown;
  Redactor redactor;
  for (std::size_t at = 0; at < text.size(); at += 100'000) redactor.feed(std::string_view(text).substr(at, 100'000), shown);
  redactor.end(shown);
  EXPECT_FALSE(contains(shown, "aNyW0rd"));
  EXPECT_FALSE(contains(shown, "dAtAll"));
  EXPECT_EQ(count_of(shown, '\n'), 2U);
  EXPECT_TRUE(shown.ends_with("\nnext: password=***\n"));
  ASSERT_FALSE(redactor.found().empty());
  EXPECT_EQ(redactor.found().front().first_line, 1U);
}

TEST(Redactor, ASecretLongerThanAnyLineIsGoneAltogether) {
  for (const std::string_view before : {"password=\"", "token: ", "\"auth\":\"", "x ghp_"}) {
    std::string text(before);
    while (text.size() < 5'000'000) text += "aNyW0rdAtAll";
    text += "\nkeep\n";
    std::string shown;
    Redactor redactor;
    for (std::size_t at = 0; at < text.size(); at += 65'536) redactor.feed(std::string_view(text).substr(at, 65'536), shown);
    redactor.end(shown);
    EXPECT_FALSE(contains(shown, "W0rdAtAl")) << before;
    EXPECT_TRUE(shown.ends_with("\nkeep\n")) << before;
  }
}

TEST(Redactor, ALongCleanLineStays) {
  std::string text;
  while (text.size() < 5'000'000) text += "sha256:4f4fb700ef54461cfa02571ae0db9a0dc1e0cdb5577484a6d75e68dc38e8acc1 ";
  text += '\n';
  EXPECT_TRUE(redact_text(text) == text);
  const std::string one(5'000'000, 'a');
  EXPECT_TRUE(redact_text(one) == one);
}

TEST(Redactor, SaysWhatItFoundInWhichLine) {
  Redactor redactor;
  std::string shown;
  redactor.feed("a\nb\npassword: hunter2x\nc\n", shown);
  redactor.feed(pem("") + "token=abcdef123456\npassword=hunter2y\nd\ndata:\n  a: Zm9v\nkind: Secret\n", shown);
  redactor.end(shown);
  const auto found = redactor.found();
  ASSERT_EQ(found.size(), 4U);
  EXPECT_EQ(found[0].kind, "password");
  EXPECT_EQ(found[0].count, 2U);
  EXPECT_EQ(found[0].first_line, 3U);
  EXPECT_EQ(found[1].kind, "private-key");
  EXPECT_EQ(found[1].count, 1U);
  EXPECT_EQ(found[1].first_line, 6U);
  EXPECT_EQ(found[2].kind, "secret");
  EXPECT_EQ(found[2].first_line, 24U);
  EXPECT_EQ(found[3].kind, "token");
  EXPECT_EQ(found[3].first_line, 20U);
  Report report;
  report.add("etc/x", found);
  report.add("etc/clean", {});
  EXPECT_EQ(report.secrets(), 5U);
  const auto value = parse_json(report.json());
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(value->at({"files", "etc/x", "password", "count"}).scalar, "2");
  EXPECT_EQ(value->at({"total", "password"}).scalar, "2");
  EXPECT_FALSE(contains(report.json(), "clean"));
  EXPECT_FALSE(contains(report.json(), "hunter"));
}

TEST(Redactor, HostileLinesAreLinear) {
  for (const std::string_view part :
       {"data:\n", " data:\n  data:\n", "data:\n- data:\n", "kind: Secret\ndata:\n", "\"data\":{", "{\"kind\":\"Secret\",\"data\":{\"\\\"",
        "password: |\n", "password:\n", "- name: PASSWORD\n", "password = '''\n",
        "-----BEGIN PRIV"
        "ATE KEY\n",
        "data: {", "Secret data \"", "Secret ata {\\\"{"}) {
    std::string text;
    while (text.size() < 3'000'000) text += part;
    EXPECT_EQ(count_of(redact_text(text), '\n'), count_of(text, '\n'));
  }
}

TEST(Redactor, TheFilterPassesOverNoSecretAmongNoise) {
  std::mt19937 random(20261124);  // NOLINT(cert-msc51-cpp): the same each time
  const auto below = [&](std::size_t most) { return std::uniform_int_distribution<std::size_t>(0, most - 1)(random); };
  constexpr std::string_view k_noise = "abcdeKpst .:@$-_=/\"\n019QX~";
  const auto all = shapes();
  for (int round = 0; round < 400; ++round) {
    std::string text;
    for (auto left = 1 + below(6); left > 0; --left) {
      for (auto noise = below(200); noise > 0; --noise) text += k_noise[below(k_noise.size())];
      auto shape = all[below(all.size())].text;
      for (auto at = shape.find("WORD"); at != std::string::npos; at = shape.find("WORD", at)) shape.replace(at, 4, k_word);
      // Half of one, or with a letter that is none of it.
      if (below(3) == 0) shape.resize(below(shape.size() + 1));
      if (below(3) == 0 && !shape.empty()) shape[below(shape.size())] = k_noise[below(k_noise.size())];
      text += (below(4) == 0 ? "" : "\n") + shape;
    }
    for (std::size_t at = 0; at < text.size();) {
      const auto end = std::min(text.find('\n', at), text.size());
      const auto line = std::string_view(text).substr(at, end - at);
      EXPECT_TRUE(next_suspect(line) != std::string_view::npos || !has_secret_unfiltered(line)) << line;
      at = end + 1;
    }
    std::string pieces;
    Redactor redactor;
    for (std::size_t at = 0; at < text.size();) {
      const auto piece = std::string_view(text).substr(at, 1 + below(300));
      redactor.feed(piece, pieces);
      at += piece.size();
    }
    redactor.end(pieces);
    EXPECT_EQ(pieces, redact_text(text)) << round;
  }
}

}  // namespace
}  // namespace unsnag::redaction
