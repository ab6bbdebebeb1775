// SPDX-License-Identifier: Apache-2.0
// The knowledge files as C++ tables, so that the program starts without parsing them.
#pragma once

#include <string>

#include "catalogue/load.h"

namespace unsnag::catalogue {

/// A C++ source that defines unsnag::catalogue::built_in_messages().
std::string emit(const Files& files);

}  // namespace unsnag::catalogue
