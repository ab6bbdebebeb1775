// SPDX-License-Identifier: Apache-2.0
// Reads the bytes as a file of a platform, of each in turn, and puts a change into it: the result must read as a file of its
// kind does, and putting the change in again must change nothing.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "fuzz/support.h"
#include "platforms/cases_for_tests.h"
#include "platforms/hcl.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = unsnag::fuzz::text_of(data, size);
  static_cast<void>(unsnag::platforms::read_hcl(text));
  for (const auto& platform : unsnag::platforms::platforms()) {
    for (const auto* const name : {"deadline-docker", "deadline-containerd", "qps", "limits"}) {
      const auto& set = unsnag::platforms::case_named(name);
      const auto once = unsnag::platforms::patch(platform.id, text, set.settings, set.context);
      if (!once) continue;
      const auto twice = unsnag::platforms::patch(platform.id, *once, set.settings, set.context);
      if (twice && *twice == *once) continue;
      std::fprintf(stderr, "%s: %s again: %s\n--- once\n%s--- twice\n%s", std::string(platform.id).c_str(), name,
                   twice ? "differs" : twice.error().message().c_str(), once->c_str(), twice ? twice->c_str() : "");
      std::abort();
    }
  }
  return 0;
}
