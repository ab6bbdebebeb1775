// SPDX-License-Identifier: Apache-2.0
// What stays of a bundle that isn't finished: nothing, and an error in the kernel's words.
#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

#include <csignal>
#include <cstring>

#include "base/fd.h"
#include "base/text.h"
#include "bundle/writer.h"
#include "bundle/writer_test_support.h"

namespace unsnag::bundle {
namespace {

using WriterFailure = Scratch;

std::string noise(std::size_t size) {
  std::string text;
  for (std::uint64_t x = 88172645463325252ULL; text.size() < size;) {
    x ^= x << 13U;
    x ^= x >> 7U;
    x ^= x << 17U;
    text += fmt::format("{:016x}", x);
  }
  return text;
}

/// Adds until something is said against it, or all is in it.
Result<Summary> write_much(Writer& writer, const std::string& content) {
  for (int i = 0; i < 40; ++i) {
    Item item;
    item.path = fmt::format("logs/{}", i);
    TRY(writer.put(item, content));
  }
  return writer.finish(k_later);
}

TEST_F(WriterFailure, NothingStaysOfAWriterThatIsNotFinished) {
  for (const auto form : {Target::Form::file, Target::Form::folder}) {
    {
      auto writer = Writer::create({form, at("a")}, identity());
      ASSERT_TRUE(writer);
      ASSERT_TRUE(writer->put(item("logs/a"), noise(3'000'000)));
      ASSERT_TRUE(writer->begin(item("logs/b")));
      ASSERT_TRUE(writer->add(noise(3'000'000)));
      EXPECT_FALSE(fs::exists(at("a")));
      EXPECT_EQ(left().size(), 1);  // the staging
    }
    EXPECT_TRUE(left().empty());
  }
}

TEST_F(WriterFailure, WhatIsThereIsNotReplaced) {
  std::ofstream(at("a")) << "mine";
  for (const auto form : {Target::Form::file, Target::Form::folder}) {
    const auto writer = Writer::create({form, at("a")}, identity());
    ASSERT_FALSE(writer);
    EXPECT_EQ(writer.error().code, Errc::invalid_argument);
    EXPECT_EQ(writer.error().message(), "writing " + at("a") + ": it is already there");
    // … nor what comes meanwhile.
    auto late = Writer::create({form, at("late")}, identity());
    ASSERT_TRUE(late);
    std::ofstream(at("late")) << "mine";
    ASSERT_TRUE(late->put(item("x"), "y"));
    const auto finished = late->finish(k_later);
    ASSERT_FALSE(finished);
    EXPECT_EQ(finished.error().code, Errc::invalid_argument);
    EXPECT_EQ(read(at("late")), "mine");
    fs::remove(at("late"));
  }
  EXPECT_EQ(left(), std::vector<std::string>{"a"});
}

TEST_F(WriterFailure, AFolderThatIsNotThereIsSaid) {
  const auto writer = Writer::create({Target::Form::file, at("none/a.tar.zst")}, identity());
  ASSERT_FALSE(writer);
  EXPECT_EQ(writer.error().code, Errc::not_found);
}

TEST_F(WriterFailure, AFullDeviceIsSaidInTheKernelsWords) {
  const Fd full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  ASSERT_TRUE(full);
  Target target{Target::Form::descriptor};
  target.fd = full.get();
  auto writer = Writer::create(target, identity());
  ASSERT_TRUE(writer);
  const auto written = write_much(*writer, noise(1'000'000));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Errc::io);
  EXPECT_EQ(written.error().detail, std::strerror(ENOSPC));
  EXPECT_FALSE(writer->begin(item("another")));  // it stays failed
}

/// Runs `body` where `folder` is a file system of 4 MiB. nullopt: this machine lets nobody mount one.
template <typename Body>
std::optional<int> on_a_small_disk(const std::string& folder, Body&& body) {
  const auto child = ::fork();
  if (child == 0) {
    constexpr int k_unable = 77;
    if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) ::_exit(k_unable);
    if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) ::_exit(k_unable);
    if (::mount("none", folder.c_str(), "tmpfs", 0, "size=4m") != 0) ::_exit(k_unable);
    ::_exit(body());
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!WIFEXITED(status)) return -1;
  if (WEXITSTATUS(status) == 77) return std::nullopt;
  return WEXITSTATUS(status);
}

TEST_F(WriterFailure, AFullDiskIsSaidAndIsAsEmptyAsBefore) {
  const auto status = on_a_small_disk(folder_.string(), [&] {
    for (const auto form : {Target::Form::file, Target::Form::folder}) {
      auto writer = Writer::create({form, at("a")}, identity());
      if (!writer) return 2;
      const auto written = write_much(*writer, noise(1'000'000));
      if (written || written.error().detail != std::strerror(ENOSPC)) return 3;
      if (!contains(written.error().message(), at("a"))) return 4;
      if (!left().empty()) return 5;  // while the writer is still there: others need the room
    }
    return 0;
  });
  if (!status) GTEST_SKIP() << "nobody may mount here";
  EXPECT_EQ(*status, 0);
}

TEST_F(WriterFailure, AReaderWhoStoppedReadingHoldsNothingUp) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const Fd reader(ends[0]), end(ends[1]);
  Target target{Target::Form::descriptor};
  target.fd = end.get();
  auto writer = Writer::create(target, identity());
  ASSERT_TRUE(writer);
  ASSERT_TRUE(writer->put(item("logs/a"), noise(2'000'000)));  // more than a pipe takes, less than the queue
  // The destructor returns: a test that hangs here has failed.
}

TEST_F(WriterFailure, WhoAsksToStopDoesNotWaitForAReaderWhoStoppedReading) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const Fd reader(ends[0]), end(ends[1]);
  const std::atomic<bool> stop = true;
  Target target{Target::Form::descriptor};
  target.fd = end.get();
  target.stop = &stop;
  auto writer = Writer::create(target, identity());
  ASSERT_TRUE(writer);
  const auto written = write_much(*writer, noise(1'000'000));  // more than all queues take
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Errc::cancelled);
}

TEST_F(WriterFailure, AReaderWhoWentAwayIsSaid) {
  std::signal(SIGPIPE, SIG_IGN);
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  const Fd end(ends[1]);
  ::close(ends[0]);
  Target target{Target::Form::descriptor};
  target.fd = end.get();
  auto writer = Writer::create(target, identity());
  ASSERT_TRUE(writer);
  const auto written = write_much(*writer, noise(1'000'000));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().detail, std::strerror(EPIPE));
}

TEST_F(WriterFailure, AKillInTheMiddleLeavesNothingUnderTheName) {
  const auto child = ::fork();
  if (child == 0) {
    auto writer = Writer::create({Target::Form::file, at("a.tar.zst")}, identity());
    if (!writer) ::_exit(1);
    static_cast<void>(writer->put(item("logs/a"), noise(9'000'000)));
    static_cast<void>(writer->put(item("logs/b"), noise(9'000'000)));
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status));
  EXPECT_FALSE(fs::exists(at("a.tar.zst")));
  for (const auto& name : left()) EXPECT_TRUE(name.starts_with(".a.tar.zst.partial-")) << name;
}

}  // namespace
}  // namespace unsnag::bundle
