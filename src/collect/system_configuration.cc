// SPDX-License-Identifier: Apache-2.0
// The node's configuration as documents. Files keep their path below config/, units are put together as systemd does.
#include <sys/stat.h>

#include <chrono>

#include <fmt/format.h>

#include "base/text.h"
#include "collect/configured.h"
#include "collect/system.h"

namespace unsnag::collect {
namespace {

constexpr std::size_t k_most_bytes = std::size_t{2} << 20U;  // of one file: configuration is never larger

std::string facts_of(const struct stat& info) {
  return fmt::format("mode {:04o}, owner {}:{}, {} bytes, written {}", info.st_mode & 07777U, info.st_uid, info.st_gid, info.st_size,
                     format_rfc3339(SysTime{std::chrono::seconds(info.st_mtim.tv_sec)}));
}

/// OpenShift keeps kubelet's configuration where kubeadm keeps a client's key.
bool is_kubelet_configuration(std::string_view text) {
  return contains(text, "KubeletConfiguration") && !contains(text, "client-key") && !contains(text, "PRIVATE KEY");
}

void units(const Survey& survey, Gathered& gathered) {
  for (const auto& unit : units_of(survey)) {
    const std::string path = "config/units/" + unit.name;
    std::string text;
    if (unit.state == node::Unit::State::masked) text = "# " + unit.files.front().path + ": masked\n";
    else text = node::as_cat(unit);
    std::string source;
    for (const auto& file : unit.files) source += (source.empty() ? "" : " ") + survey.root.here(file.path);
    gathered.add(path, "the unit with its drop-ins", source, text);
    for (const auto& unread : unit.unread)
      gathered.miss("config" + unread.path, "of " + unit.name, survey.root.here(unread.path), unread.why);
  }
}

}  // namespace

void configuration(const Survey& survey, Gathered& gathered) {
  units(survey, gathered);
  std::string logins, names;
  for (const auto& place : places_of(survey)) {
    const auto source = survey.root.here(place.path);
    const auto what = place.named_by.empty() ? place.what : place.what + " (" + place.named_by + ")";
    switch (place.kind) {
      case places::Kind::log:
      case places::Kind::old_log: break;  // cut to size by others
      case places::Kind::config: {
        auto text = survey.root.read(place.path, k_most_bytes);
        if (!text && text.error().code == Errc::not_found && !place.named_by.empty())
          gathered.miss("config" + place.path, what, source, {Errc::not_found, place.path + " is named, but not there"});
        else if (!text || !text->empty()) gathered.take("config" + place.path, what, source, std::move(text));
        break;
      }
      case places::Kind::secret: {
        const auto info = survey.root.status(place.path);
        if (!info) {
          if (!place.named_by.empty() || info.error().code != Errc::not_found)
            logins += fmt::format("{}: {}\n", place.path, info.error().message());
          break;
        }
        const auto text = survey.root.read(place.path, k_most_bytes);
        if (text && is_kubelet_configuration(*text)) {
          gathered.add("config" + place.path, "kubelet's configuration", source, *text);
          break;
        }
        const auto inside = text ? logins_in(*text) : text.error().message();
        logins += fmt::format("{}: {}, {}{}\n", place.path, place.what, facts_of(*info), inside.empty() ? "" : ": " + inside);
        break;
      }
      case places::Kind::names:
        if (const auto info = survey.root.status(place.path))
          names += fmt::format("{}: {}, {}\n", printable(place.path), place.what, facts_of(*info));
        break;
    }
  }
  if (!logins.empty()) gathered.add("config/logins.txt", "which logins are there, without them", "files of credentials", logins);
  if (!names.empty()) gathered.add("config/names.txt", "certificates and programs, by name", "their folders", names);
}

const std::vector<Part>& system_parts() {
  static const std::vector<Part> k_parts{{"pressure", pressure}, {"disks", disks},           {"processes", processes},
                                         {"stores", stores},     {"memory", memory},         {"kernel", kernel},
                                         {"clock", clock},       {"network", network},       {"configuration", configuration},
                                         {"versions", versions}, {"kernel log", kernel_log}, {"disk load", disk_load}};
  return k_parts;
}

}  // namespace unsnag::collect
