// SPDX-License-Identifier: Apache-2.0
#include "watch/rule.h"

#include <vector>

#include <gtest/gtest.h>

namespace unsnag::watch {
namespace {

using std::chrono::seconds;

struct Case {
  const char* program;
  const char* version;
  PullMode mode;
  Counts counts;
  seconds limit;
  Zero zero;
};

TEST(Rule, DefaultsFollowTheVersion) {
  constexpr auto any = PullMode::unknown;
  const std::vector<Case> cases{
      {"kubelet", "v1.15.0", any, Counts::docker_messages, seconds{60}, Zero::at_once},
      {"kubelet", "v1.18.9-eks-d1db3c", any, Counts::docker_messages, seconds{60}, Zero::at_once},
      {"kubelet", "1.23", any, Counts::docker_messages, seconds{60}, Zero::at_once},
      {"cri-dockerd", "0.2.6", any, Counts::docker_messages, seconds{60}, Zero::at_once},
      {"cri-dockerd", "v0.4.3", any, Counts::docker_messages, seconds{60}, Zero::at_once},
      {"containerd", "1.7.0", any, Counts::containerd_requests, seconds{60}, Zero::off},
      {"containerd", "1.7.9", any, Counts::containerd_requests, seconds{60}, Zero::off},
      {"containerd", "1.7.10", any, Counts::containerd_requests, seconds{300}, Zero::off},
      {"containerd", "v2.0.11", PullMode::transfer, Counts::containerd_requests, seconds{300}, Zero::off},
      {"containerd", "2.1.9", any, Counts::containerd_transfer, seconds{300}, Zero::hangs},
      {"containerd", "2.1.9", PullMode::local, Counts::containerd_requests, seconds{300}, Zero::off},
      {"containerd", "2.4.0-beta.0", any, Counts::containerd_transfer, seconds{300}, Zero::hangs},
      {"cri-o", "1.30.0", any, Counts::crio_events, seconds{10}, Zero::off},
      {"cri-o", "1.30.13", any, Counts::crio_events, seconds{10}, Zero::off},
      {"cri-o", "1.30.14", any, Counts::crio_events, seconds{0}, Zero::off},
      {"cri-o", "1.31.8", any, Counts::crio_events, seconds{10}, Zero::off},
      {"cri-o", "1.31.9", any, Counts::crio_events, seconds{0}, Zero::off},
      {"cri-o", "1.32.3", any, Counts::crio_events, seconds{10}, Zero::off},
      {"crio", "1.32.4", any, Counts::crio_events, seconds{0}, Zero::off},
      {"crio", "1.33.0", any, Counts::crio_events, seconds{0}, Zero::off},
      {"crio", "1.36.3", any, Counts::crio_events, seconds{0}, Zero::off},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(testing::Message() << c.program << ' ' << c.version);
    const auto rule = rule_for(c.program, c.version, c.mode);
    ASSERT_TRUE(rule);
    EXPECT_EQ(rule->counts, c.counts);
    EXPECT_EQ(rule->limit, c.limit);
    EXPECT_EQ(rule->zero, c.zero);
  }
}

TEST(Rule, VersionsWithoutAWatchdogHaveNone) {
  const std::vector<std::pair<const char*, const char*>> cases{
      {"kubelet", "v1.24.0"},
      {"kubelet", "v1.36.3"},
      {"kubelet", "v1.5.8"},
      {"containerd", "1.6.30"},
      {"containerd", "1.4.13"},
      {"cri-o", "1.29.13"},
      {"dockerd", "20.10.24"},
      {"containerd", ""},
      {"containerd", "v2"},
      {"containerd", "main"},
      {"containerd", "99999999999999999999.1"},
  };
  for (const auto& [program, version] : cases) {
    EXPECT_FALSE(rule_for(program, version)) << program << ' ' << version;
  }
}

TEST(Rule, TheSettingIsNamedAsItsFileKnowsIt) {
  const auto kubelet = rule_for("kubelet", "1.20.15").value();
  ASSERT_EQ(kubelet.settings.size(), 1U);
  EXPECT_EQ(kubelet.settings[0].name, "--image-pull-progress-deadline");
  EXPECT_EQ(kubelet.settings[0].kind, Setting::Kind::flag);

  const auto one = rule_for("containerd", "1.7.27").value();
  ASSERT_EQ(one.settings.size(), 1U);
  EXPECT_EQ(one.settings[0].table, "plugins.\"io.containerd.grpc.v1.cri\"");

  // containerd 2 still reads files of version 2, with the old table.
  const auto two = rule_for("containerd", "2.2.3").value();
  ASSERT_EQ(two.settings.size(), 2U);
  EXPECT_EQ(two.settings[0].config_version, 3);
  EXPECT_EQ(two.settings[0].table, "plugins.'io.containerd.cri.v1.images'");
  EXPECT_EQ(two.settings[1].config_version, 2);

  // A constant in the program at first.
  EXPECT_TRUE(rule_for("cri-o", "1.30.10").value().settings.empty());
  EXPECT_TRUE(rule_for("cri-o", "1.31.2").value().settings.empty());
  EXPECT_EQ(rule_for("cri-o", "1.30.11").value().settings[0].name, "pull_progress_timeout");
  EXPECT_EQ(rule_for("cri-o", "1.31.3").value().settings[0].table, "crio.image");
}

TEST(Rule, ContainerdLooksTwiceInAShortLimit) {
  auto rule = rule_for("containerd", "1.7.27").value();
  const auto every = [&](nanoseconds limit) {
    rule.limit = limit;
    return rule.look_every();
  };
  EXPECT_EQ(every(seconds{300}), seconds{10});
  EXPECT_EQ(every(seconds{15}), seconds{10});
  EXPECT_EQ(every(seconds{10}), seconds{10});
  EXPECT_EQ(every(seconds{8}), seconds{4});
  EXPECT_GT(every(nanoseconds{1}), nanoseconds{0});
  rule = rule_for("containerd", "1.7.2").value();
  EXPECT_EQ(every(seconds{8}), seconds{5});
  // dockershim's ticker is fixed.
  rule = rule_for("kubelet", "1.20").value();
  EXPECT_EQ(every(seconds{5}), seconds{10});
}

}  // namespace
}  // namespace unsnag::watch
