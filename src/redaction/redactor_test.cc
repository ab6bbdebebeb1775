// SPDX-License-Identifier: Apache-2.0
// What only shows when a file is fed: pieces, lines, states over several lines, counts.
#include "redaction/redactor.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

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

}  // namespace
}  // namespace unsnag::redaction
