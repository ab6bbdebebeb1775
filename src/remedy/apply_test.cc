// SPDX-License-Identifier: Apache-2.0
#include "remedy/apply.h"

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/document.h"
#include "remedy/machine_for_tests.h"
#include "remedy/nodes_for_tests.h"

namespace unsnag::remedy {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

/// Every file of a tree with mode and content, but not what unsnag keeps.
std::map<std::string, std::string> everything(const node::ScratchRoot& root) {
  std::map<std::string, std::string> all;
  for (const auto& entry : fs::recursive_directory_iterator(root.here("/"))) {
    const auto path = entry.path().lexically_relative(root.here("/")).string();
    if (path.substr(0, 7) == "var/lib" && path.find("unsnag") != std::string::npos) continue;
    struct stat info {};
    ::lstat(entry.path().c_str(), &info);
    std::string content = std::to_string(info.st_mode);
    if (entry.is_regular_file()) {
      std::ifstream in(entry.path(), std::ios::binary);
      content.append(std::istreambuf_iterator<char>(in), {});
    }
    all.emplace(path, std::move(content));
  }
  return all;
}

std::vector<std::string> differences(const std::map<std::string, std::string>& before, const std::map<std::string, std::string>& after) {
  std::vector<std::string> all;
  for (const auto& [path, content] : before) {
    const auto found = after.find(path);
    if (found == after.end()) all.push_back("gone: " + path);
    else if (found->second != content) all.push_back("differs: " + path);
  }
  for (const auto& [path, content] : after)
    if (before.find(path) == before.end()) all.push_back("new: " + path);
  return all;
}

class ApplyTest : public ::testing::Test {
 protected:
  ApplyTest() {
    make_eks_al2_docker(scratch);
    fs::create_directories(scratch.here("/var/lib"));
    ::chmod(scratch.here("/etc/docker/daemon.json").c_str(), 0640);
  }
  [[nodiscard]] Plan deadline_plan() const { return *plan_for(scratch.root(), "progress-deadline"); }
  /// A plan of several files: an edit, a new file in a new folder.
  [[nodiscard]] Plan wide_plan() const {
    auto plan = *plan_for(scratch.root(), "serialized-queue");
    const auto more = plan_for(scratch.root(), "progress-deadline");
    plan.files.insert(plan.files.end(), more->files.begin(), more->files.end());
    plan.files.push_back({"/etc/new/deep/file.conf", std::nullopt, "x = 1\n", "", 1});
    return plan;
  }
  [[nodiscard]] std::vector<Record> records() const { return *Records(scratch.root()).list(); }

  node::ScratchRoot scratch;
};

TEST_F(ApplyTest, AppliesChecksAndUndoesByteForByte) {
  const auto before = everything(scratch);
  const auto root = scratch.root();
  FakeMachine machine;
  const auto lock = Records(root).lock();
  ASSERT_TRUE(lock);
  const auto outcome = apply(root, deadline_plan(), &machine, {});
  ASSERT_TRUE(outcome) << outcome.error().message();
  EXPECT_EQ(outcome->kind, Outcome::Kind::applied) << outcome->why;
  EXPECT_TRUE(outcome->checked);
  EXPECT_THAT(machine.asked, ElementsAre("daemon-reload", "restart kubelet.service"));
  EXPECT_THAT(differences(before, everything(scratch)), Not(IsEmpty()));
  ASSERT_THAT(records(), SizeIs(1));
  EXPECT_EQ(records().front().stage, Stage::applied);

  const auto undone = undo(root, records().front(), &machine, {}, false);
  ASSERT_TRUE(undone) << undone.error().message();
  EXPECT_EQ(undone->kind, Outcome::Kind::undone);
  EXPECT_THAT(differences(before, everything(scratch)), IsEmpty());
  EXPECT_THAT(machine.asked, SizeIs(4)) << "undoing restarts too";
  EXPECT_EQ(records().front().stage, Stage::undone);
  EXPECT_EQ(undo(root, records().front(), &machine, {}, false).error().code, Errc::invalid_argument) << "once is enough";
}

TEST_F(ApplyTest, AKubeletThatCrashesAfterItsStartIsUndone) {
  const auto before = everything(scratch);
  FakeMachine machine;
  machine.crash_after = std::chrono::seconds(3);
  ASSERT_TRUE(Records(scratch.root()).lock());
  ApplyOptions options;
  options.step = [&](std::string_view step) {
    if (step.substr(0, 8) == "put back") machine.crash_after.reset();  // with the old files it lives
  };
  const auto outcome = apply(scratch.root(), deadline_plan(), &machine, options);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->kind, Outcome::Kind::undone);
  EXPECT_THAT(outcome->why, HasSubstr("was started again"));
  EXPECT_THAT(outcome->log, ElementsAre("kubelet: its last words"));
  EXPECT_THAT(differences(before, everything(scratch)), IsEmpty());
  EXPECT_THAT(machine.asked, ElementsAre("daemon-reload", "restart kubelet.service", "daemon-reload", "restart kubelet.service"));
  EXPECT_EQ(records().front().stage, Stage::failed_undone);
  EXPECT_THAT(records().front().note, HasSubstr("was started again"));
}

