// SPDX-License-Identifier: Apache-2.0
#include "edit/json.h"

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

class SetJson : public ::testing::TestWithParam<Case> {};

TEST_P(SetJson, ChangesThisAndNothingElse) {
  const auto& c = GetParam();
  EXPECT_EQ(got(set_json(c.before, c.path, c.value)), c.after);
}

INSTANTIATE_TEST_SUITE_P(
    Table, SetJson,
    ::testing::Values(
        Case{"AnEmptyFile", "", {"a"}, number_value("1"), "{\n  \"a\": 1\n}\n"},
        Case{"AnEmptyObject", "{}\n", {"a"}, text_value("x"), "{\n  \"a\": \"x\"\n}\n"},
        Case{"AnEmptyObjectOfTwoLines", "{\n}\n", {"a"}, text_value("x"), "{\n  \"a\": \"x\"\n}\n"},
        Case{"ReplacedInPlace",
             "{\n    \"a\" : 1,\n    \"b\":[1, 2]\n}",
             {"a"},
             number_value("3"),
             "{\n    \"a\" : 3,\n    \"b\":[1, 2]\n}"},
        Case{"AddedWithTheFilesIndentation", "{\n\t\"a\": 1\n}\n", {"b"}, boolean_value(true), "{\n\t\"a\": 1,\n\t\"b\": true\n}\n"},
        Case{"AddedToACompactFile", "{\"a\":1}", {"b", "c"}, list_value({"x", "y"}), "{\"a\":1,\"b\":{\"c\":[\"x\",\"y\"]}}"},
        Case{"ObjectsOnTheWay",
             "{\n  \"a\": 1\n}\n",
             {"log-opts", "max-size"},
             text_value("10m"),
             "{\n  \"a\": 1,\n  \"log-opts\": {\n    \"max-size\": \"10m\"\n  }\n}\n"},
        Case{"InANull", "{\n  \"a\": null\n}\n", {"a", "b"}, number_value("1"), "{\n  \"a\": {\n    \"b\": 1\n  }\n}\n"},
        Case{"TheLastOfTwoKeys", "{\"a\":1,\"a\":2}", {"a"}, number_value("3"), "{\"a\":1,\"a\":3}"},
        Case{"AnEscapedKey", "{\"\\u0061\":1}", {"a"}, number_value("3"), "{\"\\u0061\":3}"},
        Case{"BehindAByteOrderMark", "\xEF\xBB\xBF{\"a\":1}", {"a"}, number_value("3"), "\xEF\xBB\xBF{\"a\":3}"},
        Case{"CrLf", "{\r\n  \"a\": 1\r\n}\r\n", {"b"}, number_value("3"), "{\r\n  \"a\": 1,\r\n  \"b\": 3\r\n}\r\n"},
        Case{"AListByItsItems",
             "{\n  \"l\": [\n    \"a\",\n    \"b\"\n  ]\n}\n",
             {"l"},
             list_value({"b", "c"}),
             "{\n  \"l\": [\n    \"b\",\n    \"c\"\n  ]\n}\n"},
        Case{"InAnItem",
             "{\"c\":[{\"name\":\"a\"},{\"name\":\"b\"}]}",
             {"c", "[name=b]", "v"},
             number_value("1"),
             "{\"c\":[{\"name\":\"a\"},{\"name\":\"b\",\"v\":1}]}"}),
    [](const auto& p) { return p.param.name; });

TEST(SetJson, WhatIsNoJsonIsNotTouched) {
  EXPECT_EQ(code(set_json("{ // c\n}", {"a"}, number_value("1"))), Errc::malformed);
  EXPECT_EQ(code(set_json("{\"a\":1,}", {"a"}, number_value("1"))), Errc::malformed);
  EXPECT_EQ(code(set_json("[1]", {"a"}, number_value("1"))), Errc::invalid_argument);
  EXPECT_EQ(code(set_json("{\"a\":{}}", {"a"}, number_value("1"))), Errc::invalid_argument);
  EXPECT_EQ(code(set_json("{\"a\":1}", {"a", "b"}, number_value("1"))), Errc::invalid_argument);
  EXPECT_EQ(code(set_json("{}", {"a"}, text_value("\xFF"))), Errc::invalid_argument);
}

TEST(RemoveJson, LeavesNoCommaBehind) {
  EXPECT_EQ(got(remove_json("{\n  \"a\": 1,\n  \"b\": 2\n}\n", {"b"})), "{\n  \"a\": 1\n}\n");
  EXPECT_EQ(got(remove_json("{\n  \"a\": 1,\n  \"b\": 2\n}\n", {"a"})), "{\n  \"b\": 2\n}\n");
  EXPECT_EQ(got(remove_json("{\"a\": 1, \"b\": 2}", {"a"})), "{\"b\": 2}");
  EXPECT_EQ(got(remove_json("{\"a\": 1, \"b\": 2}", {"b"})), "{\"a\": 1}");
  EXPECT_EQ(got(remove_json("{\n  \"a\": 1\n}\n", {"a"})), "{}\n");
  EXPECT_EQ(code(remove_json("{\"a\":1,\"a\":2}", {"a"})), Errc::unsupported) << "the first would hold again";
  EXPECT_EQ(code(remove_json("{}", {"a"})), Errc::not_found);
}

TEST(JsonList, GrowsAndShrinks) {
  EXPECT_EQ(got(add_to_list_json("", {"registry-mirrors"}, "https://m")), "{\n  \"registry-mirrors\": [\"https://m\"]\n}\n");
  EXPECT_EQ(got(add_to_list_json("{\"l\": [\"a\"]}", {"l"}, "b")), "{\"l\": [\"a\", \"b\"]}");
  EXPECT_EQ(got(remove_from_list_json("{\"l\": [\"a\", \"b\"]}", {"l"}, "a")), "{\"l\": [\"b\"]}");
  EXPECT_EQ(code(add_to_list_json("{\"l\": [1]}", {"l"}, "b")), Errc::invalid_argument) << "a number must not become a text";
  EXPECT_EQ(code(add_to_list_json("{\"l\": {}}", {"l"}, "b")), Errc::invalid_argument);
}

}  // namespace
}  // namespace unsnag::edit
