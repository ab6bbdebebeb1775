// SPDX-License-Identifier: Apache-2.0
#include "remedy/action.h"

#include <algorithm>
#include <filesystem>
#include <map>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "codec/sha256.h"
#include "remedy/apply.h"
#include "remedy/machine_for_tests.h"
#include "remedy/nodes_for_tests.h"

namespace unsnag::remedy {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

std::string digest_of(const std::string& bytes) { return "sha256:" + codec::sha256_hex(bytes); }

/// A store with one image of two layers, and a registry that has it whole.
class FakeStore : public Store {
 public:
  FakeStore() {
    const std::string diff_1 = digest_of("tar 1"), diff_2 = digest_of("tar 2");
    config_json = fmt::format(R"({{"rootfs":{{"type":"layers","diff_ids":["{}","{}"]}}}})", diff_1, diff_2);
    chain = "sha256:" + codec::sha256_hex(diff_1 + " " + diff_2);
    manifest_json =
        fmt::format(R"({{"config":{{"digest":"{}","size":9}},"layers":[{{"digest":"{}","size":7}},{{"digest":"{}","size":7}}]}})", config(),
                    layer(), digest_of("layer 2"));
    fetch();
    blobs = registry();
  }
  [[nodiscard]] std::string layer() const { return digest_of("layer 1"); }
  [[nodiscard]] std::string config() const { return digest_of(config_json); }
  [[nodiscard]] std::string manifest() const { return digest_of(manifest_json); }

  Result<std::vector<runtimes::ContainerdImage>> names() override {
    std::vector<runtimes::ContainerdImage> all;
    for (const auto& name : image_names) all.push_back({name, manifest(), "", 0, {}, {}});
    return all;
  }
  Result<std::vector<runtimes::CriImage>> images() override {
    if (image_names.empty()) return std::vector<runtimes::CriImage>{};
    return std::vector<runtimes::CriImage>{{config(), {"docker.io/library/web:1"}, {}, 0, false}};
  }
  Result<std::vector<runtimes::CriContainer>> containers() override { return running; }
  Result<std::string> read(const std::string& digest) override { return blobs.at(digest); }
  Result<runtimes::Checked> check(const std::string& digest) override {
    const auto found = blobs.find(digest);
    if (found == blobs.end()) return fail(Errc::not_found, "content not found");
    const auto really = digest_of(found->second);
    return runtimes::Checked{found->second.size(), really, really == digest};
  }
  Result<bool> lists(const std::string& digest) override {
    return blobs.count(digest) != 0 || std::find(without_file.begin(), without_file.end(), digest) != without_file.end();
  }
  Result<std::vector<std::string>> unpacked() override { return snapshots; }
  Result<std::vector<IngestIn>> ingests() override { return open_ingests; }
  Result<std::vector<ExtractionIn>> extractions() override { return open_extractions; }
  Result<void> remove_blob(const std::string& digest) override {
    asked.push_back("remove " + digest);
    blobs.erase(digest);
    return {};
  }
  Result<void> remove_image(const std::string& id) override {
    asked.push_back("remove image " + id);
    image_names.clear();
    blobs.clear();
    snapshots.clear();
    return {};
  }
  Result<void> pull(const std::string& image) override {
    asked.push_back("pull " + image);
    if (!refusal.empty()) return fail(Errc::server, refusal);
    blobs = registry();
    fetch();
    return {};
  }
  Result<void> abort_ingest(const std::string& name_space, const std::string& ref) override {
    asked.push_back(fmt::format("abort {} {}", name_space, ref));
    open_ingests.erase(std::remove_if(open_ingests.begin(), open_ingests.end(), [&](const IngestIn& one) { return one.ingest.ref == ref; }),
                       open_ingests.end());
    return {};
  }

  std::string config_json, manifest_json, chain, refusal;
  std::map<std::string, std::string> blobs;
  std::vector<std::string> snapshots, image_names, without_file, asked;
  std::vector<runtimes::CriContainer> running;
  std::vector<IngestIn> open_ingests;
  std::vector<ExtractionIn> open_extractions;