TEST(ApplyToContainerd, ARestartAfterWhichItRunsWithoutItsCriPluginIsUndone) {
  const node::ScratchRoot scratch;
  make_kubeadm(scratch, k_containerd_1, "version = 2\n");
  fs::create_directories(scratch.here("/var/lib"));
  const auto root = scratch.root();
  const auto plan = plan_for(root, "slow-disk");
  ASSERT_TRUE(plan);
  FakeMachine machine;
  bool old_file_again = false;
  ApplyOptions options;
  options.step = [&](std::string_view step) {
    if (step.substr(0, 7) == "restart") machine.has_cri = old_file_again;
    if (step.substr(0, 8) == "put back") old_file_again = true;
  };
  const auto lock = Records(root).lock();
  const auto outcome = apply(root, *plan, &machine, options);
  ASSERT_TRUE(outcome) << outcome.error().message();
  EXPECT_EQ(outcome->kind, Outcome::Kind::undone);
  EXPECT_THAT(outcome->why, HasSubstr("its CRI plugin did not start"));
  EXPECT_EQ(*root.read("/etc/containerd/config.toml"), "version = 2\n");
}

TEST(ApplyToContainerd, OneThatHadNoCriBeforeIsNotAskedForIt) {
  const node::ScratchRoot scratch;
  make_kubeadm(scratch, k_containerd_1, "version = 2\n");
  fs::create_directories(scratch.here("/var/lib"));
  const auto root = scratch.root();
  const auto plan = plan_for(root, "slow-disk");
  ASSERT_TRUE(plan);
  FakeMachine machine;
  machine.has_cri = false;
  const auto lock = Records(root).lock();
  const auto outcome = apply(root, *plan, &machine, {});
  ASSERT_TRUE(outcome) << outcome.error().message();
  EXPECT_EQ(outcome->kind, Outcome::Kind::applied) << outcome->why;
}

TEST_F(ApplyTest, AMirrorThatDockerdDidNotTakeAtItsReloadIsUndone) {
  const auto before = everything(scratch);
  const auto plan = plan_for(scratch.root(), "mirror-misconfigured", {{"registry", "docker.io"}, {"mirror", "https://mirror.example"}});
  ASSERT_TRUE(plan) << plan.error().message();
  FakeMachine machine;
  const auto lock = Records(scratch.root()).lock();
  const auto refused = apply(scratch.root(), *plan, &machine, {});
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->kind, Outcome::Kind::undone);
  EXPECT_THAT(refused->why, HasSubstr("registry-mirrors is not in force"));
  EXPECT_THAT(differences(before, everything(scratch)), IsEmpty());
  machine.docker_has = {"https://mirror.example/"};  // as dockerd writes it
  const auto taken = apply(scratch.root(), *plan, &machine, {});
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->kind, Outcome::Kind::applied) << taken->why;
}

TEST_F(ApplyTest, DockerdIsMadeToForgetAListBeforeItsKeyIsGone) {
  const auto before = everything(scratch);
  const auto plan = plan_for(scratch.root(), "mirror-misconfigured", {{"registry", "docker.io"}, {"mirror", "https://mirror.example"}});
  ASSERT_TRUE(plan) << plan.error().message();
  // As dockerd does it at its reload: a key that is not there changes nothing.
  class Docker : public FakeMachine {
   public:
    explicit Docker(const node::ScratchRoot& scratch) : scratch_(scratch) {}
    void wait(std::chrono::milliseconds span) override {
      FakeMachine::wait(span);
      const auto text = *scratch_.root().read("/etc/docker/daemon.json");
      const auto mirrors = (*parse_json(text))["registry-mirrors"];
      if (!mirrors) return;
      docker_has.clear();
      for (const auto& [key, one] : mirrors.entries) docker_has.push_back(one.scalar + "/");
    }

   private:
    const node::ScratchRoot& scratch_;
  };
  Docker machine(scratch);
  const auto lock = Records(scratch.root()).lock();
  const auto applied = apply(scratch.root(), *plan, &machine, {});
  ASSERT_TRUE(applied);
  ASSERT_EQ(applied->kind, Outcome::Kind::applied) << applied->why;
  EXPECT_THAT(machine.docker_has, ElementsAre("https://mirror.example/"));

  // Killed between the two: what lies there is neither old nor new, and is undone all the same.
  struct Killed {};
  ApplyOptions killed;
  killed.step = [](std::string_view step) {
    if (step.substr(0, 8) == "put back") throw Killed();
  };
  EXPECT_THROW((void)undo(scratch.root(), applied->record, &machine, killed, false), Killed);
  const auto undone = undo(scratch.root(), records().front(), &machine, {}, false);
  ASSERT_TRUE(undone) << undone.error().message();
  EXPECT_EQ(undone->kind, Outcome::Kind::undone);
  EXPECT_THAT(machine.docker_has, IsEmpty());
  EXPECT_THAT(differences(before, everything(scratch)), IsEmpty());
}

