// SPDX-License-Identifier: Apache-2.0
#include "cli/spare.h"

#include <malloc.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace unsnag::cli {

void yield_to_others() {
  ::setpriority(PRIO_PROCESS, 0, 19);
  // ioprio_set(2) has no function in the C library: IOPRIO_WHO_PROCESS, this thread, best effort's last. Not "idle", which
  // never gets its turn on a disk that is always busy, and that is the node to be looked at.
  constexpr int k_who_process = 1, k_best_effort = 2, k_class_shift = 13, k_last = 7;
  ::syscall(SYS_ioprio_set, k_who_process, 0, k_best_effort << k_class_shift | k_last);
}

void hold_little() {
#ifdef __GLIBC__
  // By themselves both thresholds rise to the largest block that was ever freed (mallopt(3)).
  constexpr int k_own_mapping = 1 << 20, k_kept_free = 4 << 20;
  ::mallopt(M_MMAP_THRESHOLD, k_own_mapping);
  ::mallopt(M_TRIM_THRESHOLD, k_kept_free);
#endif
}

}  // namespace unsnag::cli
