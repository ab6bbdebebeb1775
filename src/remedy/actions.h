// SPDX-License-Identifier: Apache-2.0
// The actions, one a file in actions/. action.cc alone needs them.
#pragma once

#include "remedy/action.h"

namespace unsnag::remedy {

extern const Action k_clock_skew;
extern const Action k_corrupt_store;
extern const Action k_ref_locked;

}  // namespace unsnag::remedy
