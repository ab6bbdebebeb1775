// SPDX-License-Identifier: Apache-2.0
// How full the node's file systems are (`df` in its dialects) and how they are mounted. df's header names its
// columns, so the header decides what a row means, or the command above it where `grep` took the header away; numbers
// alone do not tell blocks from inodes. A long device name breaks a row in two.
#include "base/text.h"
#include "readers/node_parts.h"
#include "readers/shell.h"

namespace unsnag::readers::node {
namespace {

/// File systems that hold no images, and whose fullness means nothing (squashfs is always full).
bool pseudo(std::string_view device, std::string_view mount) {
  for (std::string_view none : {"tmpfs", "devtmpfs", "udev", "shm", "overlay", "none", "efivarfs", "squashfs", "cgroup", "proc", "sysfs"}) {
    if (device == none) {
      // A RAM disk or a container's root may carry the store all the same.
      return !(mount == "/" || mount.starts_with("/var/lib/containerd") || mount.starts_with("/var/lib/docker") ||
               mount.starts_with("/var/lib/containers") || mount == "/var" || mount == "/var/lib" || mount == "/tmp" ||
               mount == "/var/tmp") ||
             contains(mount, "/overlay2/") || contains(mount, "/rootfs") || contains(mount, "/shm") || contains(mount, "/merged");
    }
  }
  return mount.starts_with("/snap/") || mount.starts_with("/sys/") || mount.starts_with("/proc/") ||
         contains(mount, "/volumes/kubernetes.io~");
}

class Df : public LineReader {
 public:
  explicit Df(Notes& notes) : notes_(notes) {}

  bool line(std::string_view text, std::uint64_t number) override {
    if (is_header(text) || is_command(text)) return true;
    if (columns_.empty()) return false;
    if (trim(text).empty()) {
      columns_.clear();
      return false;
    }
    std::vector<std::string_view> words = split_words(text);
    if (words.size() == 1 && pending_.empty() && (words[0].starts_with('/') || contains(words[0], ":"))) {
      pending_ = std::string(words[0]);
      return true;
    }
    if (!pending_.empty()) words.insert(words.begin(), pending_);
    const bool row = words.size() >= columns_.size() && read(words, number);
    pending_.clear();
    if (!row) columns_.clear();
    return row;
  }

 private:
  bool is_header(std::string_view text) {
    const std::string_view trimmed = trim(text);
    if (!trimmed.starts_with("Filesystem") || !contains(trimmed, "Mounted on")) return false;
    columns_.clear();
    for (std::string_view word : split_words(trimmed)) {
      if (word != "on") columns_.emplace_back(word);
    }
    pending_.clear();
    return true;
  }

  /// `$ df -i | grep vda`, or `df -i` alone on a line: the columns that its rows have.
  bool is_command(std::string_view text) {
    std::string_view command = shell_command(text);
    const bool prompt = !command.empty();
    if (!prompt) command = trim(text);
    if (!command.starts_with("df")) return false;
    const auto pipe = command.find('|');
    if (pipe != std::string_view::npos && (!prompt || !trim(command.substr(pipe + 1)).starts_with("grep "))) return false;
    bool inodes = false, type = false;
    const auto words = split_words(command.substr(0, pipe));
    if (words.front() != "df") return false;
    for (std::size_t i = 1; i < words.size(); ++i) {
      const auto word = words[i];
      if (word.starts_with("--") && word != "--inodes" && word != "--print-type") return false;  // --output has its own columns
      if (!word.starts_with('-') && !word.starts_with('/')) return false;
      const bool letters = word.starts_with('-') && !word.starts_with("--");
      inodes = inodes || word == "--inodes" || (letters && contains(word, "i"));
      type = type || word == "--print-type" || (letters && contains(word, "T"));
    }
    columns_ = {"Filesystem"};
    if (type) columns_.emplace_back("Type");
    if (inodes) columns_.insert(columns_.end(), {"Inodes", "IUsed", "IFree", "IUse%", "Mounted"});
    else columns_.insert(columns_.end(), {"Size", "Used", "Avail", "Use%", "Mounted"});
    pending_.clear();
    return true;
  }