 private:
  [[nodiscard]] std::map<std::string, std::string> registry() const {
    return {{manifest(), manifest_json}, {config(), config_json}, {layer(), "layer 1"}, {digest_of("layer 2"), "layer 2"}};
  }
  void fetch() {
    image_names = {"docker.io/library/web:1", config()};
    snapshots = {chain};
  }
};

class ActionTest : public ::testing::Test {
 protected:
  ActionTest() { std::filesystem::create_directories(scratch.here("/var/lib")); }
  Result<ActionPlan> plan(std::string_view cause, const std::map<std::string, std::string>& given = {}) {
    const auto* action = find_action(cause);
    TRY_ASSIGN(const auto values, check_values(action->cause, action->parameters, given));
    TRY_ASSIGN(auto made, action->plan(ground, values));
    made.cause = cause;
    made.command = fmt::format("unsnag fix {}", cause);
    return made;
  }
  Result<ActOutcome> act(const ActionPlan& made) {
    TRY_ASSIGN(const auto lock, Records(root).lock());
    return remedy::act(root, made, now, {});
  }
  static std::vector<std::string> steps(const ActionPlan& made) {
    std::vector<std::string> all;
    for (const auto& one : made.steps) all.push_back(one.what);
    return all;
  }

  node::ScratchRoot scratch;
  node::Root root = scratch.root();
  NodeFacts facts;
  SysTime now{std::chrono::seconds(1'800'000'000)};
  std::shared_ptr<FakeStore> store = std::make_shared<FakeStore>();
  Ground ground{root,
                facts,
                now,
                [this]() -> Result<std::shared_ptr<Store>> { return store; },
                []() -> Result<std::shared_ptr<Machine>> { return fail(Errc::unsupported, "no systemd"); },
                {}};
};

TEST_F(ActionTest, ADamagedLayerIsNamedRemovedPulledAndReadAgain) {
  store->blobs[store->layer()] = "layer X";
  const auto made = plan("corrupt-store", {{"image", "web:1"}});
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_THAT(made->found, ElementsAre(fmt::format("layer {} (7 B): what is there digests to {}", store->layer(), digest_of("layer X"))));
  EXPECT_THAT(store->asked, IsEmpty()) << "a plan changes nothing";
  EXPECT_THAT(made->undo, HasSubstr("can't be undone"));
  const auto done = act(*made);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->record.stage, Stage::applied) << done->why;
  EXPECT_THAT(store->asked, ElementsAre("remove " + store->layer(), "remove image " + store->config(), "pull docker.io/library/web:1"));
  EXPECT_EQ(done->now, "docker.io/library/web:1 is there, and 4 of its 4 blobs read as their digests say");

  const auto record = Records(root).get(done->record.id);
  ASSERT_TRUE(record);
  EXPECT_THAT(record->actions, Contains("remove the layer " + store->layer()));
  EXPECT_EQ(record->done, 3U);
  const auto undone = undo(root, *record, nullptr, {}, false);
  ASSERT_FALSE(undone);
  EXPECT_EQ(undone.error().code, Errc::unsupported);
}

TEST_F(ActionTest, AWholeImageIsLeftAloneUnlessItIsWantedAnew) {
  const auto made = plan("corrupt-store", {{"image", "web:1"}});
  ASSERT_TRUE(made);
  EXPECT_THAT(made->steps, IsEmpty());
  EXPECT_THAT(made->found, ElementsAre(HasSubstr("is whole")));
  EXPECT_THAT(plan("corrupt-store", {{"image", "web:1"}, {"anew", "yes"}})->steps, SizeIs(2));
}

TEST_F(ActionTest, ALayerThatContainerdDiscardedAfterUnpackingIsNoDamage) {
  store->blobs.erase(store->layer());
  EXPECT_THAT(plan("corrupt-store", {{"image", "web:1"}})->steps, IsEmpty());
  store->snapshots.clear();
  const auto made = plan("corrupt-store", {{"image", "web:1"}});
  EXPECT_THAT(made->found, ElementsAre(HasSubstr("it is not there")));
  EXPECT_THAT(made->steps, SizeIs(2));
}

TEST_F(ActionTest, ABlobWhoseFileIsGoneIsTakenOutOfTheDatabase) {
  store->blobs.erase(store->layer());
  store->without_file = {store->layer()};
  const auto made = plan("corrupt-store", {{"image", "web:1"}});
  EXPECT_THAT(made->found, ElementsAre(HasSubstr("its file is gone")));
  EXPECT_THAT(steps(*made), Contains("remove the layer " + store->layer()));
}

TEST_F(ActionTest, ADamagedManifestIsNotReadForItsLayers) {
  store->blobs[store->manifest()] = "{\"layers\":[]}";
  const auto made = plan("corrupt-store", {{"image", "web:1"}});
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_THAT(made->found, ElementsAre(StartsWith("manifest sha256:")));
  EXPECT_EQ(act(*made)->record.stage, Stage::applied);
}

TEST_F(ActionTest, AnImageThatRunsIsInTheWayWithItsPod) {
  store->blobs[store->layer()] = "layer X";
  runtimes::CriContainer container;
  container.name = "web";
  container.image_ref = store->config();
  container.state = runtimes::ContainerState::running;
  container.labels = {{"io.kubernetes.pod.namespace", "shop"}, {"io.kubernetes.pod.name", "web-7c5"}};
  store->running = {container};
  EXPECT_THAT(plan("corrupt-store", {{"image", "web:1"}})->in_the_way, ElementsAre("it runs in shop/web-7c5 container web"));
  store->running.front().state = runtimes::ContainerState::exited;
  EXPECT_THAT(plan("corrupt-store", {{"image", "web:1"}})->in_the_way, IsEmpty());
}

TEST_F(ActionTest, ARegistryThatWantsCredentialsLeavesThePullToKubelet) {
  store->blobs[store->layer()] = "layer X";
  const auto made = plan("corrupt-store", {{"image", "web:1"}});
  store->refusal = "pulling from host docker.io failed: 401 Unauthorized";
  const auto done = act(*made);
  EXPECT_EQ(done->record.stage, Stage::applied) << done->why;
  EXPECT_THAT(done->notes, ElementsAre(HasSubstr("the pod's own credentials")));
  EXPECT_THAT(done->now, HasSubstr("is not in the store"));
}

TEST_F(ActionTest, APullThatFailsIsAFailureThatSaysWhatIsGone) {
  store->blobs[store->layer()] = "layer X";
  const auto made = plan("corrupt-store", {{"image", "web:1"}});
  store->refusal = "dial tcp: connection refused";
  const auto done = act(*made);
  EXPECT_EQ(done->record.stage, Stage::failed);
  EXPECT_THAT(done->why, HasSubstr("connection refused. The damaged content is gone"));
  EXPECT_EQ(Records(root).get(done->record.id)->done, 2U);
}

TEST_F(ActionTest, WhatIsMissingIsAskedFor) {
  EXPECT_THAT(plan("corrupt-store").error().detail, HasSubstr("--image"));
  EXPECT_THAT(plan("corrupt-store", {{"image", "other:1"}}).error().detail, HasSubstr("no image docker.io/library/other:1"));
}

IngestIn ingest(const std::string& ref, SysTime updated) {
  IngestIn one;
  one.name_space = "k8s.io";
  one.ingest.ref = ref;
  one.ingest.offset = 12'300'000;
  one.ingest.updated = updated;
  return one;
}

TEST_F(ActionTest, ADownloadThatNobodyWritesToIsDroppedAndALiveOneIsNot) {
  using std::chrono::minutes;
  store->open_ingests = {ingest("layer-left", now - minutes(11)), ingest("layer-live", now - minutes(9))};
  store->open_ingests.push_back({"k8s.io", {"layer-timeless", "", 0, {}, {}, {}}});
  const auto made = plan("ref-locked");
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_THAT(made->found, ElementsAre("layer-left in namespace k8s.io: 12.3 MB, nobody has written to it for 11 min"));
  EXPECT_EQ(act(*made)->record.stage, Stage::applied);
  EXPECT_THAT(store->asked, ElementsAre("abort k8s.io layer-left"));
}

TEST_F(ActionTest, ADownloadThatIsTakenUpMeanwhileIsLeftAlone) {
  store->open_ingests = {ingest("layer-left", now - std::chrono::minutes(11))};
  const auto made = plan("ref-locked");
  store->open_ingests.front().ingest.updated = now;
  const auto done = act(*made);
  EXPECT_EQ(done->record.stage, Stage::applied) << done->why;
  EXPECT_THAT(done->notes, ElementsAre(HasSubstr("written to again")));
  EXPECT_THAT(store->asked, IsEmpty());
}

TEST_F(ActionTest, WithoutAStaleDownloadTheLockIsInContainerdsMemory) {
  store->open_extractions = {{"k8s.io", "overlayfs", {"extract-1-a sha256:1", "", {}, now - std::chrono::hours(2), {}}},
                             {"k8s.io", "overlayfs", {"extract-2-b sha256:2", "", {}, now - std::chrono::minutes(2), {}}}};
  const auto made = plan("ref-locked");
  EXPECT_THAT(made->steps, IsEmpty());
  EXPECT_THAT(made->notes, ElementsAre(StartsWith("extract-1-a"), HasSubstr("restarting containerd frees it")));
}

class ClockTest : public ActionTest {
 protected:
  ClockTest() {
    ground.machine = [this]() -> Result<std::shared_ptr<Machine>> { return machine; };
  }
  void has(const std::string& unit, std::string_view active, bool enabled) {
    auto& state = machine->units[unit];
    state.load = "loaded";
    state.active = active;
    state.sub = active == "active" ? "running" : "dead";
    state.enabled = enabled;
  }
  std::shared_ptr<FakeMachine> machine = std::make_shared<FakeMachine>();
};

TEST_F(ClockTest, ATimeServiceThatDoesNotRunIsEnabledAndStarted) {
  has("chrony.service", "inactive", false);
  const auto made = plan("clock-skew");
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_THAT(steps(*made), ElementsAre("enable chrony.service", "start chrony.service"));
  EXPECT_THAT(machine->asked, IsEmpty());
  const auto done = act(*made);
  EXPECT_EQ(done->record.stage, Stage::applied) << done->why;
  EXPECT_THAT(machine->asked, ElementsAre("enable chrony.service", "restart chrony.service"));
  EXPECT_TRUE(Records(root).get(done->record.id)->undoable());
}

TEST_F(ClockTest, OneThatDoesNotStartIsAFailure) {
  has("ntp.service", "failed", true);
  machine->refuses = "ntp.service";
  const auto done = act(*plan("clock-skew"));
  EXPECT_EQ(done->record.stage, Stage::failed);
  EXPECT_THAT(done->why, HasSubstr("start ntp.service"));
}

TEST_F(ClockTest, OneThatRunsIsLeftAloneAndNamed) {
  has("chrony.service", "inactive", false);
  has("systemd-timesyncd.service", "active", true);
  const auto made = plan("clock-skew");
  EXPECT_THAT(made->steps, IsEmpty());
  EXPECT_THAT(made->found, ElementsAre("systemd-timesyncd runs as systemd-timesyncd.service"));
}

TEST_F(ClockTest, WithoutOneItSaysWhatToInstallAndAMaskedOneIsNotForced) {
  machine->units["sshd.service"].load = "loaded";
  EXPECT_THAT(plan("clock-skew").error().detail, HasSubstr("install chrony"));
  machine->units["chrony.service"].load = "masked";
  EXPECT_THAT(plan("clock-skew").error().detail, HasSubstr("systemctl unmask chrony.service"));
}

TEST(StoreTest, OtherRuntimesAreToldWhatTheirOwnToolsDo) {
  const node::ScratchRoot scratch;
  NodeFacts facts;
  facts.runtime = Runtime::crio;
  const auto store = store_of(scratch.root(), facts);
  EXPECT_EQ(store.error().code, Errc::unsupported);
  EXPECT_THAT(store.error().detail, HasSubstr("crio wipe"));
}

}  // namespace
}  // namespace unsnag::remedy
