// SPDX-License-Identifier: Apache-2.0
#include "pull/fetch.h"

#include <gtest/gtest.h>

#include <deque>
#include <filesystem>
#include <map>
#include <mutex>
#include <thread>

#include "content/store.h"

namespace unsnag::pull {
namespace {

using namespace std::chrono_literals;
using content::k_block;

constexpr std::uint64_t k_size = 40 * k_block + 17;

char byte_at(std::uint64_t offset) { return static_cast<char>('a' + offset / 7 % 23 + offset % 3); }

/// A registry whose hosts do, request by request, what a script says.
class Scripted : public Source {
 public:
  struct Act {
    enum class What : std::uint8_t { serve, reset, absent, busy, stall, whole, wrong_place, too_much } what = What::serve;
    std::uint64_t after = 0;  // bytes that come first
  };
  std::vector<std::deque<Act>> scripts;  // by host; what follows the last act is serve
  std::vector<int> asked;
  std::uint64_t sent = 0;
  std::mutex mutex;

  explicit Scripted(std::vector<std::deque<Act>> what) : scripts(std::move(what)), asked(scripts.size()) {}
  [[nodiscard]] std::vector<std::string> hosts() const override { return std::vector<std::string>(scripts.size(), "registry.example"); }
  [[nodiscard]] std::unique_ptr<Connection> connect() override;
};
using What = Scripted::Act::What;
using Script = std::deque<Scripted::Act>;

class ScriptedConnection : public Connection {
 public:
  explicit ScriptedConnection(Scripted& of) : of_(of) {}
  std::optional<Broken> get(std::size_t host, const oci::Descriptor&, content::Range range, const Take& take,
                            const std::atomic<bool>& stop) override {
    Scripted::Act act;
    {
      const std::lock_guard lock(of_.mutex);
      ++of_.asked[host];
      auto& script = of_.scripts[host];
      if (!script.empty()) {
        act = script.front();
        if (act.what != What::whole) script.pop_front();
      }
    }
    if (act.what == What::absent) return Broken{{Errc::not_found, "BLOB_UNKNOWN"}, false};
    if (act.what == What::busy) return Broken{{Errc::server, "TOOMANYREQUESTS"}, true, 10ms, true};
    auto at = act.what == What::whole ? 0 : act.what == What::wrong_place ? range.begin + k_block : range.begin;
    const auto end = act.what == What::whole ? k_size : act.what == What::too_much ? range.end + 1 : range.end;
    const bool all = act.what != What::reset && act.what != What::stall;
    const auto until = all ? end : std::min(end, at + act.after);
    while (at < until && !stop) {
      std::string bytes;
      for (auto i = at; i < std::min(until, at + 10'000); ++i) bytes += byte_at(i);
      {
        const std::lock_guard lock(of_.mutex);
        of_.sent += bytes.size();
      }
      if (auto taken = take(at, bytes); !taken) return Broken{taken.error()};
      at += bytes.size();
    }
    if (act.what == What::reset) return Broken{{Errc::io, "connection reset by peer"}};
    while (act.what == What::stall && !stop) std::this_thread::sleep_for(1ms);
    if (stop) return Broken{{Errc::cancelled, "stopped"}};
    return std::nullopt;
  }

 private:
  Scripted& of_;
};
std::unique_ptr<Connection> Scripted::connect() { return std::make_unique<ScriptedConnection>(*this); }

struct Told : FetchWatcher {
  std::mutex mutex;
  std::vector<std::string> breaks;
  int stucks = 0;
  void broke_off(std::size_t, std::size_t, std::uint64_t, const Error& why) noexcept override {
    const std::lock_guard lock(mutex);
    breaks.push_back(why.detail);
  }
  void stuck(std::size_t, std::size_t, std::uint64_t, std::chrono::milliseconds) noexcept override {
    const std::lock_guard lock(mutex);
    ++stucks;
  }
};

class AFetch : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = "/tmp/unsnag-fetch-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    spool_ = spool();
  }
  void TearDown() override {
    spool_.reset();
    std::filesystem::remove_all(folder_);
  }
  [[nodiscard]] std::unique_ptr<content::Spool> spool() const {
    return *content::Store::open(folder_ + "/content")->spool(blob_.digest, k_size);
  }

  /// True: all of it is here and right. False: the fetcher gave up, or 20 s have gone by.
  static bool arrives(Fetcher& fetcher, content::Spool& spool) {
    for (const auto until = Clock::now() + 20s; Clock::now() < until && !fetcher.failure();) {
      if (*spool.wait_past(spool.front(0), 20ms, {}) < k_size) continue;
      std::string all(k_size, '?');
      EXPECT_EQ(*spool.read(0, all), k_size);
      for (std::uint64_t i = 0; i < k_size; ++i)
        if (all[i] != byte_at(i)) return false;
      return true;
    }
    return false;
  }
  bool fetch(Scripted& source) {
    Fetcher fetcher(source, limits_, told_);
    fetcher.add(blob_, *spool_);
    fetcher.start();
    const bool arrived = arrives(fetcher, *spool_);
    failure_ = fetcher.failure();
    received_ = fetcher.received(0);
    return arrived;
  }

