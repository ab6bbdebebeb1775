// SPDX-License-Identifier: Apache-2.0
// The catalogue that the build compiled in (see emit.h).
#pragma once

#include <string>
#include <vector>

#include "catalogue/catalogue.h"

namespace unsnag::catalogue {

std::vector<Message> built_in_messages();

/// A fact's name and its `failure` word, as catalogue/facts.toml declares it.
struct FactFailure {
  std::string name;
  std::string failure;
};
std::vector<FactFailure> built_in_facts();

}  // namespace unsnag::catalogue
