// SPDX-License-Identifier: Apache-2.0
#include "catalogue/catalogue.h"

#include <gtest/gtest.h>

namespace unsnag::catalogue {
namespace {

Message message(std::string id, std::string text, std::string establishes = "fact()") {
  Message m;
  m.id = std::move(id);
  m.texts = {std::move(text)};
  m.establishes = {std::move(establishes)};
  return m;
}

std::vector<std::string> found_in(const Catalogue& catalogue, std::string_view text) {
  std::vector<std::string> ids;
  for (const auto& found : catalogue.find(text)) ids.push_back(catalogue.messages()[found.message].id);
  return ids;
}

TEST(Catalogue, FramesAndLeavesComeInOrder) {
  const auto catalogue =
      Catalogue::make({message("leaf", "connect: connection refused"), message("outer", "failed to pull and unpack image \"{image}\""),
                       message("step", "failed to copy")});
  ASSERT_TRUE(catalogue);
  EXPECT_EQ(
      found_in(*catalogue, R"(failed to pull and unpack image "x": failed to copy: dial tcp 10.0.0.1:443: connect: connection refused)"),
      (std::vector<std::string>{"outer", "step", "leaf"}));
}

TEST(Catalogue, TheOuterOfTwoNestedMessagesWins) {
  const auto catalogue =
      Catalogue::make({message("bare", "no space left on device"), message("with-path", "write {path:path}: no space left on device")});
  ASSERT_TRUE(catalogue);
  EXPECT_EQ(found_in(*catalogue, "x: write /a: no space left on device"), std::vector<std::string>{"with-path"});
  EXPECT_EQ(found_in(*catalogue, "x: no space left on device"), std::vector<std::string>{"bare"});
}

TEST(Catalogue, AtEndMeansTheEndOfALineOrQuotedText) {
  auto end = message("end", "Error response from daemon: unauthorized");
  end.at_end = true;
  const auto catalogue = Catalogue::make({end});
  ASSERT_TRUE(catalogue);
  EXPECT_EQ(found_in(*catalogue, "Error response from daemon: unauthorized").size(), 1U);
  EXPECT_EQ(found_in(*catalogue, R"(err="Error response from daemon: unauthorized" image="x")").size(), 1U);
  EXPECT_EQ(found_in(*catalogue, R"(err="Error response from daemon: unauthorized " image="x")").size(), 1U);
  EXPECT_TRUE(found_in(*catalogue, "Error response from daemon: unauthorized: authentication required").empty());
}

TEST(Catalogue, FindsInEachLineWhatStandsThere) {
  const auto catalogue = Catalogue::make({message("error", "error \"{words}\" ends"), message("rest", "denied: {words:rest}")});
  ASSERT_TRUE(catalogue);
  EXPECT_EQ(found_in(*catalogue, "\n\nerror \"a\" ends\nerror \"b\nb\" ends\n\ndenied: x\ndenied: y error \"c\" ends"),
            (std::vector<std::string>{"error", "rest", "rest", "error"}));
}

TEST(Catalogue, ALongLineOfKnownWordsTakesLinearTime) {
  const auto catalogue = Catalogue::make({message("leaf", "i/o timeout"), message("rest", "denied: {words:rest}")});
  ASSERT_TRUE(catalogue);
  for (const std::string_view part : {"i/o timeout; ", "denied: "}) {
    std::string text;
    while (text.size() < 4'000'000) text += part;
    const auto found = catalogue->find(text);
    EXPECT_EQ(found.size(), text.size() / part.size());
    EXPECT_TRUE(found.front().captures.empty() || found.front().captures[0].text.size() == Pattern::k_max_rest);
  }
}

TEST(Catalogue, NamesTheMessageThatIsWrong) {
  EXPECT_NE(Catalogue::make({message("x.y", "a{b}{c} d")}).error().message().find("x.y"), std::string::npos);
  EXPECT_NE(Catalogue::make({message("x.y", "long enough", "no parentheses")}).error().message().find("x.y"), std::string::npos);
}

TEST(Assertion, ParsesAttributesWithCaptures) {
  const auto assertion = parse_assertion("cancelled(by=containerd, limit={limit})");
  ASSERT_TRUE(assertion);
  EXPECT_EQ(assertion->name, "cancelled");
  ASSERT_EQ(assertion->attributes.size(), 2U);
  EXPECT_EQ(assertion->attributes[1].value, "{limit}");
  EXPECT_EQ(fill("a {limit} b {gone}", {{"limit", "5m0s"}}), "a 5m0s b ");
}

}  // namespace
}  // namespace unsnag::catalogue
