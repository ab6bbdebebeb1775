// SPDX-License-Identifier: Apache-2.0
#include "base/document.h"

#include <string>

#include <gtest/gtest.h>

#include "base/json_writer.h"

namespace unsnag {
namespace {

std::string repeated(std::string_view part, std::size_t times) {
  std::string text;
  for (std::size_t i = 0; i < times; ++i) text += part;
  return text;
}

TEST(Json, KeepsOrderLinesAndNumbersAsWritten) {
  const auto value = parse_json("\xEF\xBB\xBF{\n \"b\": 1.50,\n \"a\": [true,\n null, \"x\\u00e9\\n\"],\n \"e\": {}\n}\n");
  ASSERT_TRUE(value) << value.error().message();
  ASSERT_EQ(value->entries.size(), 3u);
  EXPECT_EQ(value->entries[0].first, "b");
  EXPECT_EQ((*value)["b"].scalar, "1.50");
  EXPECT_FALSE((*value)["b"].quoted);
  EXPECT_EQ((*value)["b"].line, 2u);
  const auto& list = (*value)["a"];
  ASSERT_TRUE(list.is_list());
  EXPECT_EQ(list.entries[0].second.scalar, "true");
  EXPECT_FALSE(list.entries[1].second);
  EXPECT_EQ(list.entries[2].second.scalar, "xé\n");
  EXPECT_TRUE(list.entries[2].second.quoted);
  EXPECT_EQ(list.entries[2].second.line, 4u);
  EXPECT_TRUE((*value)["e"].is_map());
  EXPECT_FALSE((*value)["none"]["deeper"]);
}

TEST(Json, LastOfTwoKeysCounts) { EXPECT_EQ((*parse_json(R"({"a":1,"a":2})"))["a"].scalar, "2"); }

TEST(Json, RefusesWhatGoRefusesAndNamesTheLine) {
  for (const std::string_view text : {"", "{", "{\"a\":1,}", "[1,]", "[1 2]", "{a:1}", "\"a", "\"\\q\"", "tru", "01", "1.", "-", "+1",
                                      "1 2", "\"a\nb\"", "{\"a\" 1}", "[", "nul"}) {
    const auto value = parse_json(text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().code, Errc::malformed) << text;
  }
  EXPECT_EQ(parse_json("{\n\"a\": 1\n\"b\": 2}").error().detail, "line 3: a comma is missing");
}

// A terminal's colours, pasted: no encoder writes them so, and the text is worth reading all the same.
TEST(Json, ControlCharactersInStringsPassAsTheyAreOrEscaped) {
  EXPECT_EQ(parse_json("[\"\x1b[31m\ta\x01\", \"\\b\\f\"]")->entries[0].second.scalar, "\x1b[31m\ta\x01");
  EXPECT_EQ(parse_json("[\"\\b\\f\"]")->entries[0].second.scalar, "\b\f");
}

TEST(Json, DeepTextIsTooLarge) {
  EXPECT_TRUE(parse_json(repeated("[", 128) + repeated("]", 128)));
  EXPECT_EQ(parse_json(repeated("[", 1'000'000)).error().code, Errc::too_large);
  EXPECT_EQ(parse_json(repeated("{\"a\":", 1'000'000)).error().code, Errc::too_large);
}

TEST(Json, ManyValuesAreTooLarge) { EXPECT_EQ(parse_json("[" + repeated("0,", 5'000'000) + "0]").error().code, Errc::too_large); }

TEST(Yaml, ReadsAllDocumentsWithLines) {
  const auto documents =
      parse_yaml("---\nkind: Pod\nspec:\n  images:\n  - 'a'\n  - 5000\n---\n---\nkind: \"List\"\nitems: []\nnull_one: ~\n");
  ASSERT_TRUE(documents) << documents.error().message();
  ASSERT_EQ(documents->size(), 2u);
  const auto& pod = documents->front();
  EXPECT_EQ(pod["kind"].scalar, "Pod");
  EXPECT_FALSE(pod["kind"].quoted);
  const auto& images = pod.at({"spec", "images"});
  ASSERT_EQ(images.entries.size(), 2u);
  EXPECT_TRUE(images.entries[0].second.quoted);
  EXPECT_EQ(images.entries[1].second.scalar, "5000");
  EXPECT_EQ(images.entries[1].second.line, 6u);
  EXPECT_EQ(documents->back()["kind"].line, 9u);
  EXPECT_TRUE(documents->back()["items"].is_list());
  EXPECT_FALSE(documents->back()["null_one"]);
}

TEST(Yaml, AliasesAreCopiesWithinLimits) {
  const auto small = parse_yaml("a: &x {k: v}\nb: *x\nc: &y [*y]\n");
  ASSERT_TRUE(small) << small.error().message();
  EXPECT_EQ(small->front().at({"b", "k"}).scalar, "v");

  std::string laughs = "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol, lol]\n";
  for (int i = 1; i < 12; ++i) {
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) laughs += (j == 0 ? "*a" : ", *a") + std::to_string(i - 1);
    laughs += "]\n";
  }
  EXPECT_EQ(parse_yaml(laughs).error().code, Errc::too_large);
}

TEST(Yaml, BadTextIsMalformedWithItsLine) {
  const auto bad = parse_yaml("a: 1\nb: [1, 2\nc: }\n");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, Errc::malformed);
  EXPECT_TRUE(bad.error().detail.starts_with("line ")) << bad.error().detail;
  EXPECT_FALSE(parse_yaml("a: *unknown\n"));
  EXPECT_FALSE(parse_yaml("\tx: 1\n- y\n"));
}

