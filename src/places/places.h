// SPDX-License-Identifier: Apache-2.0
// The one list of where the platforms keep what explains a pull: configuration and logs of kubelet, the runtimes and what is
// around them. `why` on a node reads these places, `collect` copies them. It is data: what is where, and whose it is; who
// reads it decides how.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace unsnag::places {

enum class Kind : std::uint8_t {
  config,
  log,      // being written now
  old_log,  // rotated, perhaps gzip
  secret,   // credentials: that it is there, its mode, and which registries it is for; never the text
  names,    // certificates and programs: their names and sizes say enough
};

struct Place {
  std::string_view path;  // or a pattern: * and ? within a name, ** for all below
  Kind kind;
  std::string_view what;      // for people
  std::string_view of;        // the program that reads or writes it: "kubelet", "containerd", "system", …
  std::string_view platform;  // "" everywhere; else "eks", "k3s", …
};

/// In the order in which they are worth reading.
const std::vector<Place>& all();

/// A daemon's unit. The unit's files and drop-ins are where systemd looks for them.
struct UnitPlace {
  std::string_view unit;  // "kubelet.service"
  std::string_view of;    // as Place::of
  std::string_view platform;
};
const std::vector<UnitPlace>& units();

/// Where the programs themselves may be, for their versions.
const std::vector<Place>& programs();

struct Found {
  std::string name;
  bool folder = false;
};
/// The entries of a folder, sorted; nothing for what is none. Links to folders count as files: they are not gone into by **.
using List = std::function<std::vector<Found>(const std::string& folder)>;

/// The paths that a pattern stands for, in order; at most `limit`. A path without * and ? is handed back as it is: whether it
/// is there is the caller's to see.
std::vector<std::string> expand(std::string_view pattern, const List& list, std::size_t limit = 1000);
bool is_pattern(std::string_view path);

}  // namespace unsnag::places