  std::string folder_;
  oci::Descriptor blob_{"", oci::Digest::of_hex(std::string(64, 'a')), k_size, {}, {}};
  std::unique_ptr<content::Spool> spool_;
  FetchLimits limits_{4, 4, 300ms, 100, 50ms};
  Told told_;
  std::optional<Schedule::Failure> failure_;
  std::uint64_t received_ = 0;
};

TEST_F(AFetch, BringsABlobWhole) {
  Scripted source({Script{}});
  EXPECT_TRUE(fetch(source));
  EXPECT_EQ(received_, k_size);
  EXPECT_TRUE(told_.breaks.empty());
}

TEST_F(AFetch, CostsOnlyTheBytesInFlightWhenConnectionsBreak) {
  Scripted source({{{What::reset, 5 * k_block + 3}, {What::reset, 100}, {What::reset, 7 * k_block}}});
  EXPECT_TRUE(fetch(source));
  EXPECT_LE(received_, k_size + 3 * k_block) << "less than a block for each of the three";
  EXPECT_EQ(told_.breaks, std::vector<std::string>(3, "connection reset by peer"));
}

TEST_F(AFetch, ReplacesAConnectionThatIsStuckAndKeepsItsBytes) {
  Scripted source({{{What::stall, 5 * k_block}}});
  EXPECT_TRUE(fetch(source));
  EXPECT_EQ(told_.stucks, 1);
  EXPECT_EQ(told_.breaks, std::vector<std::string>{"nothing came for 0 s"});
  EXPECT_EQ(received_, k_size);
}

TEST_F(AFetch, AsksTheNextHostWhereTheFirstHasNotGotIt) {
  Scripted source({{{What::absent}}, {}});
  EXPECT_TRUE(fetch(source));
  EXPECT_EQ(source.asked[0], 1);
}

TEST_F(AFetch, TakesAWholeBlobFromAServerThatKnowsNoRanges) {
  // The first answer is right by chance; a range in the middle is not what came.
  ASSERT_TRUE(spool_->write(0, std::string(1, byte_at(0))));
  std::string begin;
  for (std::uint64_t i = 0; i < 3 * k_block; ++i) begin += byte_at(i);
  ASSERT_TRUE(spool_->write(0, begin));
  Scripted source({{{What::whole}}});
  EXPECT_TRUE(fetch(source));
  EXPECT_EQ(source.asked[0], 2);
}

TEST_F(AFetch, GoesOnAfterAServerThatIsBusy) {
  Scripted source({{{What::busy}, {What::busy}, {What::busy}}});
  EXPECT_TRUE(fetch(source));
}

TEST_F(AFetch, TakesNothingFromAServerThatSendsOtherBytesThanItWasAskedFor) {
  Scripted source({{{What::wrong_place}, {What::too_much}}, {}});
  EXPECT_TRUE(fetch(source));
  EXPECT_GE(told_.breaks.size(), 1U);
}

TEST_F(AFetch, FailsWithWhatEachHostSaid) {
  Scripted source({{{What::absent}}, {{What::absent}}});
  EXPECT_FALSE(fetch(source));
  ASSERT_TRUE(failure_);
  EXPECT_EQ(failure_->error.code, Errc::not_found);
  EXPECT_EQ(failure_->tried.size(), 2U);
}

TEST_F(AFetch, FetchesNothingTwiceThatIsHere) {
  {
    Scripted source({{{What::reset, 30 * k_block}, {What::absent}}});
    EXPECT_FALSE(fetch(source));
  }
  const auto here = spool_->present();
  EXPECT_GE(here, 29 * k_block);
  spool_.reset();
  spool_ = spool();
  Scripted source({Script{}});
  EXPECT_TRUE(fetch(source));
  EXPECT_EQ(received_, k_size - here);
}

TEST_F(AFetch, TakesOverFromAProcessThatDied) {
  auto other = std::move(spool_);
  spool_ = spool();
  ASSERT_FALSE(*spool_->own());
  Scripted source({Script{}});
  Fetcher fetcher(source, limits_, told_);
  fetcher.add(blob_, *spool_);
  fetcher.start();
  std::this_thread::sleep_for(50ms);
  EXPECT_EQ(source.asked[0], 0) << "the other one fetches it";
  std::string begin;
  for (std::uint64_t i = 0; i < 3 * k_block; ++i) begin += byte_at(i);
  ASSERT_TRUE(other->write(0, begin));
  other.reset();
  EXPECT_TRUE(arrives(fetcher, *spool_));
  EXPECT_EQ(fetcher.received(0), k_size - 3 * k_block);
}

TEST_F(AFetch, ThrowsAwayWhatWasWrongAndAsksAnotherHost) {
  Scripted source({Script{}, Script{}});
  Fetcher fetcher(source, limits_, told_);
  fetcher.add(blob_, *spool_);
  fetcher.start();
  ASSERT_TRUE(arrives(fetcher, *spool_));
  const auto asked = source.asked[0];
  EXPECT_TRUE(*fetcher.fetch_again(0));
  EXPECT_TRUE(arrives(fetcher, *spool_));
  EXPECT_EQ(source.asked[0], asked);
  EXPECT_GT(source.asked[1], 0);
  EXPECT_FALSE(*fetcher.fetch_again(0)) << "once is enough";
}

TEST_F(AFetch, StopsAtOnce) {
  Scripted source({{{What::stall, 0}, {What::stall, 0}, {What::stall, 0}, {What::stall, 0}}});
  limits_.stall = 1h;
  const auto begun = Clock::now();
  {
    Fetcher fetcher(source, limits_, told_);
    fetcher.add(blob_, *spool_);
    fetcher.start();
    std::this_thread::sleep_for(30ms);
  }
  EXPECT_LT(Clock::now() - begun, 5s);
}

}  // namespace
}  // namespace unsnag::pull
