// SPDX-License-Identifier: Apache-2.0
#include "readers/journals.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"

namespace unsnag::readers {
namespace {

/// `path`, or a word for it where a shell would do something with it: paths are hostile, and commands are pasted.
std::string in_command(const std::string& path, std::string_view otherwise) {
  const auto harmless = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("/._-+@:,=").find(c) != std::string_view::npos;
  };
  const bool plain = !path.empty() && path.front() != '-' && std::all_of(path.begin(), path.end(), harmless);
  return plain ? path : std::string(otherwise);
}

std::string folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == std::string::npos ? "." : path.substr(0, std::max<std::size_t>(slash, 1));
}

}  // namespace

void Journals::add(const std::string& path, const std::string& on_disk) {
  auto& folder = folders_[folder_of(path)];
  if (folder.files++ == 0) {
    folder.first = path;
    folder.first_on_disk = on_disk;
  }
}

std::vector<Unread> Journals::take() {
  std::vector<Unread> all;
  for (const auto& [name, folder] : folders_) {
    const bool one = folder.files == 1, packed = folder.first_on_disk.empty();
    const auto command = one ? "journalctl --file " + in_command(folder.first_on_disk, "FILE")
                             : "journalctl -D " + in_command(packed ? std::string() : folder_of(folder.first_on_disk), "FOLDER");
    const auto what = one ? std::string("a binary file of the journal") : fmt::format("{} binary files of the journal", folder.files);
    all.push_back({printable(one ? folder.first : name),
                   {Errc::unsupported, what + ", which only journalctl can read" + (packed ? ", once it is unpacked" : "")},
                   command + " | unsnag why"});
  }
  folders_.clear();
  return all;
}

}  // namespace unsnag::readers
