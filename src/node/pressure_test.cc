// SPDX-License-Identifier: Apache-2.0
#include "node/pressure.h"

#include <gtest/gtest.h>

namespace unsnag::node {
namespace {

TEST(Pressure, IsReadAsTheKernelPrintsIt) {
  EXPECT_EQ(pressure_in("some avg10=12.34 avg60=1.00 avg300=0.10 total=123\nfull avg10=1.00 avg60=0 avg300=0 total=1\n"), 12.34);
  EXPECT_EQ(pressure_in("some avg10=1.53 avg60=0.87 avg300=0.30 total=12345\nfull avg10=9.00 avg60=0 avg300=0 total=1\n"), 1.53);
  EXPECT_EQ(pressure_in(""), std::nullopt);
  EXPECT_EQ(pressure_in("some avg10=x\n"), std::nullopt);
  EXPECT_EQ(pressure_in("full avg10=1.00\n"), std::nullopt);
  EXPECT_EQ(pressure_in("full avg10=9.00\n"), std::nullopt);
}

}  // namespace
}  // namespace unsnag::node
