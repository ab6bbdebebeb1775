// SPDX-License-Identifier: Apache-2.0
#include "node/network.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace unsnag::node {
namespace {

TEST(Network, TheKernelTellsOfItsLoopback) {
  const auto found = network();
  if (!found) GTEST_SKIP() << found.error().message();
  const auto loopback =
      std::find_if(found->interfaces.begin(), found->interfaces.end(), [](const Interface& one) { return one.name == "lo"; });
  ASSERT_NE(loopback, found->interfaces.end());
  int mtu = 0;
  std::ifstream("/sys/class/net/lo/mtu") >> mtu;
  if (mtu != 0) {
    EXPECT_EQ(loopback->mtu, static_cast<std::uint32_t>(mtu));
  }
  if (loopback->up) {
    EXPECT_THAT(loopback->addresses, testing::Contains("127.0.0.1/8"));
  }
}

TEST(Network, CutAnswersAreReadAsFarAsTheyGo) {
  Network network;
  take_messages(std::string("\xff\xff\xff\xff\x10\0\0\0", 8), network);
  take_messages(std::string(16, '\0'), network);
  // RTM_NEWLINK with an attribute that says it is longer than the message.
  std::string link(16 + 16 + 4, '\0');
  link[0] = static_cast<char>(link.size());
  link[4] = 16;
  link[32] = '\xff';
  take_messages(link, network);
  ASSERT_EQ(network.interfaces.size(), 1U);
  EXPECT_EQ(network.interfaces[0].name, "");
}

TEST(Network, IsToldInLinesThatPeopleKnow) {
  Network network;
  network.interfaces.push_back({2, "eth0", 9001, true, true, "02:00:00:00:00:01", "", {"10.0.1.23/20"}});
  network.interfaces.push_back({3, "cni0", 1450, true, false, "", "bridge", {}});
  network.routes.push_back({"default", "10.0.0.1", "eth0", "10.0.1.23", 254, 100, 0, "unicast"});
  network.routes.push_back({"10.9.0.0/16", "", "", "", 10, 0, 1400, "blackhole"});
  network.rules = 4;
  EXPECT_EQ(to_text(network),
            "2: eth0: mtu 9001 state up link 02:00:00:00:00:01\n    10.0.1.23/20\n3: cni0: mtu 1450 state up, no carrier kind bridge\n\n"
            "default via 10.0.0.1 dev eth0 src 10.0.1.23 metric 100\nblackhole 10.9.0.0/16 table 10 mtu 1400\nrules: 4\n");
}

}  // namespace
}  // namespace unsnag::node
