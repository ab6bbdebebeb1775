// SPDX-License-Identifier: Apache-2.0
#include "journal/journal.h"

#include <gtest/gtest.h>

namespace unsnag::journal {
namespace {
TEST(Journal, X) {}
}  // namespace
}  // namespace unsnag::journal
