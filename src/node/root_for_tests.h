// SPDX-License-Identifier: Apache-2.0
// For tests: a scratch folder that plays a node's root.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>

#include "node/root.h"

namespace unsnag::node {

class ScratchRoot {
 public:
  ScratchRoot() {
    auto name = (std::filesystem::temp_directory_path() / "unsnag-node-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~ScratchRoot() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  ScratchRoot(const ScratchRoot&) = delete;
  ScratchRoot& operator=(const ScratchRoot&) = delete;
  ScratchRoot(ScratchRoot&&) = delete;
  ScratchRoot& operator=(ScratchRoot&&) = delete;

  /// `path` is the node's: "/etc/os-release". Folders on the way are made.
  const ScratchRoot& write(std::string_view path, std::string_view text) const {
    const auto whole = here(path);
    std::filesystem::create_directories(whole.parent_path());
    std::ofstream(whole, std::ios::binary) << text;
    return *this;
  }
  const ScratchRoot& link(const std::string& target, std::string_view path) const {
    const auto whole = here(path);
    std::filesystem::create_directories(whole.parent_path());
    std::filesystem::create_symlink(target, whole);
    return *this;
  }
  [[nodiscard]] std::filesystem::path here(std::string_view path) const {
    return folder_ / std::string(path.substr(path.starts_with('/') ? 1 : 0));
  }
  [[nodiscard]] Root root() const { return std::move(*Root::open(folder_.string())); }

 private:
  std::filesystem::path folder_;
};

}  // namespace unsnag::node
