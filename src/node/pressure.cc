// SPDX-License-Identifier: Apache-2.0
#include "node/pressure.h"

#include <cstdlib>
#include <string>

#include "base/text.h"

namespace unsnag::node {

std::optional<double> pressure_in(std::string_view text) {
  for (const auto line : split(text, '\n')) {
    const auto words = split_words(line);
    if (words.size() < 2 || words[0] != "some" || !words[1].starts_with("avg10=")) continue;
    const std::string number(words[1].substr(words[1].find('=') + 1));
    char* end = nullptr;
    const double share = std::strtod(number.c_str(), &end);
    if (end != number.c_str() && share >= 0 && share <= 100) return share;
  }
  return std::nullopt;
}

}  // namespace unsnag::node
