// SPDX-License-Identifier: Apache-2.0
// Reads catalogue/*.toml and causes/*.toml, for the build's checks and the generator; the program itself has
// them compiled in.
#pragma once

#include <string>
#include <vector>

#include "catalogue/catalogue.h"

namespace unsnag::catalogue {

/// A fact's declaration.
struct FactKind {
  std::string name;
  std::string means;
  std::string failure;  // pull | step | node | no
  struct Attribute {
    std::string name;
    std::vector<std::string> words;  // empty: any value
  };
  std::vector<Attribute> attributes;
  std::string file;
};

struct Files {
  std::vector<Message> messages;
  std::vector<FactKind> facts;
};

/// Reads every *.toml below `folder`, in order of name. Errors: io, malformed (with file and line).
Result<Files> load_catalogue(const std::string& folder);

/// What is wrong with it, a line each, "file:line: message id: …"; empty when all is well. Checks that ids are
/// unique, facts and attributes declared, every pattern has a sample, every sample holds its own message, and no
/// two messages claim the same stretch of a sample.
std::vector<std::string> check(const Files& files, const Catalogue& catalogue);

}  // namespace unsnag::catalogue