TEST_F(ApplyTest, ASettingThatIsNotInTheProcessIsUndone) {
  const auto before = everything(scratch);
  FakeMachine machine;
  machine.command = {"kubelet", "--v=2"};
  ASSERT_TRUE(Records(scratch.root()).lock());
  const auto outcome = apply(scratch.root(), deadline_plan(), &machine, {});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->kind, Outcome::Kind::undone);
  EXPECT_THAT(outcome->why, HasSubstr("not in force"));
  EXPECT_THAT(differences(before, everything(scratch)), IsEmpty());
}

TEST_F(ApplyTest, WhatCannotBeMadeHealthyAgainIsSaidAndStaysToBeUndone) {
  FakeMachine machine;
  machine.healthy = false;
  ASSERT_TRUE(Records(scratch.root()).lock());
  const auto outcome = apply(scratch.root(), deadline_plan(), &machine, {});
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->kind, Outcome::Kind::half_undone);
  EXPECT_THAT(outcome->not_undone, ElementsAre(HasSubstr("Connection refused")));
  EXPECT_EQ(records().front().stage, Stage::applying) << "the next undo finds it";
}

TEST_F(ApplyTest, AFileThatCannotBeWrittenUndoesTheOnesBeforeIt) {
  const auto before = everything(scratch);
  ASSERT_TRUE(Records(scratch.root()).lock());
  FakeMachine machine;
  ApplyOptions options;
  options.step = [&](std::string_view step) {
    if (step == "write /etc/new/deep/file.conf") scratch.write("/etc/new", "in the way of the folder");
  };
  const auto outcome = apply(scratch.root(), wide_plan(), &machine, options);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->kind, Outcome::Kind::undone);
  EXPECT_THAT(outcome->why, HasSubstr("/etc/new: it is no folder"));
  fs::remove(scratch.here("/etc/new"));
  EXPECT_THAT(differences(before, everything(scratch)), IsEmpty());
  EXPECT_THAT(machine.asked, IsEmpty()) << "nothing was restarted, so nothing is restarted again";
}

TEST_F(ApplyTest, CtrlCUndoesWhatWasBegun) {
  const auto before = everything(scratch);
  ASSERT_TRUE(Records(scratch.root()).lock());
  FakeMachine machine;
  bool stop = false;
  ApplyOptions options;
  options.step = [&](std::string_view step) { stop = stop || step == "write /etc/systemd/system/kubelet.service.d/90-unsnag.conf"; };
  options.stop = [&] { return stop; };
  const auto outcome = apply(scratch.root(), wide_plan(), &machine, options);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->kind, Outcome::Kind::undone);
  EXPECT_EQ(outcome->why, "interrupted");
  EXPECT_THAT(differences(before, everything(scratch)), IsEmpty());
}

TEST_F(ApplyTest, AFileThatSomebodyChangedSinceIsNotOverwrittenUnlessForced) {
  const auto before = everything(scratch);
  ASSERT_TRUE(Records(scratch.root()).lock());
  ASSERT_TRUE(apply(scratch.root(), wide_plan(), nullptr, {}));
  scratch.write("/etc/new/deep/file.conf", "x = 2\n");
  const auto refused = undo(scratch.root(), records().front(), nullptr, {}, false);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().message(), HasSubstr("/etc/new/deep/file.conf was changed since"));
  EXPECT_THAT(differences(before, everything(scratch)), Not(IsEmpty())) << "nothing was undone";
  ASSERT_TRUE(undo(scratch.root(), records().front(), nullptr, {}, true));
  EXPECT_THAT(differences(before, everything(scratch)), IsEmpty());
}

