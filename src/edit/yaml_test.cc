// SPDX-License-Identifier: Apache-2.0
#include "edit/yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "edit/test_support.h"

namespace unsnag::edit {
namespace {

struct Case {
  std::string name, before;
  Path path;
  NewValue value;
  std::string after;
};

class SetYaml : public ::testing::TestWithParam<Case> {};

TEST_P(SetYaml, ChangesThisAndNothingElse) {
  const auto& c = GetParam();
  EXPECT_EQ(got(set_yaml(c.before, c.path, c.value)), c.after);
}

INSTANTIATE_TEST_SUITE_P(
    Replaced, SetYaml,
    ::testing::Values(Case{"APlainOne", "a: 1 # one\nb:  x\n", {"a"}, number_value("2"), "a: 2 # one\nb:  x\n"},
                      Case{"ADuration", "a: 1m0s\n", {"a"}, text_value("10m"), "a: 10m\n"},
                      Case{"ATextThatLooksLikeANumber", "a: x\n", {"a"}, text_value("10"), "a: \"10\"\n"},
                      Case{"ATextThatLooksLikeABoolean", "a: 'x'\nb: x\n", {"b"}, text_value("on"), "a: 'x'\nb: \"on\"\n"},
                      Case{"ANumberThatWasText", "a: \"1\"\n", {"a"}, number_value("1"), "a: 1\n"},
                      Case{"SingleQuotes", "a: 'it''s'\n", {"a"}, text_value("it's not"), "a: 'it''s not'\n"},
                      Case{"DoubleQuotes", "a: \"x\"\n", {"a"}, text_value("y\n"), "a: \"y\\n\"\n"},
                      Case{"ANullWithAComment", "a: # none\nb: 1\n", {"a"}, text_value("x"), "a: x # none\nb: 1\n"},
                      Case{"ATilde", "a: ~\n", {"a"}, text_value("x"), "a: x\n"},
                      Case{"APlainOneOfTwoLines", "a: x\n  y\nb: 1\n", {"a"}, text_value("z"), "a: z\nb: 1\n"},
                      Case{"InFlow", "a: {b: 1, c: [x, y]} # z\n", {"a", "b"}, number_value("2"), "a: {b: 2, c: [x, y]} # z\n"},
                      Case{"AKeyWithDots",
                           "evictionHard:\n  imagefs.available: 15%\n",
                           {"evictionHard", "imagefs.available"},
                           text_value("20%"),
                           "evictionHard:\n  imagefs.available: 20%\n"},
                      Case{"AQuotedKey", "\"a b\": 1\n'c': 2\n", {"a b"}, number_value("3"), "\"a b\": 3\n'c': 2\n"},
                      Case{"InAListOfMaps",
                           "l:\n- name: a\n  v: 1\n- name: b\n  v: 2\n",
                           {"l", "[name=b]", "v"},
                           number_value("3"),
                           "l:\n- name: a\n  v: 1\n- name: b\n  v: 3\n"},
                      Case{"CrLf", "a: 1\r\nb: 2\r\n", {"a"}, number_value("3"), "a: 3\r\nb: 2\r\n"},
                      Case{"WithoutABreak", "a: 1", {"a"}, number_value("3"), "a: 3"},
                      Case{
                          "ATaggedText", "a: !Sub \"x-${B}\"\nc: !Ref D\n", {"a"}, text_value("y-${B}"), "a: !Sub \"y-${B}\"\nc: !Ref D\n"},
                      Case{"ABlockList", "l:\n  - a # x\n  - 'b'\nm: 1\n", {"l"}, list_value({"a", "c"}), "l:\n  - a # x\n  - c\nm: 1\n"},
                      Case{"AFlowList", "l: [\"a\", \"b\"]\n", {"l"}, list_value({"a", "b", "c"}), "l: [\"a\", \"b\", \"c\"]\n"},
                      Case{"AListInAnotherOrder", "l:\n- a\n- b\n", {"l"}, list_value({"b", "a"}), "l:\n- b\n- a\n"},
                      Case{"AListForAScalar", "k:\n- q\nl: a\n", {"l"}, list_value({"b", "c"}), "k:\n- q\nl:\n- b\n- c\n"}),
    [](const auto& p) { return p.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Added, SetYaml,
    ::testing::Values(
        Case{"ToAnEmptyFile", "", {"a", "b"}, number_value("1"), "a:\n  b: 1\n"},
        Case{"ToCommentsAlone", "# x\n", {"a"}, number_value("1"), "# x\na: 1\n"},
        Case{"AtTheEnd", "a: 1\n# end\n", {"b"}, boolean_value(true), "a: 1\nb: true\n# end\n"},
        Case{"WithoutABreak", "a: 1", {"b"}, number_value("2"), "a: 1\nb: 2"},
        Case{"WithTheFilesIndentation", "a:\n    b: 1\nc: 1\n", {"d", "e"}, number_value("1"), "a:\n    b: 1\nc: 1\nd:\n    e: 1\n"},
        Case{"BehindABlockScalar",
             "a:\n  b: |\n    x\n\n    y\n\nc: 1\n",
             {"a", "d"},
             number_value("1"),
             "a:\n  b: |\n    x\n\n    y\n  d: 1\n\nc: 1\n"},
        Case{"IntoAnEmptyValue", "a:\nb: 1\n", {"a", "c"}, number_value("1"), "a:\n  c: 1\nb: 1\n"},
        Case{"IntoEmptyBraces", "a: {}\n", {"a", "c", "d"}, number_value("1"), "a: {c: {d: 1}}\n"},
        Case{"IntoAnItem",
             "l:\n  - name: a\n    v: 1\n  - name: b\n",
             {"l", "[0]", "w"},
             text_value("x"),
             "l:\n  - name: a\n    v: 1\n    w: x\n  - name: b\n"},
        Case{"AListAsTheFileIndentsThem", "a:\n- x\n", {"b"}, list_value({"z"}), "a:\n- x\nb:\n- z\n"},
        Case{"AFileWithin", "a: 1\n", {"b"}, text_value("x\n  y\n"), "a: 1\nb: |\n  x\n    y\n"},
        Case{"ToTheDocumentNamed",
             "---\nkind: A\n---\n# nothing\n---\nkind: B\nx: 1\n...\n",
             {"[kind=B]", "z"},
             number_value("2"),
             "---\nkind: A\n---\n# nothing\n---\nkind: B\nx: 1\nz: 2\n...\n"},
        Case{"ToTheFirstDocument", "kind: A\n---\nkind: B\n", {"[0]", "z"}, number_value("2"), "kind: A\nz: 2\n---\nkind: B\n"}),
    [](const auto& p) { return p.param.name; });

constexpr std::string_view k_cloud = R"(#cloud-config
write_files:
  - path: /etc/containerd/config.toml
    content: |
      version = 2

      [plugins]
        x = 1
    permissions: "0644"
  - path: /b
    content: |-
      b
runcmd:
  - [sh, -c, "echo x"]
  - >-
    kubelet --a=1
    --b=2
)";

TEST(YamlBlock, OnlyTheLinesThatDifferAreWritten) {
  const Path path{"write_files", "[path=/etc/containerd/config.toml]", "content"};
  const auto inner = got(get_yaml(k_cloud, path));
  EXPECT_EQ(inner, "version = 2\n\n[plugins]\n  x = 1\n");
  EXPECT_EQ(got(set_yaml(k_cloud, path, text_value("version = 2\n\n[plugins]\n  x = 2\n  y = 3\n"))),
            std::string(k_cloud).replace(k_cloud.find("        x = 1\n"), 14, "        x = 2\n        y = 3\n"));
  EXPECT_EQ(got(set_yaml(k_cloud, {"write_files", "[1]", "content"}, text_value("c\n"))),
            std::string(k_cloud).replace(k_cloud.find("|-\n      b"), 10, "|\n      c"));
  EXPECT_EQ(got(set_yaml(k_cloud, {"runcmd", "[1]"}, text_value("kubelet --a=1 --b=3"))),
            std::string(k_cloud).replace(k_cloud.find("--b=2"), 5, "--b=3"));
  EXPECT_EQ(got(set_yaml(k_cloud, {"write_files", "[1]", "content"}, text_value("\x01"))),
            std::string(k_cloud).replace(k_cloud.find("|-\n      b"), 10, "\"\\x01\""));
}

TEST(YamlBlock, EveryTextComesBackAsItWas) {
  for (const std::string text : {"x", "x\n", "x\n\n", "\nx\n", "  x\ny\n", " ", "", "\n", "a\n\n\nb", "x\t\n", "#x\n", "- a: b\n---\n",
                                 "é\n", "x \n y \n", "\ttab\n", "a\r\nb\n"}) {
    for (const std::string before : {"k:\n  a: |\n    o\n    p\n  z: 1\n", "k:\n  a: >-\n    o\n    p\n  z: 1\n",
                                     "k:\n  z: 1\n  a: |\n    o", "k:\n  a: o\n  z: 1\n", "k: {a: o, z: 1}", "k:\n  z: 1\n"}) {
      const auto after = set_yaml(before, {"k", "a"}, text_value(text));
      ASSERT_TRUE(after) << before << after.error().message();
      EXPECT_EQ(got(get_yaml(*after, {"k", "a"})), text) << *after;
    }
  }
}

TEST(SetYaml, WhatIsSharedOrUnclearIsNotTouched) {
  EXPECT_EQ(code(set_yaml("a: &x 1\nb: *x\n", {"a"}, number_value("2"))), Errc::unsupported);
  EXPECT_EQ(code(set_yaml("a: &x 1\nb: *x\n", {"b"}, number_value("2"))), Errc::unsupported);
  EXPECT_EQ(code(set_yaml("a: &x {c: 1}\nb: *x\n", {"a", "c"}, number_value("2"))), Errc::unsupported) << "b would change with it";
  EXPECT_EQ(got(set_yaml("a: &x 1\nb: *x\nc: 1\n", {"c"}, number_value("2"))), "a: &x 1\nb: *x\nc: 2\n");
  EXPECT_EQ(code(set_yaml("a: 1\n---\nb: 1\n", {"a"}, number_value("2"))), Errc::unsupported);
  EXPECT_EQ(code(set_yaml("? a\n: 1\n", {"a"}, number_value("2"))), Errc::unsupported);
  EXPECT_EQ(code(set_yaml("a: [1\n", {"a"}, number_value("2"))), Errc::malformed);
  EXPECT_EQ(code(set_yaml("a:\n  b: 1\n", {"a"}, number_value("2"))), Errc::invalid_argument);
  EXPECT_EQ(code(set_yaml("a: 1\n", {"a", "b"}, number_value("2"))), Errc::invalid_argument);
  EXPECT_EQ(code(set_yaml("a: 1\n", {"b", "[0]"}, number_value("2"))), Errc::not_found);
  EXPECT_EQ(code(set_yaml("a: &x {c: 1}\nb: *x\n", {"b", "c"}, number_value("2"))), Errc::unsupported);
  EXPECT_EQ(code(set_yaml("a: !Ref B\n", {"a"}, number_value("2"))), Errc::unsupported);
}

TEST(SetYaml, CloudFormationsTagsStay) {
  const std::string before =
      "Resources:\n  LT:\n    Properties:\n      UserData:\n        Fn::Base64: !Sub |\n          #!/bin/bash\n          "
      "/etc/eks/bootstrap.sh ${C}\n"
      "      Name: !Join ['-', [!Ref A, b]]\n      X: !GetAtt A.B\n      Y: !If [c, !Ref d, !Ref 'AWS::NoValue']\n";
  const auto after = got(set_yaml(before, {"Resources", "LT", "Properties", "UserData", "Fn::Base64"},
                                  text_value("#!/bin/bash\n/etc/eks/bootstrap.sh ${C} --x\n")));
  EXPECT_EQ(after, std::string(before).replace(before.find("${C}\n"), 5, "${C} --x\n"));
}

TEST(RemoveYaml, TakesTheKeyOut) {
  EXPECT_EQ(got(remove_yaml("a: 1\n# b\nb:\n  - x\n  - y\nc: 1\n", {"b"})), "a: 1\n# b\nc: 1\n");
  EXPECT_EQ(got(remove_yaml("a: 1\nb: 2", {"b"})), "a: 1");
  EXPECT_EQ(got(remove_yaml("l:\n- a: 1\n  b: 2\n", {"l", "[0]", "a"})), "l:\n- b: 2\n");
  EXPECT_EQ(got(remove_yaml("l:\n- a: 1\n  b: 2\n", {"l", "[0]"})), "l: []\n");
  EXPECT_EQ(got(remove_yaml("l: # c\n  a: 1\nb: 1\n", {"l", "a"})), "l: {} # c\nb: 1\n");
  EXPECT_EQ(got(remove_yaml("l: {a: 1, b: 2}\n", {"l", "a"})), "l: {b: 2}\n");
  EXPECT_EQ(got(remove_yaml("a: 1\n", {"a"})), "{}\n");
  EXPECT_EQ(code(remove_yaml("a: 1\n", {"b"})), Errc::not_found);
}

TEST(YamlList, GrowsAndShrinksInItsOwnStyle) {
  EXPECT_EQ(got(add_to_list_yaml("l:\n- a\n# c\nm: 1\n", {"l"}, "b")), "l:\n- a\n- b\n# c\nm: 1\n");
  EXPECT_EQ(got(add_to_list_yaml("l: []\n", {"l"}, "b")), "l: [b]\n");
  EXPECT_EQ(got(add_to_list_yaml("l:\n  - \"a\"\n", {"l"}, "b")), "l:\n  - \"a\"\n  - \"b\"\n");
  EXPECT_EQ(got(add_to_list_yaml("a: 1\n", {"l"}, "b")), "a: 1\nl:\n  - b\n");
  EXPECT_EQ(got(add_to_list_yaml("l: [10.0.0.0/8, y, 1.5]\n", {"l"}, "1.5.0.0")), "l: [10.0.0.0/8, y, 1.5, 1.5.0.0]\n");
  EXPECT_EQ(got(add_to_list_yaml("l:\n- y\n", {"l"}, "n")), "l:\n- y\n- \"n\"\n");
  EXPECT_EQ(got(remove_from_list_yaml("l:\n- a\n- b\n", {"l"}, "a")), "l:\n- b\n");
  EXPECT_EQ(got(remove_from_list_yaml("l:\n- a\n", {"l"}, "a")), "l: []\n");
}

}  // namespace
}  // namespace unsnag::edit