TEST(Yaml, DeepTextIsRefused) {
  EXPECT_FALSE(parse_yaml(repeated("[", 100'000)));
  EXPECT_FALSE(parse_yaml(repeated("- ", 100'000)));
  EXPECT_FALSE(parse_yaml(repeated("{a: ", 100'000)));
}

TEST(Yaml, ListsAndMapsAsKeysDoNoHarm) {
  const auto documents = parse_yaml("? [a, b]\n: 1\n? {c: d}\n: 2\ne: 3\n");
  ASSERT_TRUE(documents) << documents.error().message();
  EXPECT_EQ(documents->front()["e"].scalar, "3");
  EXPECT_EQ(documents->front().entries.size(), 3u);
}

TEST(Toml, KeepsFileOrderAndLines) {
  const auto value = parse_toml(
      "version = 2\n"
      "# a comment with dots " +
      repeated(".", 200) +
      "\n"
      "[plugins.\"io.containerd.grpc.v1.cri\"]\n"
      "  sandbox_image = 'pause:3.6'\n"
      "  [plugins.\"io.containerd.grpc.v1.cri\".registry]\n"
      "    config_path = \"/etc/certs.d\"\n"
      "[[host]]\n"
      "a = [\n 1,\n 0x10]\n"
      "b.c = false\n"
      "d = 1979-05-27T07:32:00Z\n"
      "e = 1.5\n");
  ASSERT_TRUE(value) << value.error().message();
  ASSERT_EQ(value->entries.size(), 3u);
  EXPECT_EQ(value->entries[0].first, "version");
  EXPECT_EQ(value->entries[1].first, "plugins");
  const auto& cri = value->at({"plugins", "io.containerd.grpc.v1.cri"});
  EXPECT_EQ(cri["sandbox_image"].scalar, "pause:3.6");
  EXPECT_TRUE(cri["sandbox_image"].quoted);
  EXPECT_EQ(cri["sandbox_image"].line, 4u);
  EXPECT_EQ(cri.at({"registry", "config_path"}).line, 6u);
  const auto& host = (*value)["host"].entries.front().second;
  EXPECT_EQ(host["a"].entries[1].second.scalar, "16");
  EXPECT_EQ(host["a"].entries[1].second.line, 10u);
  EXPECT_EQ(host.at({"b", "c"}).scalar, "false");
  EXPECT_EQ(host["d"].scalar, "1979-05-27T07:32:00Z");
  EXPECT_EQ(host["e"].scalar, "1.5");
}

TEST(Toml, BadTextIsMalformedWithItsLine) {
  const auto bad = parse_toml("a = 1\nb = \n");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().code, Errc::malformed);
  EXPECT_TRUE(bad.error().detail.starts_with("line 2: ")) << bad.error().detail;
  EXPECT_FALSE(parse_toml("a = 1\na = 2\n"));
}

TEST(Toml, DeepTextIsRefused) {
  EXPECT_EQ(parse_toml(repeated("a.", 1'000'000) + "a = 1").error().code, Errc::too_large);
  EXPECT_EQ(parse_toml("[" + repeated("a.", 1'000'000) + "a]").error().code, Errc::too_large);
  EXPECT_FALSE(parse_toml("a = " + repeated("[", 100'000)));
  EXPECT_FALSE(parse_toml("a = " + repeated("{a = ", 100'000)));
  EXPECT_FALSE(parse_toml("a = " + repeated("{" + repeated("a.", 60) + "a = ", 60) + "1" + repeated("}", 60)));
}

// Each of these ended the program in toml++ 3.3.
TEST(Toml, AHeaderWithoutAKeyIsMalformed) {
  for (const std::string_view text : {"[=x]", "[,a]", "[#a]", "[[=x]]", "[.a]", "[é]", "[[é]]", "[\xff]", "[\n]", "[", "[[", "[a.é]",
                                      "é = 1", "\xff = 1", "a = 1\n[]x]"}) {
    const auto value = parse_toml(text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().code, Errc::malformed) << text;
  }
}

TEST(Toml, LettersOutsideOfStringsAreMalformed) {
  for (const std::string_view text :
       {"a = é", "a = 1é", "a = 1\"é\"", "a é = 1", "a = [1, é]", "a = {é = 1}", "a = 1 é", "a = 1979-05-27 é", "a = \"\"\"x\"\"\"\"\"\"é",
        "a = \"\n é\"", "\"\\é\" = 1", "a = \"\"\"\\é\"\"\"", "a = '''x''''''é", "a = \"é"}) {
    const auto value = parse_toml(text);
    ASSERT_FALSE(value) << text;
    EXPECT_EQ(value.error().code, Errc::malformed) << text;
  }
}

TEST(Toml, LettersInStringsAndCommentsStay) {
  const auto value = parse_toml(
      "\xEF\xBB\xBF\"\\u00e9\" = 'é' # é \"\n"
      "# it's é\n"
      "a = \"\\\"é#\"\r\n"
      "b = \"\"\"\né \"\" é\\\"\"\"\"\"\n"
      "c = '''\né '' é'''''\n"
      "[x.'é.é']\n"
      "d.\"é\" = [ 'é','é', \"é\"]\n"
      "e = {'é'='é'}\n");
  ASSERT_TRUE(value) << value.error().message();
  EXPECT_EQ((*value)["é"].scalar, "é");
  EXPECT_EQ((*value)["a"].scalar, "\"é#");
  EXPECT_EQ((*value)["b"].scalar, "é \"\" é\"\"");
  EXPECT_EQ((*value)["c"].scalar, "é '' é''");
  EXPECT_EQ(value->at({"x", "é.é", "d", "é"}).entries.size(), 3u);
  EXPECT_EQ(value->at({"x", "é.é", "e", "é"}).scalar, "é");
}

TEST(Toml, ManyTablesAreTooLarge) {
  std::string text;
  for (int i = 0; i < 30'000; ++i) text += "[a" + std::to_string(i) + ".b]\n";
  EXPECT_EQ(parse_toml(text).error().code, Errc::too_large);
  std::string many_keys;
  for (int i = 0; i < 30'000; ++i) many_keys += "a" + std::to_string(i) + " = \"1.2\"\n";
  EXPECT_TRUE(parse_toml(many_keys));
}

TEST(Json, IsWrittenAsItWasRead) {
  constexpr std::string_view k_text = R"({"a":[1,2.50,-1e3,true,null,"x\n"],"b":{},"c":[],"d":"12"})";
  const auto read = parse_json(k_text);
  ASSERT_TRUE(read);
  JsonWriter json;
  EXPECT_EQ(json.document(*read).text(), k_text);
}

}  // namespace
}  // namespace unsnag
