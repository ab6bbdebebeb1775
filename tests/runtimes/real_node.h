// SPDX-License-Identifier: Apache-2.0
// The node of tests/runtimes/node for a test suite: started before its tests, ended and cleared away behind them. Where it
// can't be started, as for other users than root, the tests are skipped and say what is lacking.
#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "runtimes/sockets.h"

namespace unsnag::runtimes {

class RealNodeTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    using namespace std::chrono_literals;
    s_folder = fmt::format("/tmp/unsnag-node-{}", ::getpid());
    s_node = ::fork();
    if (s_node == 0) {
      ::setpgid(0, 0);
      const int quiet = ::open("/dev/null", O_RDWR);
      ::dup2(quiet, 1);
      ::dup2(quiet, 2);
      ::execl(UNSNAG_NODE, UNSNAG_NODE, s_folder.c_str(), nullptr);
      ::_exit(127);
    }
    for (int i = 0; i < 600 && !std::filesystem::exists(s_folder / "ready") && !std::filesystem::exists(s_folder / "lacking"); ++i)
      std::this_thread::sleep_for(100ms);
    if (std::ifstream lacking(s_folder / "lacking"); lacking) s_lacking = std::string(std::istreambuf_iterator<char>(lacking), {});
    std::ifstream(s_folder / "image") >> s_image >> s_layer;
  }
  static void TearDownTestSuite() {
    using namespace std::chrono_literals;
    ::kill(-s_node, SIGTERM);
    ::kill(s_node, SIGKILL);
    ::waitpid(s_node, nullptr, 0);
    // What its processes still write ends with them, a moment later.
    for (int i = 0; i < 50; ++i) {
      std::error_code busy;
      std::filesystem::remove_all(s_folder, busy);
      if (!busy) break;
      std::this_thread::sleep_for(100ms);
    }
  }
  void SetUp() override {
    if (!std::filesystem::exists(s_folder / "ready")) GTEST_SKIP() << "for want of: " << s_lacking;
  }

  static Socket containerd() { return socket_called("/run/containerd/containerd.sock", "containerd.sock"); }
  static Socket docker() { return socket_called("/run/docker.sock", "docker.sock"); }

  static inline std::filesystem::path s_folder;
  static inline pid_t s_node = 0;
  static inline std::string s_lacking = "a start in time", s_image, s_layer;

 private:
  static Socket socket_called(std::string_view on_node, std::string_view here) {
    auto socket = socket_at(on_node);
    socket.here = s_folder / here;
    return socket;
  }
};

}  // namespace unsnag::runtimes
