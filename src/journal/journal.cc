// SPDX-License-Identifier: Apache-2.0
#include "journal/journal.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/text.h"
#include "journal/file.h"
#include "journal/isolated.h"
#include "journal/reading.h"

namespace unsnag::journal {
namespace {

constexpr std::size_t k_most_files = 4096;
constexpr auto k_open = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW;

Error why_not(int error_number) {
  auto error = fail_errno(error_number).value();
  if (error.code == Errc::permission_denied) error.detail += ": run unsnag as root, or as a member of the group systemd-journal";
  return error;
}

Result<std::vector<std::string>> names_in(int folder) {
  const int again = ::openat(folder, ".", O_RDONLY | O_CLOEXEC | O_DIRECTORY);
  if (again < 0) return tl::unexpected<Error>(why_not(errno));
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(again), ::closedir);
  if (!stream) return fail_errno(errno);
  std::vector<std::string> names;
  while (const auto* entry = ::readdir(stream.get())) {
    if (entry->d_name[0] != '.') names.emplace_back(entry->d_name);
    if (names.size() > k_most_files) break;
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool is_journals_name(std::string_view name) { return name.ends_with(".journal") || name.ends_with(".journal~"); }

}  // namespace

// ---- files ----

void Journal::add(Fd file, std::string name) { files_.push_back({std::move(file), std::move(name)}); }

Result<void*> Journal::add_folder(const Fd& folder, const std::string& shown) {
  const auto add_files = [this](int in, const std::string& prefix, const std::vector<std::string>& names) {
    bool denied = false;  // a node has a hundred files that only root may read: said once
    for (const auto& name : names) {
      if (!is_journals_name(name)) continue;
      Fd file(::openat(in, name.c_str(), k_open));
      struct stat info {};
      if (!file && errno == ELOOP) continue;  // a link
      if (!file) {
        const auto why = why_not(errno);
        if (why.code != Errc::permission_denied) unreadable_.push_back({prefix + name, why});
        else if (!std::exchange(denied, true)) unreadable_.push_back({prefix + "*.journal", why});
      } else if (::fstat(file.get(), &info) == 0 && S_ISREG(info.st_mode)) add(std::move(file), prefix + name);
    }
  };
  TRY_ASSIGN(const auto names, names_in(folder.get()));
  for (const auto& name : names) {
    struct stat info {};
    if (::fstatat(folder.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(info.st_mode)) continue;
    const auto inside = shown + "/" + name;
    const Fd machine(::openat(folder.get(), name.c_str(), k_open | O_DIRECTORY));
    if (!machine) {
      unreadable_.push_back({inside, why_not(errno)});
      continue;
    }
    if (const auto its = names_in(machine.get()); !its) unreadable_.push_back({inside, its.error()});
    else add_files(machine.get(), inside + "/", *its);
  }
  add_files(folder.get(), shown + "/", names);
  return nullptr;
}

void Journal::add_machine(const std::string& root) {
  const auto prefix = root == "/" ? std::string() : root;
  for (const auto* place : {"/var/log/journal", "/run/log/journal"}) {
    const Fd folder(::open((prefix + place).c_str(), O_RDONLY | O_CLOEXEC | O_DIRECTORY));
    if (!folder && (errno == ENOENT || errno == ENOTDIR)) continue;
    if (!folder) unreadable_.push_back({place, why_not(errno)});
    else if (const auto added = add_folder(folder, place); !added) unreadable_.push_back({place, added.error()});
  }
}

std::vector<const Journal::File*> Journal::chosen() const {
  std::vector<const File*> all;
  for (const auto& file : files_)
    if (!is_users_journal(file.name)) all.push_back(&file);
  if (all.empty())
    for (const auto& file : files_) all.push_back(&file);
  return all;
}

std::string Journal::name() const {
  const auto all = chosen();
  for (const auto* file : all)
    if (file->name.ends_with("/system.journal") || file->name.ends_with(":system.journal")) return file->name;
  return all.empty() ? std::string() : all.front()->name;
}

// ---- reading ----

Result<std::vector<std::string>> Journal::units() const {
  std::vector<OpenFile> files;
  for (const auto* file : chosen()) files.push_back({file->fd.get(), file->name});
  TRY_ASSIGN(const auto child, Child::start([&](Listener& listener) { read_units(files, listener); }));
  std::vector<std::string> units;
  for (;;) {
    TRY_ASSIGN(auto message, child->next());
    if (!message) return units;
    if (message->kind == Message::Kind::unit) units.push_back(std::move(message->words));
  }
}

Result<Text> Journal::text(const Slice& slice) const {
  std::vector<OpenFile> files;
  for (const auto* file : chosen()) files.push_back({file->fd.get(), file->name});
  TRY_ASSIGN(auto child, Child::start([&](Listener& listener) { read_text(files, slice, listener); }));
  return Text(std::move(child));
}

Text::Text(std::unique_ptr<Child> child) : child_(std::move(child)) {}
Text::Text(Text&&) noexcept = default;
Text& Text::operator=(Text&&) noexcept = default;
Text::~Text() = default;

void Text::stop_when(std::function<bool()> stop) { child_->stop = std::move(stop); }

Result<std::size_t> Text::read(char* buffer, std::size_t size) {
  while (handed_ == ready_.size()) {
    if (ended_ || size == 0) return std::size_t{0};
    TRY_ASSIGN(auto message, child_->next());
    if (!message) {
      ended_ = true;
      break;
    }
    switch (message->kind) {
      case Message::Kind::text:
        ready_ = std::move(message->words);
        summary_.bytes += ready_.size();
        handed_ = 0;
        break;
      case Message::Kind::damage: summary_.damage.push_back({std::move(message->file), std::move(message->words)}); break;
      case Message::Kind::summary:
        message->summary.damage = std::move(summary_.damage);
        summary_ = std::move(message->summary);
        break;
      case Message::Kind::unit:
      case Message::Kind::at_work: break;
    }
  }
  const auto part = std::min(size, ready_.size() - handed_);
  std::copy_n(ready_.data() + handed_, part, buffer);
  handed_ += part;
  return part;
}

// ---- units ----

bool concerns_pulls(std::string_view unit) {
  static constexpr std::array<std::string_view, 30> k_words{
      "kubelet", "containerd", "docker", "crio",     "cri-o",    "k3s",     "rke2",      "k0s",           "microk8s",   "nodeadm",
      "cloud-",  "bootstrap",  "podman", "buildkit", "soci-",    "stargz",  "nydus",     "spegel",        "dragonfly",  "kube",
      "proxy",   "chrony",     "ntp",    "timesync", "resolved", "dnsmasq", "apiclient", "sandbox-image", "init.scope", "NetworkManager"};
  // A pod's scope and a mount have their names from what is above, and log nothing of interest.
  if (unit.ends_with(".scope") && unit != "init.scope") return false;
  return std::any_of(k_words.begin(), k_words.end(), [&](std::string_view word) { return contains(unit, word); });
}

}  // namespace unsnag::journal
