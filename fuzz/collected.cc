// SPDX-License-Identifier: Apache-2.0
// What collecting looks into on its way: the kernel's log, package lists, files of logins.
#include "collect/configured.h"
#include "collect/kmsg.h"
#include "collect/packages.h"
#include "fuzz/support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace collect = unsnag::collect;
  const auto text = unsnag::fuzz::text_of(data, size);
  if (const auto record = collect::parse_kernel_record(text)) (void)collect::kernel_line(*record, unsnag::SysTime{}, "node-a");
  (void)collect::package_versions(text);
  (void)collect::logins_in(text);
  return 0;
}
