// SPDX-License-Identifier: Apache-2.0
// A scratch folder, and a bundle in it as other programs see it.
#pragma once

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "bundle/writer.h"

namespace unsnag::bundle {
namespace fs = std::filesystem;

inline const SysTime k_noon = parse_rfc3339("2020-03-18T12:00:00Z")->at.value();
inline const SysTime k_later = k_noon + std::chrono::seconds(7);

class Scratch : public ::testing::Test {
 protected:
  void SetUp() override {
    auto name = (fs::temp_directory_path() / "unsnag-bundle-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  [[nodiscard]] std::string at(const std::string& name) const { return (folder_ / name).string(); }
  [[nodiscard]] int shell(const std::string& command) const { return std::system(("cd '" + folder_.string() + "' && " + command).c_str()); }
  static std::string read(const fs::path& path) {
    std::string text(fs::file_size(path), '\0');
    std::ifstream(path, std::ios::binary).read(text.data(), static_cast<std::streamsize>(text.size()));
    return text;
  }
  /// Every file below, by its path.
  static std::map<std::string, std::string> files_below(const fs::path& folder) {
    std::map<std::string, std::string> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      if (entry.is_regular_file()) files[entry.path().lexically_relative(folder).string()] = read(entry.path());
    return files;
  }
  /// Names in the scratch folder, hidden ones too.
  [[nodiscard]] std::vector<std::string> left() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_)) names.push_back(entry.path().filename().string());
    return names;
  }
  /// What GNU tar makes of a bundle.
  [[nodiscard]] std::map<std::string, std::string> unpacked(const std::string& name) const {
    EXPECT_EQ(shell("rm -rf out && mkdir out && tar -xf '" + name + "' -C out"), 0);
    return files_below(folder_ / "out");
  }

  static Identity identity() {
    Identity who;
    who.tool = "unsnag 0.1.0";
    who.node = "ip-10-0-1-23";
    who.begun = k_noon;
    return who;
  }
  static Item item(std::string path, Kind kind = Kind::log) {
    Item one;
    one.path = std::move(path);
    one.what = "a thing";
    one.source = "/a/source";
    one.kind = kind;
    return one;
  }

  fs::path folder_;
};

}  // namespace unsnag::bundle
