// SPDX-License-Identifier: Apache-2.0
#include "runtimes/grpc_frames.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unsnag::runtimes {
namespace {

using testing::ElementsAre;

TEST(GrpcFrames, MessagesComeWholeHoweverTheyAreCut) {
  const auto stream = grpc_frame("one") + grpc_frame("") + grpc_frame(std::string(300, 'x'));
  for (std::size_t step = 1; step <= stream.size(); ++step) {
    std::vector<std::string> got;
    FrameReader reader([&](std::string_view message) -> Result<void*> {
      got.emplace_back(message);
      return nullptr;
    });
    for (std::size_t at = 0; at < stream.size(); at += step) ASSERT_TRUE(reader.feed(std::string_view(stream).substr(at, step)));
    EXPECT_TRUE(reader.finish());
    ASSERT_THAT(got, ElementsAre("one", "", std::string(300, 'x'))) << step;
  }
}

TEST(GrpcFrames, ALengthIsNotBelieved) {
  FrameReader reader([](std::string_view) -> Result<void*> { return nullptr; }, 1000);
  EXPECT_EQ(reader.feed(std::string("\0\xFF\xFF\xFF\xFF", 5)).error().code, Errc::too_large);
  FrameReader compressed([](std::string_view) -> Result<void*> { return nullptr; });
  EXPECT_EQ(compressed.feed(std::string("\1\0\0\0\1x", 6)).error().code, Errc::unsupported);
  FrameReader cut([](std::string_view) -> Result<void*> { return nullptr; });
  EXPECT_TRUE(cut.feed(std::string("\0\0\0\0\5abc", 8)));
  EXPECT_EQ(cut.finish().error().code, Errc::malformed);
}

TEST(GrpcFrames, AMessageOfAStatusIsUnescaped) {
  EXPECT_EQ(grpc_message("unknown service%3A x"), "unknown service: x");
  EXPECT_EQ(grpc_message("100%, %zz %4"), "100%, %zz %4");
}

}  // namespace
}  // namespace unsnag::runtimes
