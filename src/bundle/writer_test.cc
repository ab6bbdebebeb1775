// SPDX-License-Identifier: Apache-2.0
#include "bundle/writer.h"

#include <random>

#include "bundle/own_files.h"
#include "bundle/writer_test_support.h"
#include "codec/sha256.h"

namespace unsnag::bundle {
namespace {

using WriterTest = Scratch;

std::string lines(std::size_t count, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::string text;
  for (std::size_t i = 0; i < count; ++i)
    text += fmt::format("I0318 06:12:{:02} kubelet.go:{} pull of {:08x} goes on\n", i % 60, i, random());
  return text;
}

/// The contents that every form of target gets here.
std::map<std::string, std::string> contents() {
  return {{"logs/kubelet.log", lines(30'000, 1)},
          {"logs/var/log/messages", lines(9'000, 2)},
          {"config/etc/docker/daemon.json", "{\"a\":1}"},
          {"system/empty.txt", ""},
          {"system/exactly.txt", std::string(512, 'x')},
          {"system/" + std::string(150, 'l') + ".txt", "a long name\n"},
          {"system/caf\xc3\xa9 au lait.txt", "a foreign name\n"}};
}

void write_all(Writer& writer) {
  for (const auto& [path, content] : contents()) {
    Item item;
    item.path = path;
    item.what = "a thing";
    item.source = "/somewhere";
    ASSERT_TRUE(writer.begin(item));
    for (std::size_t at = 0; at < content.size(); at += 9999) ASSERT_TRUE(writer.add(std::string_view(content).substr(at, 9999)));
    ASSERT_TRUE(writer.end({}));
  }
}

void expect_all(std::map<std::string, std::string> files) {
  const auto index = read_index(files["index.json"]);
  ASSERT_TRUE(index) << index.error().message();
  files.erase("index.json");
  auto wanted = contents();
  wanted["README.txt"] = files["README.txt"];
  EXPECT_EQ(files, wanted);
  ASSERT_EQ(index->items.size(), wanted.size());
  for (const auto& one : index->items) {
    const auto content = wanted[one.item.path];
    EXPECT_EQ(one.bytes, content.size());
    EXPECT_EQ(one.sha256, codec::sha256_hex(content));
    const auto ends = static_cast<std::uint64_t>(std::count(content.begin(), content.end(), '\n'));
    EXPECT_EQ(one.lines, ends + (content.empty() || content.back() == '\n' ? 0 : 1)) << one.item.path;
  }
}

TEST_F(WriterTest, TarReadsEveryMemberByteForByte) {
  auto writer = Writer::create({Target::Form::file, at("a.tar.zst")}, identity());
  ASSERT_TRUE(writer) << writer.error().message();
  write_all(*writer);
  const auto summary = writer->finish(k_later);
  ASSERT_TRUE(summary) << summary.error().message();
  EXPECT_EQ(summary->path, at("a.tar.zst"));
  EXPECT_EQ(summary->bytes, fs::file_size(at("a.tar.zst")));
  EXPECT_EQ(summary->files, contents().size() + 1);
  EXPECT_EQ(left(), std::vector<std::string>{"a.tar.zst"});
  EXPECT_EQ(fs::status(at("a.tar.zst")).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(shell("zstd -q -t a.tar.zst"), 0);
  expect_all(unpacked("a.tar.zst"));
  // As docs/bundle.md says it.
  EXPECT_EQ(shell(R"sh(cd out && jq -r '.items[] | select(.sha256 and (.parts | not)) | "\(.sha256)  \(.path)"' index.json > sums)sh"
                  " && [ $(wc -l < sums) = 8 ] && sha256sum -c --quiet sums"),
            0);
}

TEST_F(WriterTest, APipeGetsTheSameAsAFile) {
  // A pipe: what can't be sought in must do.
  FILE* tar = ::popen(("zstd -q -d > '" + at("piped.tar") + "'").c_str(), "w");
  ASSERT_NE(tar, nullptr);
  Target target{Target::Form::descriptor};
  target.fd = ::fileno(tar);
  auto writer = Writer::create(target, identity());
  ASSERT_TRUE(writer);
  write_all(*writer);
  ASSERT_TRUE(writer->finish(k_later));
  ASSERT_EQ(::pclose(tar), 0);
  expect_all(unpacked("piped.tar"));
}

TEST_F(WriterTest, AFolderGetsTheSameAsAFile) {
  auto writer = Writer::create({Target::Form::folder, at("bundle")}, identity());
  ASSERT_TRUE(writer);
  write_all(*writer);
  EXPECT_FALSE(fs::exists(at("bundle")));
  ASSERT_TRUE(writer->finish(k_later));
  EXPECT_EQ(left(), std::vector<std::string>{"bundle"});
  EXPECT_EQ(fs::status(at("bundle")).permissions(), fs::perms::owner_all);
  expect_all(files_below(at("bundle")));
}

TEST_F(WriterTest, TheEksLayoutIsAGzipWithTheScriptsNames) {
  Target target{Target::Form::file, at("eks.tar.gz")};
  target.layout = Layout::eks;
  EXPECT_EQ(ending(target), ".tar.gz");
  auto writer = Writer::create(target, identity());
  ASSERT_TRUE(writer);
  ASSERT_TRUE(writer->put(item("logs/kubelet.log"), lines(20'000, 3)));
  ASSERT_TRUE(writer->put(item("system/mounts.txt"), "a: 1\n"));
  ASSERT_TRUE(writer->put(item("system/pressure.txt"), "some\n"));
  ASSERT_TRUE(writer->finish(k_later));
  EXPECT_EQ(shell("gzip -t eks.tar.gz && tar -tf eks.tar.gz ./kubelet/kubelet.log > names"), 0);
  auto files = unpacked("eks.tar.gz");
  EXPECT_EQ(files["kubelet/kubelet.log"], lines(20'000, 3));
  EXPECT_EQ(files["storage/mounts.txt"], "a: 1\n");
  EXPECT_EQ(files["unsnag/system/pressure.txt"], "some\n");
  const auto index = read_index(files["unsnag/index.json"]);
  ASSERT_TRUE(index);
  EXPECT_EQ(index->identity.layout, "eks");
  EXPECT_EQ(index->items.front().item.path, "kubelet/kubelet.log");
}

TEST_F(WriterTest, WhatIsNotThereIsInTheIndex) {
  auto writer = Writer::create({Target::Form::file, at("a.tar.zst")}, identity());
  ASSERT_TRUE(writer);
  ASSERT_TRUE(writer->missing(item("config/etc/crio/crio.conf", Kind::config), {Errc::permission_denied, "Permission denied"}));
  ASSERT_TRUE(writer->left_out(item("logs/var/log/messages.1"), "older than 1h"));
  Outcome cut{Completeness::cut, "older than 1h"};
  cut.dropped_lines = 12;
  ASSERT_TRUE(writer->put(item("logs/kubelet.log"), "one line\n", cut));
  ASSERT_TRUE(writer->finish(k_later));
  auto files = unpacked("a.tar.zst");
  EXPECT_EQ(files.size(), 3);
  const auto index = read_index(files["index.json"]);
  ASSERT_TRUE(index);
  EXPECT_EQ(index->items[0].error, "permission denied");
  EXPECT_EQ(index->items[0].outcome.completeness, Completeness::missing);
  EXPECT_EQ(index->items[1].outcome.completeness, Completeness::left_out);
  EXPECT_EQ(index->items[2].outcome.dropped_lines, 12);
  EXPECT_EQ(index->ended, k_later);
}

TEST_F(WriterTest, TheReadmeSaysWhatCouldNotBeReadBeforeWhatIsNotThere) {
  auto writer = Writer::create({Target::Form::folder, at("b")}, identity());
  ASSERT_TRUE(writer);
  ASSERT_TRUE(writer->missing(item("config/etc/docker/daemon.json"), {Errc::not_found, "it is named, but not there"}));
  ASSERT_TRUE(writer->missing(item("system/dmesg.txt"), {Errc::permission_denied, "Operation not permitted"}));
  ASSERT_TRUE(writer->put(item("logs/kubelet.log"), "one line\n", {Completeness::cut, "older than 1h"}));
  ASSERT_TRUE(writer->finish(k_later));
  const auto text = read(at("b/README.txt"));
  EXPECT_EQ(own_file(text), OwnFile::readme);
  const auto unread = text.find("Could not be read\n  system/dmesg.txt (a thing): Operation not permitted\n");
  const auto cut = text.find("Older lines left out (--since, --max-size)\n  logs/kubelet.log: older than 1h\n");
  const auto absent = text.find("Not there\n  config/etc/docker/daemon.json (a thing): it is named, but not there\n");
  EXPECT_LT(unread, cut) << text;
  EXPECT_LT(cut, absent) << text;
  EXPECT_NE(absent, std::string::npos) << text;
  const auto index = read_index(read(at("b/index.json")));
  ASSERT_TRUE(index);
  EXPECT_EQ(index->items.back().item.path, "README.txt");
  EXPECT_EQ(index->items.back().sha256, codec::sha256_hex(text));
}

TEST_F(WriterTest, AVerdictForPeopleSaysThatItIsNoEvidence) {
  auto writer = Writer::create({Target::Form::folder, at("b")}, identity());
  ASSERT_TRUE(writer);
  ASSERT_TRUE(writer->put(item("verdict.txt", Kind::verdict), "✗ kubelet cancelled the pull\n"));
  ASSERT_TRUE(writer->finish(k_later));
  EXPECT_EQ(own_file(read(at("b/verdict.txt"))), OwnFile::verdict);
  EXPECT_EQ(shell("tail -n 1 b/verdict.txt | grep -q cancelled"), 0);
}

TEST_F(WriterTest, TheSamePathTwiceIsRefusedAndTheBundleGoesOn) {
  auto writer = Writer::create({Target::Form::file, at("a.tar.zst")}, identity());
  ASSERT_TRUE(writer);
  ASSERT_TRUE(writer->put(item("a"), "1"));
  EXPECT_FALSE(writer->begin(item("a")));
  EXPECT_FALSE(writer->begin(item("index.json")));
  EXPECT_FALSE(writer->begin(item("//")));
  ASSERT_TRUE(writer->put(item("b"), "2"));
  ASSERT_TRUE(writer->finish(k_later));
  EXPECT_EQ(unpacked("a.tar.zst").size(), 4);
}

TEST_F(WriterTest, OddNamesStayInsideAndApart) {
  auto writer = Writer::create({Target::Form::file, at("a.tar.zst")}, identity());
  ASSERT_TRUE(writer);
  const std::vector<std::string> names{"config/../../../etc/passwd", "a\nb", "a\tb", "a\xff", "a\xfe", "/abs", std::string(400, '\x01')};
  for (const auto& name : names) ASSERT_TRUE(writer->put(item(name), name));
  ASSERT_TRUE(writer->finish(k_later));
  auto files = unpacked("a.tar.zst");
  const auto index = read_index(files["index.json"]);
  ASSERT_TRUE(index);
  ASSERT_EQ(index->items.size(), names.size() + 1);
  for (std::size_t i = 0; i < names.size(); ++i) EXPECT_EQ(files[index->items[i].item.path], names[i]);
}

TEST_F(WriterTest, TenThousandSmallFilesShareFrames) {
  auto writer = Writer::create({Target::Form::file, at("a.tar.zst")}, identity());
  ASSERT_TRUE(writer);
  std::size_t all = 0;
  for (int i = 0; i < 10'000; ++i) {
    const auto content = fmt::format("[host.\"https://mirror-{}.example\"]\n  capabilities = [\"pull\", \"resolve\"]\n", i);
    all += content.size();
    ASSERT_TRUE(writer->put(item(fmt::format("config/etc/containerd/certs.d/r{}.example/hosts.toml", i), Kind::config), content));
  }
  const auto summary = writer->finish(k_later);
  ASSERT_TRUE(summary);
  auto files = unpacked("a.tar.zst");
  EXPECT_EQ(files.size(), 10'002);
  EXPECT_EQ(files["config/etc/containerd/certs.d/r9999.example/hosts.toml"],
            "[host.\"https://mirror-9999.example\"]\n  capabilities = [\"pull\", \"resolve\"]\n");
  EXPECT_EQ(summary->contents, all + files["README.txt"].size());
  EXPECT_LT(summary->bytes, all * 2);  // with 10,000 digests in its index
}

/// The most memory since `forget_peak`, in KiB (proc(5): VmHWM, clear_refs).
void forget_peak() { std::ofstream("/proc/self/clear_refs") << "5"; }
long peak_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (long kib = 0; word == "VmHWM:" && status >> kib) return kib;
  return 0;
}

TEST_F(WriterTest, AHugeContentGoesOnInFurtherMembersAndMemoryStaysSmall) {
  // 300 MB of which zstd makes about 60 MB.
  constexpr std::size_t k_line = 64;
  std::string block;
  while (block.size() < 1'000'000) block += "................ is no word that comes again and again, so far.\n";
  std::uint64_t random = 88172645463325252ULL;
  auto writer = Writer::create({Target::Form::file, at("a.tar.zst")}, identity());
  ASSERT_TRUE(writer);
  codec::Sha256 digest;
  ASSERT_TRUE(writer->begin(item("logs/kubelet.log")));
  forget_peak();
  [[maybe_unused]] const auto before = peak_kib();
  for (int i = 0; i < 300; ++i) {
    for (std::size_t at = 0; at < block.size(); at += k_line)
      for (std::size_t k = 0; k < 16; ++k) {
        random ^= random << 13U;
        random ^= random >> 7U;
        block[at + k] = static_cast<char>('0' + random % 64);
      }
    digest.add(block);
    ASSERT_TRUE(writer->add(block));
  }
  ASSERT_TRUE(writer->end({}));
  ASSERT_TRUE(writer->finish(k_later));
  EXPECT_GT(fs::file_size(at("a.tar.zst")), 50'000'000);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they keep what was freed
  EXPECT_LT(peak_kib() - before, 50'000);
#endif
  EXPECT_EQ(shell("rm -rf out && mkdir out && tar -xf a.tar.zst -C out"), 0);
  const auto index = read_index(read(at("out/index.json")));
  ASSERT_TRUE(index);
  const auto& log = index->items.at(0);
  ASSERT_GE(log.parts.size(), 3);
  EXPECT_EQ(log.parts[1], "logs/kubelet.log.part2");
  EXPECT_EQ(log.sha256, digest.hex());
  codec::Sha256 joined;
  for (const auto& part : log.parts) {
    const auto text = read(folder_ / "out" / part);
    ASSERT_FALSE(text.empty());
    EXPECT_EQ(text.back(), '\n') << part;  // no line is torn
    joined.add(text);
  }
  EXPECT_EQ(joined.hex(), log.sha256);
}

TEST_F(WriterTest, ALineWithoutEndIsCutRatherThanKept) {
  TarLimits limits;
  limits.part = 1'000'000;
  auto output = file_output(at("a.tar.zst"));
  ASSERT_TRUE(output);
  Writer writer(tar_pack(std::move(*output), codec::zstd_compressor(1), "", limits), {Target::Form::file, at("a.tar.zst")}, identity());
  std::mt19937 random(7);
  std::string noise;
  while (noise.size() < 5'000'000) noise += static_cast<char>('a' + random() % 26);
  ASSERT_TRUE(writer.put(item("logs/noise"), noise));
  ASSERT_TRUE(writer.put(item("logs/small"), "small\n"));
  ASSERT_TRUE(writer.finish(k_later));
  auto files = unpacked("a.tar.zst");
  EXPECT_EQ(files["logs/small"], "small\n");
  std::string joined = files["logs/noise"];
  for (std::size_t i = 2; files.contains(part_path("logs/noise", i)); ++i) joined += files[part_path("logs/noise", i)];
  EXPECT_EQ(joined, noise);
  EXPECT_NE(files["logs/noise"].size(), noise.size());
}

}  // namespace
}  // namespace unsnag::bundle
