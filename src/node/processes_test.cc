// SPDX-License-Identifier: Apache-2.0
#include "node/processes.h"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/patience.h"
#include "node/root_for_tests.h"

namespace unsnag::node {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view k_stat =
    "812 (kubelet) S 1 812 812 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 21 0 1500 2000000000 25000 18446744073709551615 1 1 0 0 0 0 0 0\n";

const ScratchRoot& with_kubelet(const ScratchRoot& scratch) {
  using namespace std::string_view_literals;
  scratch.write("/proc/stat", "cpu 1 2 3\nbtime 1795503600\nprocesses 9\n");
  scratch.write("/proc/1/stat", "1 (systemd) S 0 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 3 1000 10 1\n");
  scratch.write("/proc/812/stat", k_stat);
  scratch.write("/proc/812/cmdline", "/usr/bin/kubelet\0--config=/etc/kubernetes/kubelet/config.json\0--v=2\0"sv);
  scratch.write("/proc/812/environ", "PATH=/usr/bin\0HTTPS_PROXY=http://proxy.example:3128\0"sv);
  scratch.write("/proc/812/cgroup", "0::/runtime.slice/kubelet.service\n");
  scratch.write("/proc/812/limits", "Limit                     Soft Limit           Hard Limit           Units     \n");
  scratch.write("/proc/812/fd/0", "").write("/proc/812/fd/1", "");
  scratch.link("/usr/bin/kubelet", "/proc/812/exe");
  scratch.write("/proc/900/stat", "900 (unpigz) D 1 812 812 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 1600 20000 250 1\n");
  scratch.write("/proc/900/wchan", "rq_qos_wait");
  return scratch;
}

TEST(Processes, ANodesRootTellsItsOwn) {
  const ScratchRoot scratch;
  const auto proc = open_proc(with_kubelet(scratch).root());
  ASSERT_TRUE(proc) << proc.error().message();
  const auto all = processes(*proc);
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 3U);
  const Process& kubelet = (*all)[1];
  EXPECT_EQ(daemon_of(kubelet), "kubelet");
  EXPECT_THAT(kubelet.argv, testing::ElementsAre("/usr/bin/kubelet", "--config=/etc/kubernetes/kubelet/config.json", "--v=2"));
  EXPECT_EQ(kubelet.exe, "/usr/bin/kubelet");
  EXPECT_EQ(kubelet.threads, 21U);
  ASSERT_TRUE(kubelet.started);
  EXPECT_EQ(format_rfc3339(*kubelet.started), "2026-11-24T07:00:15Z") << "btime, and 1500 ticks of 10 ms";
  EXPECT_THAT(environment(*proc, 812).value_or(std::vector<std::string>{}), testing::Contains("HTTPS_PROXY=http://proxy.example:3128"));
  EXPECT_EQ(cgroup(*proc, 812).value_or(""), "/runtime.slice/kubelet.service");
  EXPECT_EQ(open_files(*proc, 812).value_or(0), 2U);
  EXPECT_EQ((*all)[2].state, 'D');
  EXPECT_EQ((*all)[2].waits_in, "rq_qos_wait");
}

TEST(Processes, ARootThatIsNotRunningHasNone) {
  const ScratchRoot scratch;
  scratch.write("/etc/os-release", "ID=debian\n");
  std::filesystem::create_directories(scratch.here("/proc"));
  const auto proc = open_proc(scratch.root());
  ASSERT_FALSE(proc) << "this machine's processes are not those of a mounted root: " << proc->why;
  EXPECT_EQ(proc.error().code, Errc::not_found);
}

TEST(Processes, AProcThatIsALinkIsNotFollowedOut) {
  const ScratchRoot scratch;
  scratch.link("/etc", "/proc").write("/etc/stat", "btime 1\n").write("/etc/1/stat", "");
  EXPECT_FALSE(open_proc(scratch.root()));
}

TEST(Processes, TheNameInBracketsMayHoldAnything) {
  const auto process = parse_process("7 (a) R 1 (b)) S 3 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 5 0 9 0 0 0", std::nullopt);
  ASSERT_TRUE(process);
  EXPECT_EQ(process->comm, "a) R 1 (b)");
  EXPECT_EQ(process->state, 'S');
  EXPECT_EQ(process->parent, 3);
  for (const auto* bad : {"", "7", "7 (a", "7 (a) S", "x (a) S 3 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 5 0 9 0 0 0", ") 7 (", "1 ()"})
    EXPECT_FALSE(parse_process(bad, std::nullopt)) << bad;
}

