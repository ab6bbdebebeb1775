// SPDX-License-Identifier: Apache-2.0
// Making way: whoever collects from a struggling node comes after everybody else there.
#pragma once

namespace unsnag::cli {

/// The lowest priority for processor and disk, for this process and the threads that it makes from now on. Where that is not
/// allowed, things stay as they are.
void yield_to_others();

/// Memory that was freed goes back to the kernel soon: parts of a bundle, freed on another thread than the one that reads, would
/// stay as holes between what lives longer (a fourth of all that is held). glibc alone; before other threads are started.
void hold_little();

}  // namespace unsnag::cli
