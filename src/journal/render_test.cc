// SPDX-License-Identifier: Apache-2.0
#include "journal/render.h"

#include <string_view>

#include <gtest/gtest.h>

namespace unsnag::journal {
namespace {

using namespace std::string_view_literals;

std::string line(std::string_view message, Binary binary = Binary::named) {
  Entry entry;
  entry.realtime = 1'795'504'328'123'456;
  entry.host = "n1";
  entry.identifier = "kubelet";
  entry.pid = "12";
  entry.has_message = true;
  entry.message = message;
  std::string out;
  render(entry, binary, out);
  return out;
}

constexpr std::string_view k_head = "2026-11-24T07:12:08.123456+0000 n1 kubelet[12]: ";

TEST(Render, MessagesLookAsJournalctlPrintsThem) {
  struct Case {
    const char* name;
    std::string_view message, text;
  };
  for (const auto& c : {
           Case{"plain", "Pulling image", "Pulling image\n"},
           Case{"nothing", "", "\n"},
           Case{"a newline at the end", "a\n", "a\n"},
           Case{"two lines", "a\nb", "a\n                                                b\n"},
           Case{"an empty line between", "a\n\nb",
                "a\n                                                \n                                                b\n"},
           Case{"UTF-8", "gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f\n"},
           Case{"a tab", "a\tb", "a        b\n"},
           Case{"colours", "\x1b[1;31mred\x1b[0m", "red\n"},
           Case{"a link", "\x1b]8;;http://x\x07word\x1b]8;;\x07", "word\n"},
           Case{"half a colour", "a\x1b[1", "[4B blob data]\n"},
           Case{"latin-1", "caf\xe9", "[4B blob data]\n"},
           Case{"a carriage return", "a\rb", "[3B blob data]\n"},
           Case{"a NUL", "a\0b"sv, "[3B blob data]\n"},
           Case{"a surrogate", "\xed\xa0\x80", "[3B blob data]\n"},
       })
    EXPECT_EQ(line(c.message), std::string(k_head) + std::string(c.text)) << c.name;
  EXPECT_EQ(line(std::string(5379, '\1')), std::string(k_head) + "[5.2K blob data]\n");
  EXPECT_EQ(line(std::string(1'258'291, '\1')), std::string(k_head) + "[1.1M blob data]\n");
}

TEST(Render, WholeMessagesAreHandedOutAsTheyAre) {
  EXPECT_EQ(line("10%\r20%\rdone\t\x1b[Kcaf\xe9", Binary::whole), std::string(k_head) + "10%\r20%\rdone\t\x1b[Kcaf\xe9\n");
}

TEST(Render, WhoSpokeIsSaidAsFarAsItIsKnown) {
  Entry entry;
  entry.realtime = 1'795'504'328'000'001;
  std::string out;
  render(entry, Binary::named, out);
  EXPECT_EQ(out, "") << "no message, no line";
  entry.has_message = true;
  entry.message = "a\nb";
  render(entry, Binary::named, out);
  EXPECT_EQ(out, "2026-11-24T07:12:08.000001+0000 unknown: a\n                                 b\n");
  out.clear();
  entry.message = "a";
  entry.command = "dockerd";
  entry.claimed_pid = "7";
  entry.source_realtime = 1'795'504'327'999'999;
  entry.host = std::string(300, 'h');
  render(entry, Binary::named, out);
  EXPECT_EQ(out, "2026-11-24T07:12:07.999999+0000 dockerd[7]: a\n") << "its own time; a name that is too long is none";
}

}  // namespace
}  // namespace unsnag::journal
