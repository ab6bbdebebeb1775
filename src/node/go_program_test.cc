// SPDX-License-Identifier: Apache-2.0
#include "node/go_program.h"

#include <elf.h>

#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unsnag::node {
namespace {

constexpr std::string_view k_info =
    "path\tk8s.io/kubernetes/cmd/kubelet\nmod\tk8s.io/kubernetes\t(devel)\t\ndep\tk8s.io/api\tv0.0.0\n"
    "build\t-ldflags=\"-X 'k8s.io/component-base/version.gitVersion=v1.29.3' -X k8s.io/component-base/version.buildDate=2024\"\n"
    "build\tvcs.revision=6813625b7cd706db5bc7388921be03071e1a492d\n";

/// A stripped ELF file whose first writable segment holds the build information.
std::string program(std::string_view info, std::string_view go = "go1.21.8") {
  std::string file(256, '\0');
  Elf64_Ehdr header{};
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_phoff = 64;
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_phnum = 1;
  std::memcpy(file.data(), &header, sizeof header);
  std::string data("\xff Go buildinf:\x08\x02", 16);
  data.resize(32);
  const auto add = [&](std::string_view text) {
    for (auto length = text.size();; length >>= 7U) {
      data += static_cast<char>((length & 0x7FU) | (length >= 0x80 ? 0x80U : 0U));
      if (length < 0x80) break;
    }
    data += text;
  };
  add(go);
  add("0123456789abcdef" + std::string(info) + "0123456789abcdef");
  Elf64_Phdr segment{};
  segment.p_type = PT_LOAD;
  segment.p_flags = PF_R | PF_W;
  segment.p_offset = 256;
  segment.p_filesz = data.size();
  std::memcpy(file.data() + 64, &segment, sizeof segment);
  return file + data;
}

Result<GoProgram> read(const std::string& file) {
  return read_go_program(
      [&](std::uint64_t offset, std::size_t size) { return offset < file.size() ? file.substr(offset, size) : std::string(); });
}

TEST(GoProgram, TheLinkersVersionIsTheProgramsVersion) {
  const auto found = read(program(k_info));
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_EQ(found->go, "go1.21.8");
  EXPECT_EQ(found->path, "k8s.io/kubernetes/cmd/kubelet");
  EXPECT_EQ(found->version, "v1.29.3");
  EXPECT_THAT(found->settings, testing::Contains(testing::Pair("vcs.revision", "6813625b7cd706db5bc7388921be03071e1a492d")));
}

TEST(GoProgram, WithoutOneItIsTheModules) {
  EXPECT_EQ(read(program("path\tx/cmd/y\nmod\tx\tv2.1.3\th1:abc=\n"))->version, "v2.1.3");
  EXPECT_EQ(read(program("path\tx/cmd/y\nmod\tx\t(devel)\t\n"))->version, "") << "(devel) is no version";
}

TEST(GoProgram, CutAnywhereItIsAnErrorAndNoMore) {
  const auto whole = program(k_info);
  for (std::size_t size = 0; size < whole.size(); ++size) EXPECT_FALSE(read(whole.substr(0, size))) << size;
}

TEST(GoProgram, LengthsThatLieAreNotBelieved) {
  auto file = program(k_info);
  file[256 + 32] = '\x7f';  // the Go version is said to be longer
  EXPECT_NO_FATAL_FAILURE((void)read(file));
  file = program(k_info);
  for (std::size_t i = 0; i < 9; ++i) file[256 + 32 + i] = '\xff';
  EXPECT_FALSE(read(file));
}

TEST(GoProgram, OthersAreNone) {
  EXPECT_EQ(read("#!/bin/sh\n").error().code, Errc::unsupported);
  const auto root = Root::open("/");
  EXPECT_EQ(read_go_program(*root, "/proc/self/exe").error().code, Errc::unsupported) << "this is C++";
}

}  // namespace
}  // namespace unsnag::node
