// SPDX-License-Identifier: Apache-2.0
// Making way: whoever collects from a struggling node comes after everybody else there.
#pragma once

namespace unsnag::cli {

/// The lowest priority for processor and disk, for this process and the threads that it makes from now on. Where that is not
/// allowed, things stay as they are.
void yield_to_others();

}  // namespace unsnag::cli
