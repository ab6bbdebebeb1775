// SPDX-License-Identifier: Apache-2.0
// Actions against the real containerd, with a registry beside it: tests/runtimes/node runs them. As root; else it is skipped.

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/root_for_tests.h"
#include "remedy/action.h"
#include "runtimes/real_node.h"

namespace unsnag::remedy {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::chrono_literals;

SysTime now() { return std::chrono::system_clock::now(); }

class RealStoreTest : public runtimes::RealNodeTest {
 protected:
  void SetUp() override {
    RealNodeTest::SetUp();
    if (IsSkipped()) return;
    fs::create_directories(scratch.here("/var/lib"));
    store = store_at(containerd());
    const auto locked = Records(root).lock();
    ASSERT_TRUE(locked);
  }
  Result<ActionPlan> plan(std::string_view cause, const std::map<std::string, std::string>& given) {
    const auto* action = find_action(cause);
    TRY_ASSIGN(const auto values, check_values(action->cause, action->parameters, given));
    return action->plan(ground, values);
  }

  node::ScratchRoot scratch;
  node::Root root = scratch.root();
  NodeFacts facts;
  std::shared_ptr<Store> store;
  Ground ground{root,
                facts,
                now(),
                [this]() -> Result<std::shared_ptr<Store>> { return store; },
                []() -> Result<std::shared_ptr<Machine>> { return fail(Errc::unsupported, "no systemd"); },
                {}};
};

TEST_F(RealStoreTest, ADamagedLayerIsMended) {
  ASSERT_TRUE(store->pull(s_image));
  const auto whole = plan("corrupt-store", {{"image", s_image}});
  ASSERT_TRUE(whole) << whole.error().message();
  EXPECT_THAT(whole->steps, IsEmpty()) << whole->found.front();

  const auto file = s_folder / "root/io.containerd.content.v1.content/blobs/sha256" / s_layer.substr(7);
  fs::permissions(file, fs::perms::owner_write, fs::perm_options::add);
  std::fstream(file, std::ios::in | std::ios::out).seekp(1000) << "damaged";
  const auto made = plan("corrupt-store", {{"image", s_image}});
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_THAT(made->found, ElementsAre(HasSubstr(s_layer)));
  const auto done = act(root, *made, now(), {});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->record.stage, Stage::applied) << done->why;
  EXPECT_THAT(done->now, HasSubstr("3 of its 3 blobs"));

  // The file itself gone, as after somebody's clean-up: the database still lists it.
  fs::remove(file);
  const auto gone = plan("corrupt-store", {{"image", s_image}});
  ASSERT_TRUE(gone) << gone.error().message();
  EXPECT_THAT(gone->found, ElementsAre(HasSubstr("its file is gone")));
  const auto again = act(root, *gone, now(), {});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->record.stage, Stage::applied) << again->why;
  EXPECT_TRUE(store->check(s_layer).value().whole);
}

TEST_F(RealStoreTest, ADownloadThatWasLeftBehindIsDropped) {
  ground.now = now() + 11min;
  const auto made = plan("ref-locked", {});
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_THAT(made->found, testing::UnorderedElementsAre(testing::StartsWith("left in namespace k8s.io"), testing::StartsWith("slow")));
  const auto done = act(root, *made, now(), {});
  ASSERT_TRUE(done);
  EXPECT_EQ(done->record.stage, Stage::applied) << done->why;
  EXPECT_THAT(store->ingests().value(), IsEmpty());
}

}  // namespace
}  // namespace unsnag::remedy
