// SPDX-License-Identifier: Apache-2.0
// What was read, as reports tell it.
#pragma once

#include "readers/read.h"
#include "report/report.h"

namespace unsnag::cli {

report::Input input_of(const readers::Reading& reading);

}  // namespace unsnag::cli
