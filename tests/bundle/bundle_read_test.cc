// SPDX-License-Identifier: Apache-2.0
// What was written as a bundle is read by `unsnag why` as the evidence that went into it, in every form and layout; and
// what unsnag itself says in a bundle proves nothing.
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "bundle/index.h"
#include "bundle/writer.h"
#include "codec/sha256.h"
#include "diagnose/verdict.h"
#include "evidence/evidence.h"
#include "readers/read.h"
#include "timeline/timeline.h"

namespace unsnag {
namespace {

namespace fs = std::filesystem;
using bundle::Item;
using bundle::Kind;
using bundle::Target;
using bundle::Writer;

std::string read(const fs::path& path) {
  std::string text(fs::file_size(path), '\0');
  std::ifstream(path, std::ios::binary).read(text.data(), static_cast<std::streamsize>(text.size()));
  return text;
}

Item item(std::string path, Kind kind = Kind::log) {
  Item one;
  one.path = std::move(path);
  one.kind = kind;
  return one;
}

class BundleRead : public ::testing::Test {
 protected:
  void SetUp() override {
    auto name = (fs::temp_directory_path() / "unsnag-bundle-read-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  [[nodiscard]] std::string at(const std::string& name) const { return (folder_ / name).string(); }

  struct Told {
    readers::Reading reading;
    std::string cause, rule;
    std::size_t proofs = 0;
  };
  static Told why(const std::string& target) {
    timeline::Fold fold;
    auto reading = readers::read_targets({target}, fold, {});
    EXPECT_TRUE(reading) << reading.error().message();
    const auto diagnosis = diagnose::diagnose(fold.take());
    Told told{std::move(*reading), {}, {}, 0};
    if (diagnosis.verdicts.empty()) return told;
    const auto& first = diagnosis.verdicts.front();
    return {std::move(told.reading), first.cause, first.rule, first.proof.size()};
  }

  fs::path folder_;
};

/// A node's evidence, in the native layout.
void write_node(Writer& writer) {
  const std::string eks = UNSNAG_EXAMPLES "/eks-2020/";
  ASSERT_TRUE(writer.put(item("logs/kubelet.log"), read(eks + "kubelet/kubelet.log")));
  ASSERT_TRUE(writer.put(item("logs/docker.log"), read(eks + "docker/docker.log")));
  ASSERT_TRUE(writer.put(item("system/mounts.txt", Kind::system), read(eks + "storage/mounts.txt")));
  ASSERT_TRUE(writer.put(item("config/units/kubelet.service", Kind::config), read(eks + "kubelet/kubelet_service.txt")));
}

/// The reports of unsnag on another failure, which would be the worst one if they were evidence.
void write_reports(Writer& writer) {
  const std::string line =
      R"(E0318 06:18:31 remote_image.go:113] PullImage "registry.example/liar:1" from image service failed: rpc error: )"
      R"(code = Unknown desc = Error response from daemon: manifest for registry.example/liar:1 not found)";
  ASSERT_TRUE(writer.put(item("redaction.json", Kind::redaction), "{\"format\": \"unsnag-redaction\",\n\"version\": 1}\n"));
  ASSERT_TRUE(writer.put(item("verdict.txt", Kind::verdict), "✗ no such tag\n\n  proof\n    " + line + "\n"));
  ASSERT_TRUE(writer.put(item("verdict.json", Kind::verdict), "{\n  \"format\": 1,\n  \"verdict\": {\n\"proof\": [\n" + line + "\n]}}\n"));
}

TEST_F(BundleRead, SaysWhatTheFolderThatWentIntoItSays) {
  const auto before = why(UNSNAG_EXAMPLES "/eks-2020");
  ASSERT_EQ(before.cause, "progress-deadline");
  for (const auto& [name, form, layout] : {std::tuple{"a.tar.zst", Target::Form::file, bundle::Layout::native},
                                           {"b", Target::Form::folder, bundle::Layout::native},
                                           {"c.tar.gz", Target::Form::file, bundle::Layout::eks},
                                           {"d", Target::Form::folder, bundle::Layout::eks}}) {
    Target target{form, at(name)};
    target.layout = layout;
    auto writer = Writer::create(target, {});
    ASSERT_TRUE(writer);
    write_node(*writer);
    write_reports(*writer);
    ASSERT_TRUE(writer->finish({}));
    const auto after = why(at(name));
    EXPECT_EQ(after.cause, before.cause) << name;
    EXPECT_EQ(after.rule, before.rule) << name;
    EXPECT_EQ(after.proofs, before.proofs) << name;
    EXPECT_EQ(after.reading.files, 4) << name;  // the reports are none
    EXPECT_TRUE(after.reading.unreadable.empty()) << name;
    EXPECT_TRUE(after.reading.passed_over.empty()) << name;
  }
}

TEST_F(BundleRead, ReportsAloneProveNothing) {
  auto writer = Writer::create({Target::Form::file, at("a.tar.zst")}, {});
  ASSERT_TRUE(writer);
  write_reports(*writer);
  ASSERT_TRUE(writer->finish({}));
  const auto told = why(at("a.tar.zst"));
  EXPECT_EQ(told.reading.files, 0);
  EXPECT_EQ(told.reading.passed_over.size(), 5);
  EXPECT_NE(told.cause, "image-not-found");
}

TEST_F(BundleRead, WhatTheCollectorCouldNotReadIsUnreadableHereToo) {
  for (const auto& [name, layout] : {std::pair{"a.tar.zst", bundle::Layout::native}, {"b.tar.gz", bundle::Layout::eks}}) {
    Target target{Target::Form::file, at(name)};
    target.layout = layout;
    auto writer = Writer::create(target, {});
    ASSERT_TRUE(writer);
    ASSERT_TRUE(writer->put(item("logs/kubelet.log"), "I0318 06:12:11 kubelet.go:1] all is well\n"));
    ASSERT_TRUE(writer->missing(item("system/mounts.txt"), {Errc::permission_denied, "Permission denied"}));
    ASSERT_TRUE(writer->missing(item("logs/crio.log"), {Errc::not_found, "No such file or directory"}));
    ASSERT_TRUE(writer->put(item("logs/docker.log"), "one\n", {bundle::Completeness::partial, "Input/output error"}));
    ASSERT_TRUE(writer->left_out(item("logs/var/log/messages.1"), "older than 1h"));
    ASSERT_TRUE(writer->finish({}));
    const auto told = why(at(name));
    ASSERT_EQ(told.reading.unreadable.size(), 2) << name;
    EXPECT_EQ(readers::to_string(told.reading.unreadable[0]),
              layout == bundle::Layout::eks ? "storage/mounts.txt: Permission denied" : "system/mounts.txt: Permission denied");
    EXPECT_EQ(told.reading.unreadable[0].why.code, Errc::permission_denied);
  }
}

TEST_F(BundleRead, ADamagedIndexIsNamed) {
  fs::create_directories(at("b"));
  std::ofstream(at("b/index.json")) << R"({"format": "unsnag-bundle", "version": 1, "begun": "x"})";
  std::ofstream(at("b/kubelet.log")) << "I0318 06:12:11 kubelet.go:1] all is well\n";
  const auto told = why(at("b"));
  ASSERT_EQ(told.reading.unreadable.size(), 1);
  EXPECT_EQ(told.reading.unreadable[0].path, "index.json");
}

/// What a walk over a target finds.
std::map<std::string, std::string> walked(const std::string& target) {
  std::map<std::string, std::string> files;
  const evidence::Visitor visitor{[&](const evidence::File& file, evidence::Bytes& bytes) {
                                    std::string& text = files[file.path];
                                    std::string piece(100'000, '\0');
                                    for (;;) {
                                      const auto got = bytes.read(piece.data(), piece.size());
                                      if (!got || *got == 0) break;
                                      text.append(piece, 0, *got);
                                    }
                                  },
                                  [](const std::string& path, const Error& why) { ADD_FAILURE() << path << ": " << why.message(); }};
  EXPECT_TRUE(evidence::walk(target, visitor));
  return files;
}

TEST_F(BundleRead, LibarchiveReadsAllMembersAndParts) {
  std::uint64_t random = 88172645463325252ULL;
  std::string log;
  while (log.size() < 20'000'000) {
    random ^= random << 13U;
    random ^= random >> 7U;
    log += fmt::format("I0318 06:12:11 kubelet.go:1] {:016x} is well\n", random);
  }
  for (const bool zstd : {true, false}) {
    const auto name = zstd ? at("a.tar.zst") : at("a.tar.gz");
    auto output = bundle::file_output(name);
    ASSERT_TRUE(output);
    bundle::TarLimits limits;
    limits.part = 1'000'000;
    auto pack = bundle::tar_pack(std::move(*output), zstd ? codec::zstd_compressor(1) : codec::gzip_compressor(1), "./", limits);
    Writer writer(std::move(pack), {Target::Form::file, name}, {});
    ASSERT_TRUE(writer.put(item("logs/kubelet.log"), log));
    for (int i = 0; i < 500; ++i) ASSERT_TRUE(writer.put(item(fmt::format("config/{}/caf\xc3\xa9", i)), std::to_string(i)));
    ASSERT_TRUE(writer.put(item("logs/" + std::string(180, 'l')), log));
    ASSERT_TRUE(writer.finish({}));
    auto files = walked(name);
    const auto index = bundle::read_index(files["index.json"]);
    ASSERT_TRUE(index);
    std::size_t members = 1;
    for (const auto& one : index->items) {
      std::string joined;
      for (const auto& part : one.parts) joined += files[part];
      if (one.parts.empty()) joined = files[one.item.path];
      EXPECT_EQ(codec::sha256_hex(joined), one.sha256) << one.item.path;
      members += one.parts.empty() ? 1 : one.parts.size();
    }
    EXPECT_EQ(files.size(), members);
    EXPECT_GE(index->items.front().parts.size(), 2);
  }
}

}  // namespace
}  // namespace unsnag
