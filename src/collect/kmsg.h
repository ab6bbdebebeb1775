// SPDX-License-Identifier: Apache-2.0
// Records of /dev/kmsg as log lines with the day and time at which they happened.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace unsnag::collect {

struct KernelRecord {
  unsigned priority = 0;      // level and facility, as syslog(3) has them
  nanoseconds since_boot{0};  // on the monotonic clock, which stands still while the machine sleeps
  std::string text;
};
/// nullopt: it is no record.
std::optional<KernelRecord> parse_kernel_record(std::string_view record);
/// "2026-11-24T07:00:15.123456+00:00 node-a kernel: text\n"
std::string kernel_line(const KernelRecord& record, SysTime booted, std::string_view host);

}  // namespace unsnag::collect
