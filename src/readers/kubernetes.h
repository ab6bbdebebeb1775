// SPDX-License-Identifier: Apache-2.0
// read_kubernetes() with its way to the catalogue exposed, so that tests see what it hands over.
#pragma once

#include "readers/files.h"
#include "readers/interpret.h"

namespace unsnag::readers::kubernetes {

struct Voice {
  decltype(&readers::interpret) interpret = &readers::interpret;
  decltype(&readers::note) note = &readers::note;
};

/// As read_kubernetes().
bool read_text(const File& file, const OtherLine& other_line, timeline::Sink& sink, const Voice& voice = {});

}  // namespace unsnag::readers::kubernetes
