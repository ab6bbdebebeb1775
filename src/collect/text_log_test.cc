// SPDX-License-Identifier: Apache-2.0
#include "collect/text_log.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include <gtest/gtest.h>

#include "base/fd.h"

namespace unsnag::collect {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const SysTime k_day = *parse_rfc3339("2026-03-02T00:00:00Z")->at;

Fd file_of(const std::string& text) {
  Fd fd(::memfd_create("log", MFD_CLOEXEC));
  EXPECT_EQ(::write(fd.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
  const struct timespec times[2] = {{0, UTIME_OMIT},
                                    {std::chrono::floor<std::chrono::seconds>(k_day + hours{24}).time_since_epoch().count(), 0}};
  EXPECT_EQ(::futimens(fd.get(), times), 0);
  return fd;
}

/// A line a minute, all day.
template <typename Line>
std::string day_of(Line&& line) {
  std::string text;
  for (int minute = 0; minute < 24 * 60; ++minute) text += line(k_day + minutes{minute}) + '\n';
  return text;
}

std::string kept(const std::string& text, std::optional<SysTime> since, std::uint64_t most = 0) {
  const auto fd = file_of(text);
  const auto slice = slice_of(fd.get(), since, most);
  EXPECT_TRUE(slice);
  EXPECT_EQ(slice->older + slice->over, slice->begin);
  return text.substr(slice->begin, slice->end - slice->begin);
}

std::string logfmt(SysTime at) { return "time=\"" + format_rfc3339(at) + "\" level=info msg=\"" + std::string(200, 'x') + '"'; }

TEST(TextLog, KeepsFromTheFirstLineThatIsNotTooOld) {
  const auto text = day_of(logfmt);
  const auto rest = kept(text, k_day + hours{20});
  EXPECT_TRUE(rest.starts_with("time=\"2026-03-02T20:00:00Z\"")) << rest.substr(0, 60);
  EXPECT_EQ(rest.size(), text.size() / 24 * 4);
}

TEST(TextLog, AllOfItOrNothingOfIt) {
  const auto text = day_of(logfmt);
  EXPECT_EQ(kept(text, k_day - hours{1}), text);
  EXPECT_EQ(kept(text, k_day), text);
  EXPECT_EQ(kept(text, std::nullopt), text);
  EXPECT_EQ(kept(text, k_day + hours{30}), "");
  EXPECT_EQ(kept("", k_day), "");
}

TEST(TextLog, LinesThatBelongToALineBeforeGoWithIt) {
  auto text = day_of([](SysTime at) { return logfmt(at) + "\n\tgoroutine 1\n\tmain.main()"; });
  const auto rest = kept(text, k_day + hours{12});
  EXPECT_TRUE(rest.starts_with("time=\"2026-03-02T12:00:00Z\"")) << rest.substr(0, 60);
}

TEST(TextLog, ALogWithoutTimesIsWantedWhole) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += "pulled fs layer " + std::to_string(i) + '\n';
  EXPECT_EQ(kept(text, k_day), text);
}

TEST(TextLog, TheNewestStaysWhenThereIsNoRoom) {
  const auto text = day_of(logfmt);
  const auto rest = kept(text, std::nullopt, 10'000);
  EXPECT_LE(rest.size(), 10'000U);
  EXPECT_GT(rest.size(), 9'000U);
  EXPECT_TRUE(rest.starts_with("time=\"2026-03-02T23:"));
  EXPECT_TRUE(text.ends_with(rest));
}

TEST(TextLog, AYearThatIsNotPrintedIsTheFilesOwn) {
  const auto when = time_of_line("Dec 31 23:59:59 node kubelet[1]: x", *parse_rfc3339("2027-01-01T00:10:00Z")->at);
  ASSERT_TRUE(when);
  EXPECT_LE(*when->at, *parse_rfc3339("2026-12-31T23:59:59Z")->at);
  EXPECT_GE(*when->at + when->uncertainty, *parse_rfc3339("2026-12-31T23:59:59Z")->at);
}

TEST(TextLog, AnUnknownZoneKeepsRatherTooMuch) {
  const auto text = day_of([](SysTime at) { return "Mar  2 " + format_clock(at) + " node kubelet[1]: " + std::string(100, 'x'); });
  const auto rest = kept(text, k_day + hours{20});
  EXPECT_TRUE(rest.starts_with("Mar  2 06:00:00")) << rest.substr(0, 40);
}

TEST(TextLog, ALineLongerThanTheWindowIsNoObstacle) {
  const auto text = logfmt(k_day) + '\n' + std::string(300'000, 'y') + '\n' + logfmt(k_day + hours{20}) + '\n';
  EXPECT_EQ(kept(text, k_day + hours{10}), logfmt(k_day + hours{20}) + '\n');
}

}  // namespace
}  // namespace unsnag::collect
