// SPDX-License-Identifier: Apache-2.0
// Over journals that the real programs wrote (tests/data/journals/README.md), whole and damaged.
#include "journal/journal.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "base/text.h"
#include "journal/file.h"

namespace unsnag::journal {
namespace {

namespace fs = std::filesystem;

std::string read_file(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class JournalFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    auto name = (fs::temp_directory_path() / "unsnag-journal-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    for (const auto* one : {"odd", "not-compact", "not-keyed", "crashed"})
      ASSERT_EQ(
          std::system(("xz -dc '" + data(std::string(one) + ".journal.xz") + "' > '" + (folder_ / one).string() + ".journal'").c_str()), 0);
  }
  void TearDown() override { fs::remove_all(folder_); }

  static std::string data(const std::string& name) { return std::string(UNSNAG_TEST_DATA) + "/journals/" + name; }

  void write(const std::string& name, const std::string& bytes) const {
    fs::create_directories((folder_ / name).parent_path());
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
  }

  [[nodiscard]] Fd open(const std::string& name) const {
    return Fd(::open((folder_ / name).c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY * fs::is_directory(folder_ / name)));
  }

  [[nodiscard]] Journal journal(const std::string& name) const {
    Journal one;
    one.add(open(name), name);
    return one;
  }

  /// All of it; what it says of itself in summary_.
  std::string text(const Journal& journal, const Slice& slice = {}) {
    auto text = journal.text(slice);
    if (!text) return text.error().message();
    std::string all;
    std::array<char, 1000> buffer{};
    for (;;) {
      const auto got = text->read(buffer.data(), buffer.size());
      if (!got || *got == 0) break;
      all.append(buffer.data(), *got);
    }
    summary_ = text->summary();
    return all;
  }

  [[nodiscard]] std::string damage() const {
    std::string all;
    for (const auto& one : summary_.damage) all += one.file + ": " + one.what + "\n";
    return all;
  }

  fs::path folder_;
  Summary summary_;
};

TEST_F(JournalFiles, TextIsThatOfJournalctlByteForByte) {
  const auto odd = read_file(data("odd.txt"));
  ASSERT_GT(odd.size(), 20'000U);
  for (const auto* name : {"odd.journal", "not-compact.journal", "not-keyed.journal"}) {
    EXPECT_EQ(text(journal(name)), odd) << name;
    EXPECT_EQ(damage(), "") << name;
    EXPECT_EQ(summary_.bytes, odd.size());
    EXPECT_EQ(summary_.entries, 24U);
  }
}

TEST_F(JournalFiles, AFileThatJournaldHadNoTimeToCloseIsRead) {
  EXPECT_EQ(text(journal("crashed.journal")), read_file(data("crashed.txt")));
  EXPECT_EQ(damage(), "");
}

TEST_F(JournalFiles, AUnitsSliceIsThatOfJournalctl) {
  Slice slice;
  slice.units = {"kubelet.service"};
  EXPECT_EQ(text(journal("odd.journal"), slice), read_file(data("odd-kubelet.txt")));
  slice.units = {"no-such.service"};
  EXPECT_EQ(text(journal("odd.journal"), slice), "");
  slice.kernel = true;
  slice.identifiers = {"liar"};
  EXPECT_EQ(text(journal("odd.journal"), slice),
            "2026-11-24T07:12:33.123456+0000 node-1 liar[97]: not PID 1\n"
            "2026-11-24T07:12:34.123456+0000 node-1 kernel: Out of memory: Killed process 12 (kubelet)\n");
}

TEST_F(JournalFiles, TimesBoundASlice) {
  Slice slice;
  slice.since = SysTime(std::chrono::microseconds(1'795'504'350'123'456));
  slice.until = SysTime(std::chrono::microseconds(1'795'504'351'123'456));
  EXPECT_EQ(text(journal("odd.journal"), slice),
            "2026-11-24T07:12:30.123456+0000 node-1 systemd[1]: Started kubelet.service\n"
            "2026-11-24T07:12:31.123456+0000 node-1 systemd-coredump[99]: Process 12 (kubelet) dumped core.\n");
  EXPECT_EQ(summary_.first, slice.since);
  EXPECT_EQ(summary_.last, slice.until);
}

TEST_F(JournalFiles, OfTooMuchTheNewestIsKept) {
  const auto whole = read_file(data("crashed.txt"));
  Slice slice;
  for (slice.max_bytes = 1; slice.max_bytes <= whole.size(); slice.max_bytes += 97) {
    const auto part = text(journal("crashed.journal"), slice);
    ASSERT_LE(part.size(), slice.max_bytes);
    ASSERT_TRUE(whole.ends_with(part));
    ASSERT_TRUE(part.size() == whole.size() || whole[whole.size() - part.size() - 1] == '\n');
    ASSERT_EQ(summary_.left_out, part.size() != whole.size()) << slice.max_bytes;
  }
  slice.max_bytes = whole.size();
  EXPECT_EQ(text(journal("crashed.journal"), slice), whole);
  EXPECT_FALSE(summary_.left_out);
}

TEST_F(JournalFiles, UnitsAreListed) {
  const auto units = journal("odd.journal").units();
  ASSERT_TRUE(units);
  EXPECT_EQ(*units, (std::vector<std::string>{"containerd.service", "init.scope", "kubelet.service"}));
}

TEST_F(JournalFiles, AFolderIsOneJournalAndLinksLeadNowhere) {
  fs::create_directories(folder_ / "j/0123");
  fs::rename(folder_ / "crashed.journal", folder_ / "j/0123/system.journal");
  fs::rename(folder_ / "odd.journal", folder_ / "j/0123/system@1.journal~");
  fs::rename(folder_ / "not-keyed.journal", folder_ / "j/0123/user-1000.journal");
  fs::create_symlink(folder_ / "not-compact.journal", folder_ / "j/0123/link.journal");
  fs::create_directory_symlink(folder_, folder_ / "j/linked");
  write("j/0123/readme", "no journal");
  Journal all;
  ASSERT_TRUE(all.add_folder(open("j"), "j"));
  EXPECT_EQ(all.size(), 3U);
  EXPECT_EQ(all.name(), "j/0123/system.journal");
  EXPECT_EQ(text(all), read_file(data("odd.txt")) + read_file(data("crashed.txt"))) << "by time, without the user's";
  EXPECT_EQ(damage(), "");
}

TEST_F(JournalFiles, AUsersJournalIsReadWhereThereIsNoOther) {
  fs::create_directories(folder_ / "u");
  fs::rename(folder_ / "odd.journal", folder_ / "u/user-1000.journal");
  Journal all;
  ASSERT_TRUE(all.add_folder(open("u"), "u"));
  EXPECT_EQ(text(all), read_file(data("odd.txt")));
}

TEST_F(JournalFiles, AFileThatBreaksOffIsReadAsFarAsItGoes) {
  const auto bytes = read_file(folder_ / "odd.journal");
  const auto whole = read_file(data("odd.txt"));
  std::size_t most = 0;
  for (const std::size_t size : {8, 100, 208, 264, 4096, 3'700'000, 3'740'000, 3'741'500, 3'743'000, 3'745'311}) {
    write("cut.journal", bytes.substr(0, size));
    const auto part = text(journal("cut.journal"));
    EXPECT_TRUE(whole.starts_with(part)) << size;
    EXPECT_GE(part.size(), most) << size;
    EXPECT_TRUE(contains(damage(), "cut.journal: ")) << size;
    EXPECT_TRUE(contains(damage(), size < 208 ? "header" : "breaks off")) << size << damage();
    most = part.size();
  }
  EXPECT_EQ(most, whole.size()) << "what is missing is empty";
}

TEST_F(JournalFiles, ADamagedEntryIsPassedOverAndCounted) {
  auto bytes = read_file(folder_ / "odd.journal");
  const auto at = bytes.find("MESSAGE=about kubelet");
  ASSERT_NE(at, std::string::npos);
  // The entry's object stands behind its data: type 3.
  for (auto i = (at + 30) / 8 * 8; i < at + 400; i += 8)
    if (bytes[i] == 3 && bytes[i + 1] == 0) {
      bytes[i] = 77;
      break;
    }
  write("bad.journal", bytes);
  const auto part = text(journal("bad.journal"));
  EXPECT_FALSE(contains(part, "about kubelet"));
  EXPECT_TRUE(contains(part, "not PID 1")) << "what is behind it is read";
  EXPECT_EQ(damage(), "bad.journal: damaged: 1 of its 26 entries can't be read\n");
}

TEST_F(JournalFiles, AnIndexThatLeadsInACircleEnds) {
  auto bytes = read_file(folder_ / "odd.journal");
  // The first entry array's number in the header, and in that array the next one's: itself.
  std::uint64_t first = 0;
  for (std::size_t i = 8; i-- > 0;) first = first << 8U | static_cast<unsigned char>(bytes[176 + i]);
  bytes.replace(first + 16, 8, bytes.substr(176, 8));
  for (std::size_t i = 0; i < 6; ++i) bytes[152 + i] = '\xff';  // and very many entries
  write("ring.journal", bytes);
  const auto part = text(journal("ring.journal"));
  EXPECT_TRUE(read_file(data("odd.txt")).starts_with(part));
  EXPECT_FALSE(part.empty());
  EXPECT_TRUE(contains(damage(), "in a circle")) << damage();
}

TEST_F(JournalFiles, OneBadFileDoesNotHideTheOthers) {
  write("garbage.journal", "LPKSHHRH" + std::string(5000, '\0'));
  write("none.journal", "a text\n");
  auto newer = read_file(folder_ / "crashed.journal");
  newer[13] = 1;
  write("newer.journal", newer);
  Journal all = journal("odd.journal");
  for (const auto* name : {"garbage.journal", "none.journal", "newer.journal"}) all.add(open(name), name);
  EXPECT_EQ(text(all), read_file(data("odd.txt")));
  EXPECT_EQ(summary_.damage.size(), 3U) << damage();
  EXPECT_TRUE(contains(damage(), "newer.journal: written by a newer systemd")) << damage();
}

TEST_F(JournalFiles, AFileWithoutANameIsReadAndLeavesNone) {
  const auto bytes = read_file(folder_ / "odd.journal");
  auto file = file_in_memory();
  ASSERT_TRUE(file) << file.error().message();
  ASSERT_EQ(::write(file->get(), bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  const int fd = file->get();
  Journal all;
  all.add(std::move(*file), "bundle.tar:system.journal");
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(text(all), read_file(data("odd.txt")));
    EXPECT_EQ(damage(), "");
    EXPECT_TRUE(is_nameless(fd));
  }
  EXPECT_EQ(all.units().value_or(std::vector<std::string>{}).size(), 3U);
}

TEST_F(JournalFiles, AFileThatBecomesShorterWhileItIsReadIsToldAndHurtsNobody) {
  // Large enough that its reader waits for us in the middle.
  std::string bytes = read_file(folder_ / "odd.journal");
  Journal all;
  const auto path = folder_ / "shrinks.journal";
  write("shrinks.journal", bytes);
  all.add(open("shrinks.journal"), "shrinks.journal");
  const auto opened = all.text({});
  ASSERT_TRUE(opened);
  ASSERT_EQ(::truncate(path.c_str(), 4096), 0);
  const auto part = text(all);
  EXPECT_TRUE(read_file(data("odd.txt")).starts_with(part));
  EXPECT_NE(damage(), "");
}

TEST_F(JournalFiles, WhoReadsNoFurtherEndsIt) {
  for (int i = 0; i < 3; ++i) {
    const auto all = journal("odd.journal");
    auto text = all.text({});
    ASSERT_TRUE(text);
    std::array<char, 10> buffer{};
    ASSERT_TRUE(text->read(buffer.data(), buffer.size()));
  }
  auto all = journal("odd.journal");
  auto text = all.text({});
  ASSERT_TRUE(text);
  text->stop_when([] { return true; });
  std::array<char, 10> buffer{};
  const auto got = text->read(buffer.data(), buffer.size());
  ASSERT_TRUE(got);
  EXPECT_EQ(*got, 0U);
}

TEST(ConcernsPulls, RuntimesUnderAllTheirNamesDo) {
  for (const auto* unit : {"kubelet.service", "k3s-agent.service", "rke2-server.service", "snap.microk8s.daemon-containerd.service",
                           "crio.service", "cri-docker.service", "docker.service", "nodeadm-run.service", "init.scope", "chronyd.service"})
    EXPECT_TRUE(concerns_pulls(unit)) << unit;
  for (const auto* unit : {"ssh.service", "cron.service", "session-1.scope", "cri-containerd-0123.scope", "docker-0123.scope"})
    EXPECT_FALSE(concerns_pulls(unit)) << unit;
}

}  // namespace
}  // namespace unsnag::journal