  bool read(const std::vector<std::string_view>& words, std::uint64_t number) {
    std::string device, size, avail, use, inodes, inodes_free, type, used;
    std::size_t i = 0;
    for (; i + 1 < columns_.size(); ++i) {
      const std::string& name = columns_[i];
      const std::string value(words[i]);
      if (name == "Filesystem") device = value;
      else if (name == "Type") type = value;
      else if (name == "IUse%") inodes = value;
      else if (name == "Use%" || name == "Capacity") use = value;
      else if (name == "IFree") inodes_free = value;
      else if (name == "Avail" || name == "Available") avail = value;
      else if (name == "Used") used = value;
      else if (name != "Inodes" && name != "IUsed") size = value;  // Size, 1K-blocks, …
    }
    std::string mount(words[i]);
    for (++i; i < words.size(); ++i) mount += " " + std::string(words[i]);  // a mount point may hold blanks
    if (!mount.starts_with('/')) return false;
    for (std::string* percent : {&use, &inodes}) {
      if (percent->ends_with('%')) percent->pop_back();
      double number_value = 0;
      if (!parse_number(*percent, number_value)) percent->clear();  // "-": the file system does not count
    }
    if (use.empty() && inodes.empty()) return true;
    if (pseudo(type.empty() ? std::string_view(device) : std::string_view(type), mount) || pseudo(device, mount)) return true;
    notes_.reader = "reader.df";
    notes_.add(make_fact("fs-usage", {{"mount", mount},
                                      {"device", device},
                                      {"use", use},
                                      {"inodes", inodes},
                                      {"inodes-free", inodes_free},
                                      {"avail", avail},
                                      {"size", size},
                                      {"used", used},
                                      {"type", type}}),
               number);
    return true;
  }

  Notes& notes_;
  std::vector<std::string> columns_;
  std::string pending_;
};

/// Where images, layers and kubelet's files may live.
bool store_mount(std::string_view mount) {
  return mount == "/" || mount == "/var" || mount == "/var/lib" || mount.starts_with("/var/lib/containerd") ||
         mount.starts_with("/var/lib/docker") || mount.starts_with("/var/lib/containers") || mount.starts_with("/var/lib/kubelet") ||
         mount.starts_with("/var/lib/rancher") || mount.starts_with("/var/lib/k0s") || mount.starts_with("/mnt") ||
         mount.starts_with("/data") || mount == "/tmp" || mount == "/var/tmp";
}

class Mounts : public LineReader {
 public:
  explicit Mounts(Notes& notes) : notes_(notes) {}

  bool line(std::string_view text, std::uint64_t number) override {
    const std::vector<std::string_view> words = split_words(text);
    std::string_view device, mount, type, options;
    // mount(8): "DEV on DIR type T (opts)"; /proc/mounts: "DEV DIR T opts 0 0".
    if (words.size() >= 6 && words[1] == "on" && words[3] == "type" && words[5].starts_with('(')) {
      device = words[0], mount = words[2], type = words[4], options = words[5];
      options.remove_prefix(1);
      if (options.ends_with(')')) options.remove_suffix(1);
    } else if (words.size() == 6 && words[1].starts_with('/') && (words[3].starts_with("rw") || words[3].starts_with("ro")) &&
               words[4] == "0") {
      device = words[0], mount = words[1], type = words[2], options = words[3];
    } else {
      return false;
    }
    if (!store_mount(mount) || contains(mount, "/overlay2/") || contains(mount, "/rootfs") || contains(mount, "/pods/") ||
        contains(mount, "/containers/") || type == "nsfs" || type == "fuse" || type == "squashfs") {
      return true;
    }
    bool read_only = false, sync = false;
    for (std::string_view option : split(options, ',')) {
      read_only = read_only || option == "ro";
      sync = sync || option == "sync" || option == "dirsync";
    }
    notes_.reader = "reader.mounts";
    notes_.add(
        make_fact("mount",
                  {{"mount", mount}, {"device", device}, {"type", type}, {"options", clip(options, 200)}, {"sync", sync ? "yes" : ""}}),
        number);
    // A root that is read-only by design (Bottlerocket, COS, Talos, Flatcar's /usr) is no damage; below /var it is.
    if (read_only && mount.starts_with("/var") && type != "tmpfs" && type != "overlay") {
      notes_.add(make_fact("read-only-fs", {{"path", mount}, {"device", device}}), number);
    }
    return true;
  }

 private:
  Notes& notes_;
};

}  // namespace

std::unique_ptr<LineReader> make_df(Notes& notes) { return std::make_unique<Df>(notes); }
std::unique_ptr<LineReader> make_mounts(Notes& notes) { return std::make_unique<Mounts>(notes); }

}  // namespace unsnag::readers::node