TEST(Processes, OnlyDaemonsAreDaemons) {
  struct Case {
    std::vector<std::string> argv;
    std::string_view daemon;
  };
  for (const auto& [argv, daemon] : std::vector<Case>{{{"/usr/bin/containerd"}, "containerd"},
                                                      {{"containerd", "--config", "/etc/c.toml"}, "containerd"},
                                                      {{"containerd", "config", "dump"}, ""},
                                                      {{"/usr/bin/containerd-shim-runc-v2", "-namespace", "k8s.io"}, ""},
                                                      {{"/usr/local/bin/k3s server", ""}, "k3s"},
                                                      {{"/usr/local/bin/k3s", "agent"}, "k3s"},
                                                      {{"k3s", "kubectl", "get", "pods"}, ""},
                                                      {{"/hyperkube", "kubelet", "--v=2"}, "kubelet"},
                                                      {{"/snap/microk8s/1/kubelite", "--x"}, "microk8s"},
                                                      {{"/usr/bin/dockerd", "-H", "fd://"}, "dockerd"},
                                                      {{"docker", "pull", "alpine"}, ""},
                                                      {{"/usr/bin/cri-dockerd"}, "cri-dockerd"},
                                                      {{"vim", "kubelet"}, ""}}) {
    Process process;
    process.argv = argv;
    EXPECT_EQ(daemon_of(process), daemon) << argv.front();
  }
  Process replaced;
  replaced.exe = "/usr/bin/kubelet (deleted)";
  EXPECT_EQ(daemon_of(replaced), "kubelet") << "its file was replaced by an upgrade";
}

TEST(Processes, ACommandLineThatFillsMemoryIsCut) {
  const ScratchRoot scratch;
  with_kubelet(scratch).write("/proc/812/cmdline", std::string(4 << 20U, 'x'));
  const auto proc = open_proc(scratch.root());
  const auto all = processes(*proc);
  ASSERT_EQ(all->size(), 3U);
  EXPECT_TRUE((*all)[1].argv_cut);
  EXPECT_EQ((*all)[1].argv.front().size(), k_most_words);
}

TEST(Processes, ThisMachineShowsTheTestItself) {
  const auto root = Root::open("/");
  const auto proc = open_proc(*root);
  ASSERT_TRUE(proc);
  const auto all = processes(*proc);
  ASSERT_TRUE(all);
  const auto own = std::find_if(all->begin(), all->end(), [](const Process& one) { return one.pid == ::getpid(); });
  ASSERT_NE(own, all->end());
  EXPECT_EQ(own->program(), "node_test");
  EXPECT_EQ(own->state, 'R') << "it is reading this";
  ASSERT_TRUE(own->started);
  const auto age = std::chrono::system_clock::now() - *own->started;
  EXPECT_TRUE(age > -5s && age < 30min) << format_duration(age);
  EXPECT_THAT(limits(*proc, ::getpid()).value_or(""), testing::HasSubstr("Max open files"));
}

TEST(Patience, WhatNeverAnswersIsLeftBehind) {
  int ends[2];
  ASSERT_EQ(::pipe(ends), 0);
  const auto began = std::chrono::steady_clock::now();
  const auto got = within(30ms, [fd = ends[0]] {
    char byte = 0;
    return ::read(fd, &byte, 1);
  });
  EXPECT_FALSE(got);
  EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
  ::close(ends[1]);  // lets the thread end
  EXPECT_EQ(within(10s, [] { return 7; }).value_or(0), 7);
}

TEST(Processes, AFlagIsFoundHoweverItIsWritten) {
  const std::vector<std::string> argv{"kubelet", "--a=1", "--ab=2", "-a", "3", "a=4", "--a"};
  EXPECT_EQ(flag_values(argv, "a"), (std::vector<std::string>{"1", "3"}));
  EXPECT_TRUE(flag_values({}, "a").empty());
  EXPECT_EQ(flag_value(argv, "ab"), "2");
  EXPECT_EQ(flag_value(argv, "a"), "true");
  EXPECT_EQ(flag_value({"dockerd", "--live-restore", "--debug"}, "live-restore"), "true");
  EXPECT_EQ(flag_value(argv, "b"), std::nullopt);
}

}  // namespace
}  // namespace unsnag::node
