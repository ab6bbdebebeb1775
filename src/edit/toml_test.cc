// SPDX-License-Identifier: Apache-2.0
#include "edit/toml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/document.h"
#include "edit/test_support.h"

namespace unsnag::edit {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Case {
  std::string name, before;
  Path path;
  NewValue value;
  std::string after;
};

class SetToml : public ::testing::TestWithParam<Case> {};

TEST_P(SetToml, ChangesThisAndNothingElse) {
  const auto& c = GetParam();
  EXPECT_EQ(got(set_toml(c.before, c.path, c.value)), c.after);
}

const std::string k_cri = "io.containerd.grpc.v1.cri";
const std::string k_images = "io.containerd.cri.v1.images";

INSTANTIATE_TEST_SUITE_P(
    Replaced, SetToml,
    ::testing::Values(
        Case{"ANumber", "a = 1\nb = 2 # two\n", {"b"}, number_value("3"), "a = 1\nb = 3 # two\n"},
        Case{"TheSameValue", "a  =  1\n", {"a"}, number_value("1"), "a  =  1\n"},
        Case{"LiteralQuotesStay", "a = 'x'\n", {"a"}, text_value("y"), "a = 'y'\n"},
        Case{"LiteralThatCannotHoldIt", "a = 'x'\n", {"a"}, text_value("it's"), "a = \"it's\"\n"},
        Case{"BasicQuotesStay", "a=\"x\"", {"a"}, text_value("y"), "a=\"y\""},
        Case{"BasicOfSeveralLines", "a = \"\"\"x\n= 1\"\"\"\nb = 1\n", {"a"}, text_value("y"), "a = \"y\"\nb = 1\n"},
        Case{"LiteralOfSeveralLines", "a = '''\nb = 2\n'''\nb = 1\n", {"b"}, number_value("3"), "a = '''\nb = 2\n'''\nb = 3\n"},
        Case{"InAnInlineTable", "t = { a = 1, b = { c = 'x' } }\n", {"t", "b", "c"}, text_value("y"), "t = { a = 1, b = { c = 'y' } }\n"},
        Case{"ByADottedKey", "t.a.b = 1\nt.a.c = 2\n", {"t", "a", "b"}, number_value("5"), "t.a.b = 5\nt.a.c = 2\n"},
        Case{"InATableOfAnyQuotes",
             "[plugins.'" + k_images + "'.\"registry\"]\n  config_path = ''\n",
             {"plugins", k_images, "registry", "config_path"},
             text_value("/etc/containerd/certs.d"),
             "[plugins.'" + k_images + "'.\"registry\"]\n  config_path = '/etc/containerd/certs.d'\n"},
        Case{"CrLf", "a = 1\r\nb = 2\r\n", {"a"}, number_value("3"), "a = 3\r\nb = 2\r\n"},
        Case{"BehindAByteOrderMark",
             "\xEF\xBB\xBF"
             "a = 1",
             {"a"},
             number_value("3"),
             "\xEF\xBB\xBF"
             "a = 3"},
        Case{"AKeyWithDots",
             "[host.\"https://m.example\"]\n  skip_verify = true\n",
             {"host", "https://m.example", "skip_verify"},
             boolean_value(false),
             "[host.\"https://m.example\"]\n  skip_verify = false\n"},
        Case{"InTheSelectedTable",
             "[[registry]]\nlocation = 'a'\nblocked = true\n[[registry]]\nlocation = 'b'\nblocked = true\n",
             {"registry", "[location=b]", "blocked"},
             boolean_value(false),
             "[[registry]]\nlocation = 'a'\nblocked = true\n[[registry]]\nlocation = 'b'\nblocked = false\n"},
        Case{"AListByTheItemsThatDiffer",
             "l = [\n  'a', # first\n  'b',\n]\n",
             {"l"},
             list_value({"a", "b", "c"}),
             "l = [\n  'a', # first\n  'b',\n  'c',\n]\n"},
        Case{"AListWithoutItsMiddle",
             "l = [\n  'a', # first\n  'b', # second\n  'c' # third\n]\n",
             {"l"},
             list_value({"a", "c"}),
             "l = [\n  'a', # first\n  'c' # third\n]\n"},
        Case{"AListOfOneLine", "l = [\"a\",\"b\"]\n", {"l"}, list_value({"b", "c"}), "l = [\"b\",\"c\"]\n"},
        Case{"AListInAnotherOrder", "l = ['a', 'b']\n", {"l"}, list_value({"b", "a"}), "l = ['b', 'a']\n"},
        Case{"AnEmptyList", "l = []\n", {"l"}, list_value({"a", "b"}), "l = [\"a\", \"b\"]\n"}),
    [](const auto& p) { return p.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Added, SetToml,
    ::testing::Values(
        Case{"ToAnEmptyFile", "", {"a"}, number_value("1"), "a = 1\n"},
        Case{"ATableToAnEmptyFile", "", {"t", "a"}, number_value("1"), "[t]\na = 1\n"},
        Case{"WithoutABreakAtTheEnd", "a = 1", {"b"}, number_value("2"), "a = 1\nb = 2"},
        Case{"BeforeTheNextTablesComment",
             "[a]\nx = 1\n\n# about b\n[b]\ny = 1\n",
             {"a", "z"},
             number_value("2"),
             "[a]\nx = 1\nz = 2\n\n# about b\n[b]\ny = 1\n"},
        Case{"AtTheRootBeforeAllTables",
             "# a file\n\n[a]\nx = 1\n",
             {"version"},
             number_value("2"),
             "# a file\n\nversion = 2\n\n[a]\nx = 1\n"},
        Case{"WithTheTablesIndentation",
             "[plugins]\n\n  [plugins.\"x.y\"]\n    a = \"1\"\n",
             {"plugins", "x.y", "b"},
             text_value("2"),
             "[plugins]\n\n  [plugins.\"x.y\"]\n    a = \"1\"\n    b = \"2\"\n"},
        Case{"AnInnerTableAsContainerdIndents",
             "version = 2\n\n[plugins]\n\n  [plugins.\"" + k_cri + "\"]\n    sandbox_image = \"p\"\n\n  [plugins.\"z\"]\n    a = 1\n",
             {"plugins", k_cri, "registry", "config_path"},
             text_value("/c"),
             "version = 2\n\n[plugins]\n\n  [plugins.\"" + k_cri + "\"]\n    sandbox_image = \"p\"\n\n    [plugins.\"" + k_cri +
                 "\".registry]\n      config_path = \"/c\"\n\n  [plugins.\"z\"]\n    a = 1\n"},
        Case{"ATableInTheQuotesOfTheFile",
             "version = 3\n[plugins.'a.b']\nx = 'y'\n",
             {"plugins", k_images, "max_concurrent_downloads"},
             number_value("5"),
             "version = 3\n[plugins.'a.b']\nx = 'y'\n\n[plugins.'" + k_images + "']\nmax_concurrent_downloads = 5\n"},
        Case{"ATableThatWasOnlyImplied", "[a.b.c]\nx = 1\n", {"a", "b", "y"}, number_value("2"), "[a.b]\ny = 2\n\n[a.b.c]\nx = 1\n"},
        Case{"BesideDottedKeys", "t.a = 1\nu = 2\n", {"t", "b"}, number_value("3"), "t.a = 1\nt.b = 3\nu = 2\n"},
        Case{"IntoAnInlineTable", "t = { a = 1 }\n", {"t", "b", "c"}, text_value("x"), "t = { a = 1, b = { c = \"x\" } }\n"},
        Case{"IntoAnEmptyInlineTable", "t = {}\n", {"t", "b"}, number_value("1"), "t = {b = 1}\n"},
        Case{"CrLf", "[a]\r\nx = 1\r\n", {"b", "y"}, number_value("2"), "[a]\r\nx = 1\r\n\r\n[b]\r\ny = 2\r\n"},
        Case{"ToTheItemOfAList",
             "[[registry]]\nlocation = 'a'\n\n[[registry.mirror]]\nlocation = 'm'\n\n[[registry]]\nlocation = 'b'\n",
             {"registry", "[location=a]", "insecure"},
             boolean_value(true),
             "[[registry]]\nlocation = 'a'\ninsecure = true\n\n[[registry.mirror]]\nlocation = 'm'\n\n[[registry]]\nlocation = 'b'\n"},
        Case{"AHostsTomlCapabilities",
             "server = \"https://docker.io\"\n\n[host.\"https://m\"]\n  capabilities = [\"pull\"]\n",
             {"host", "https://n", "capabilities"},
             list_value({"pull", "resolve"}),
             "server = \"https://docker.io\"\n\n[host.\"https://m\"]\n  capabilities = [\"pull\"]\n\n[host.\"https://n\"]\n  capabilities "
             "= [\"pull\", \"resolve\"]\n"}),
    [](const auto& p) { return p.param.name; });

constexpr std::string_view k_k3s = R"({{ template "base" . }}

[plugins.'io.containerd.cri.v1.images']
  snapshotter = "{{ .Snapshotter }}"
  disable = {{ .Disable }}
{{- if .Private }}
[plugins.'io.containerd.cri.v1.images'.registry]
  config_path = "/x"
{{ end }}
)";

TEST(SetTomlTemplate, TheLinesOfTheTemplateAreSteppedAround) {
  const auto after = got(set_toml(k_k3s, {"plugins", k_images, "snapshotter"}, text_value("overlayfs")));
  EXPECT_THAT(after, HasSubstr("  snapshotter = \"overlayfs\"\n  disable = {{ .Disable }}\n{{- if .Private }}\n"));
  EXPECT_THAT(after, StartsWith("{{ template \"base\" . }}\n\n[plugins"));
  const auto added = got(set_toml(k_k3s, {"plugins", k_images, "max_concurrent_downloads"}, number_value("1")));
  EXPECT_THAT(added, HasSubstr("  disable = {{ .Disable }}\n  max_concurrent_downloads = 1\n{{- if .Private }}\n"));
}

TEST(SetTomlTemplate, WhatStandsInAConditionIsNotTouched) {
  EXPECT_EQ(code(set_toml(k_k3s, {"plugins", k_images, "registry", "config_path"}, text_value("/y"))), Errc::unsupported);
  EXPECT_EQ(code(set_toml(k_k3s, {"plugins", k_images, "registry", "other"}, text_value("/y"))), Errc::unsupported);
}

TEST(SetTomlTemplate, AConditionMayEndBehindAHeader) {
  const std::string text = "{{ if .A }}\n[a]{{end}}\n[b]\nx = [{{range .L}}{{if .}}, {{end}}{{printf \"%q\" .}}{{end}}]\ny = 1\n";
  EXPECT_EQ(got(set_toml(text, {"b", "y"}, number_value("2"))), text.substr(0, text.size() - 2) + "2\n");
  EXPECT_EQ(code(set_toml(text, {"a", "y"}, number_value("2"))), Errc::unsupported);
}

TEST(SetTomlTemplate, AnActionThatNeverEndsIsNone) {
  EXPECT_EQ(code(set_toml("a = {{ .", {"a"}, number_value("2"))), Errc::malformed);
  EXPECT_EQ(code(set_toml("{{ if .A\na = 1\n", {"a"}, number_value("2"))), Errc::malformed);
}

TEST(SetTomlTemplate, ARootKeyComesBeforeTheBase) {
  EXPECT_THAT(got(set_toml(k_k3s, {"version"}, number_value("3"))), StartsWith("version = 3\n{{ template \"base\" . }}\n"));
  EXPECT_EQ(got(set_toml("{{ template \"base\" . }}\n", {"a", "b"}, number_value("3"))), "{{ template \"base\" . }}\n\n[a]\nb = 3\n");
}

TEST(SetToml, WhatIsNoTomlIsNotTouched) {
  EXPECT_EQ(code(set_toml("a = \n", {"a"}, number_value("1"))), Errc::malformed);
  EXPECT_EQ(code(set_toml("a = 1\na = 2\n", {"a"}, number_value("1"))), Errc::malformed);
  EXPECT_EQ(code(set_toml("{{ if .A }}\na = 1\n{{ else }}\na = 2\n{{ end }}\n", {"b"}, number_value("1"))), Errc::malformed);
}

TEST(SetToml, AValueIsNeverPutInPlaceOfATable) {
  EXPECT_EQ(code(set_toml("[a]\nx = 1\n", {"a"}, number_value("1"))), Errc::invalid_argument);
  EXPECT_EQ(code(set_toml("a = 1\n", {"a", "b"}, number_value("1"))), Errc::invalid_argument);
  EXPECT_EQ(code(set_toml("a = [1]\n", {"a", "b"}, number_value("1"))), Errc::invalid_argument);
  EXPECT_EQ(code(set_toml("a = 1\n", {"a"}, number_value("ten"))), Errc::invalid_argument);
  EXPECT_EQ(code(set_toml("a = 1\n", {"a"}, {NewValue::Kind::boolean, "yes", {}})), Errc::invalid_argument);
  EXPECT_EQ(code(set_toml("a = 1\n", {}, number_value("1"))), Errc::invalid_argument);
  EXPECT_EQ(code(set_toml("[[r]]\nn = 'a'\n", {"r", "[n=b]", "x"}, number_value("1"))), Errc::not_found);
}

TEST(SetToml, WhatATextHoldsIsNeverSyntax) {
  for (const std::string text : {"a\nb = 2", "\"", "'''", "\\", "\x01", "é\t", "", "x\"'y\r\n"}) {
    for (const std::string before : {"a = 'x'\n", "a = \"x\"\n"}) {
      const auto after = set_toml(before, {"a"}, text_value(text));
      ASSERT_TRUE(after) << after.error().message();
      EXPECT_EQ(parse_toml(*after)->at({"a"}).scalar, text);
    }
  }
  EXPECT_EQ(got(set_toml("", {"t\"]\n[u", "k'e y"}, number_value("1"))), "[\"t\\\"]\\n[u\"]\n\"k'e y\" = 1\n");
}

TEST(RemoveToml, TakesTheKeysLineAndLeavesTheComments) {
  EXPECT_EQ(got(remove_toml("# x\na = 1\n# y\nb = [\n1,\n2]\nc = 3", {"b"})), "# x\na = 1\n# y\nc = 3");
  EXPECT_EQ(got(remove_toml("a = 1\nb = 2", {"b"})), "a = 1");
  EXPECT_EQ(got(remove_toml("t = { a = 1, b = 2 }\n", {"t", "a"})), "t = { b = 2 }\n");
  EXPECT_EQ(got(remove_toml("t = { a = 1, b = 2 }\n", {"t", "b"})), "t = { a = 1 }\n");
  EXPECT_EQ(got(remove_toml("[a]\nx = 1\n\n[b]\ny = 1\n\n[b.c]\nz = 1\n\n[d]\n", {"b"})), "[a]\nx = 1\n\n[d]\n");
  EXPECT_EQ(got(remove_toml("[a]\nx = 1\n\n[b]\ny = 1\n", {"b"})), "[a]\nx = 1\n");
  EXPECT_EQ(code(remove_toml("[a]\nx = 1\n", {"b"})), Errc::not_found);
}

TEST(TomlList, GrowsAndShrinksInItsOwnStyle) {
  EXPECT_EQ(got(add_to_list_toml("l = ['a']\n", {"l"}, "b")), "l = ['a', 'b']\n");
  EXPECT_EQ(got(add_to_list_toml("l = ['a', 'b']\n", {"l"}, "b")), "l = ['a', 'b']\n");
  EXPECT_EQ(got(add_to_list_toml("l = [\n\t\"a\" # c\n]\n", {"l"}, "b")), "l = [\n\t\"a\", # c\n\t\"b\"\n]\n");
  EXPECT_EQ(got(add_to_list_toml("l = ['a',]\n", {"l"}, "b")), "l = ['a', 'b',]\n");
  EXPECT_EQ(got(add_to_list_toml("", {"t", "l"}, "b")), "[t]\nl = [\"b\"]\n");
  EXPECT_EQ(got(remove_from_list_toml("l = ['a', 'b']\n", {"l"}, "b")), "l = ['a']\n");
  EXPECT_EQ(got(remove_from_list_toml("l = ['a']\n", {"l"}, "a")), "l = []\n");
  EXPECT_EQ(got(remove_from_list_toml("l = ['a']\n", {"l"}, "x")), "l = ['a']\n");
  EXPECT_EQ(code(add_to_list_toml("l = [1]\n", {"l"}, "x")), Errc::invalid_argument) << "a number must not become a text";
  EXPECT_EQ(code(add_to_list_toml("l = 1\n", {"l"}, "x")), Errc::invalid_argument);
}

}  // namespace
}  // namespace unsnag::edit
