// SPDX-License-Identifier: Apache-2.0
// A scratch folder, and everything that a walk over a target in it says.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "evidence/evidence.h"

namespace unsnag::evidence {
namespace fs = std::filesystem;

class Evidence : public ::testing::Test {
 protected:
  void SetUp() override {
    auto name = (fs::temp_directory_path() / "unsnag-evidence-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override {
    ::chmod((folder_ / "locked").c_str(), 0700);
    fs::remove_all(folder_);
  }

  void write(const std::string& path, const std::string& text) const {
    fs::create_directories((folder_ / path).parent_path());
    std::ofstream(folder_ / path, std::ios::binary) << text;
  }

  Result<void*> walk_all(const std::string& target) {
    return walk(target, {[this](const File& file, Bytes& bytes) {
                           std::string text;
                           std::array<char, 1000> buffer{};
                           for (;;) {
                             const auto got = bytes.read(buffer.data(), buffer.size());
                             if (!got || *got == 0) break;
                             text.append(buffer.data(), *got);
                           }
                           files_[file.path] = text;
                         },
                         [this](const std::string& path, const Error& why) { unreadable_[path] = why.detail; }});
  }

  int shell(const std::string& command) const { return std::system(("cd '" + folder_.string() + "' && " + command).c_str()); }

  fs::path folder_;
  std::map<std::string, std::string> files_, unreadable_;
};

}  // namespace unsnag::evidence
