// SPDX-License-Identifier: Apache-2.0
// What the fake registry does wrong, and when. A line of its faults file names a repository and, for each thing that
// is asked of it, a script of steps; each request takes one step, and the last step is taken for ever:
//
//     registry.shop.example/shop/web manifest=503*2->ok blob=cut(20000) tag=big
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fake {

/// One answer. `number` is a status or a count of body bytes, `text` a URL.
struct Step {
  enum class Act {
    ok,
    status,        // NNN: that status with the words that real registries use
    unknown_name,  // 404-name: NAME_UNKNOWN instead of MANIFEST_UNKNOWN
    hub_limit,     // 429-hub: Docker Hub's words of 2020
    html,          // 200 with a web page
    xml,           // 403 as an object store says it
    redirect,      // redirect(URL): 307 to URL + the path
    cut,           // cut(N): N bytes of the promised body, then a clean end
    reset,         // reset(N): N bytes, then RST
    flip,          // flip(N): byte N is another one
    stall,         // stall(N): N bytes, then silence
  };
  Act act = Act::ok;
  long number = 0;
  std::string text{};
  int times = 1;
};

/// Empty: the text is no script. The reason is not told; a table row that is wrong stops the run.
std::optional<std::vector<Step>> parse_script(std::string_view text);

/// The faults of all repositories. Any thread.
class Faults {
 public:
  /// False at the first line that does not parse; `why` then holds it.
  bool load(const std::string& path, std::string& why);
  /// The step for this request, which is used up. `part` is manifest, blob or token; `name` is host/repository.
  Step next(std::string_view name, std::string_view part);
  /// A plain setting of a repository (`tag=`, `auth=`); empty: not set.
  std::string setting(std::string_view name, std::string_view key) const;
  /// `auth=` of the first repository of this host: a ping (GET /v2/) names no repository.
  std::string auth_of_host(std::string_view host) const;

 private:
  struct Track {
    std::vector<Step> steps;
    std::size_t at = 0;
    int used = 0;
  };
  std::map<std::string, std::map<std::string, std::string>> settings_;  // constant after load()
  std::mutex mutex_;
  std::map<std::string, Track> tracks_;  // by "name part"; guarded by mutex_
};

}  // namespace fake