TEST_F(ApplyTest, APlanThatIsOutOfDateChangesNothing) {
  const auto plan = wide_plan();
  scratch.write("/etc/kubernetes/kubelet/kubelet-config.json", "{}\n");
  const auto before = everything(scratch);
  ASSERT_TRUE(Records(scratch.root()).lock());
  const auto outcome = apply(scratch.root(), plan, nullptr, {});
  ASSERT_FALSE(outcome);
  EXPECT_THAT(outcome.error().message(), HasSubstr("plan again"));
  EXPECT_THAT(differences(before, everything(scratch)), IsEmpty());
  EXPECT_THAT(records(), IsEmpty());
}

TEST_F(ApplyTest, TwoAtOnceAreNotPossible) {
  const auto root = scratch.root();
  const auto first = Records(root).lock();
  ASSERT_TRUE(first);
  const auto second = Records(root).lock();
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message(), HasSubstr("another unsnag fix"));
}

/// Runs `work` in a child that kills itself before step `at`. False: it came to its end before that.
bool killed_at(std::size_t at, const std::function<void(const ApplyOptions&)>& work) {
  const pid_t child = ::fork();
  if (child == 0) {
    std::size_t step = 0;
    ApplyOptions options;
    options.step = [&](std::string_view) {
      if (step++ == at) ::kill(::getpid(), SIGKILL);
    };
    work(options);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFSIGNALED(status);
}

TEST_F(ApplyTest, KilledAtAnyStepEachFileIsOldOrNewAndTheNextRunUndoesIt) {
  const auto before = everything(scratch);
  const auto plan = wide_plan();
  std::size_t at = 0;
  for (;; ++at) {
    const bool killed = killed_at(at, [&](const ApplyOptions& options) {
      const auto root = scratch.root();
      const auto lock = Records(root).lock();
      FakeMachine machine;
      machine.command.push_back("--x");
      (void)apply(root, plan, &machine, options);
    });
    for (const auto& file : plan.files) {
      const auto now = scratch.root().read(file.path);
      const bool is_old = file.before ? now && *now == *file.before : !now;
      EXPECT_TRUE(is_old || (now && *now == file.after)) << file.path << " at step " << at;
    }
    const auto all = records();
    for (const auto& record : all) {
      if (record.stage == Stage::undone) continue;
      EXPECT_EQ(record.stage, killed ? Stage::applying : Stage::applied);
      ASSERT_TRUE(Records(scratch.root()).lock()) << "the kernel has let go of the lock";
      const auto undone = undo(scratch.root(), record, nullptr, {}, false);
      ASSERT_TRUE(undone) << undone.error().message();
    }
    EXPECT_THAT(differences(before, everything(scratch)), IsEmpty()) << "at step " << at;
    if (!killed) break;
  }
  EXPECT_GE(at, 7U) << "keep, three files, reload, restart, health, read back, done";
}

TEST_F(ApplyTest, KilledAtAnyStepOfUndoingTheNextUndoEndsIt) {
  const auto before = everything(scratch);
  const auto plan = wide_plan();
  for (std::size_t at = 0;; ++at) {
    {
      const auto root = scratch.root();
      const auto lock = Records(root).lock();
      ASSERT_TRUE(lock);
      ASSERT_TRUE(apply(root, plan, nullptr, {}));
    }
    const auto record = records().back();
    const bool killed = killed_at(at, [&](const ApplyOptions& options) { (void)undo(scratch.root(), record, nullptr, options, false); });
    if (killed) {
      EXPECT_EQ(records().back().stage, Stage::undoing);
      ASSERT_TRUE(undo(scratch.root(), records().back(), nullptr, {}, false));
    }
    EXPECT_THAT(differences(before, everything(scratch)), IsEmpty()) << "at step " << at;
    if (!killed) break;
  }
}

TEST_F(ApplyTest, AServiceThatAnActionStartedIsStoppedAgain) {
  FakeMachine machine;
  Plan plan;
  plan.cause = "clock-skew";
  plan.actions = {"start chrony.service"};
  plan.units = {{"chrony.service", false, false}};
  const auto root = scratch.root();
  const Records records(root);
  const auto lock = records.lock();
  auto record = records.begin(plan, machine.now());
  ASSERT_TRUE(record);
  ASSERT_TRUE(records.set_stage(*record, Stage::applied));
  EXPECT_EQ(undo(root, *records.get(record->id), nullptr, {}, false).error().code, Errc::unsupported);
  const auto undone = undo(root, *records.get(record->id), &machine, {}, false);
  ASSERT_TRUE(undone);
  EXPECT_EQ(undone->kind, Outcome::Kind::undone);
  EXPECT_THAT(machine.asked, ElementsAre("stop chrony.service", "disable chrony.service"));
}

}  // namespace
}  // namespace unsnag::remedy
