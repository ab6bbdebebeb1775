// SPDX-License-Identifier: Apache-2.0
#include "collect/pace.h"

#include <sys/resource.h>

#include <string>
#include <thread>
#include <utility>

#include "node/pressure.h"
#include "node/root.h"

namespace unsnag::collect {

using std::chrono::nanoseconds;

Surveyor real_surveyor() {
  return {std::chrono::steady_clock::now, [](nanoseconds span) { std::this_thread::sleep_for(span); },
          []() -> std::optional<double> {
            const auto root = node::Root::open("/");
            std::optional<double> worst;
            for (const auto* file : {"/proc/pressure/io", "/proc/pressure/memory"}) {
              const auto text = root ? root->read(file) : Result<std::string>(tl::unexpected<Error>(root.error()));
              const auto share = text ? node::pressure_in(*text) : std::nullopt;
              if (share && (!worst || *share > *worst)) worst = share;
            }
            return worst;
          },
          [] {
            // getrusage(2) counts blocks of 512 bytes, read-ahead among them. The journal's reader is a process of its own, whose
            // disk is not seen here; it makes text more slowly than k_calm.
            struct rusage used {};
            constexpr std::uint64_t k_block = 512;
            return ::getrusage(RUSAGE_SELF, &used) == 0 ? static_cast<std::uint64_t>(used.ru_inblock) * k_block : 0;
          }};
}

Pace::Pace(Surveyor surveyor)
    : surveyor_(std::move(surveyor)),
      pressure_(surveyor_.pressure()),
      struggling_(pressure_.value_or(0) >= k_much),
      begun_(surveyor_.now()),
      asked_(begun_),
      from_disk_(surveyor_.from_disk()) {}

void Pace::took(std::uint64_t bytes) {
  const auto from_disk = surveyor_.from_disk();
  const auto before = std::exchange(from_disk_, from_disk);
  since_begun_ += struggling_ ? bytes : from_disk - before;
  const auto now = surveyor_.now();
  if (struggling_ && now - asked_ >= std::chrono::seconds{10}) {
    asked_ = now;
    struggling_ = surveyor_.pressure().value_or(0) >= k_much;
    if (!struggling_) {
      begun_ = now;
      since_begun_ = 0;
      return;
    }
  }
  const auto rate = struggling_ ? k_struggling : k_calm;
  const auto due = begun_ + nanoseconds{static_cast<std::int64_t>(static_cast<double>(since_begun_) * 1e9 / static_cast<double>(rate))};
  // Shorter naps cost more than they spare. Time that something else took is not made up for.
  if (due - now > std::chrono::milliseconds{5}) surveyor_.sleep(due - now);
  else if (now - due > std::chrono::milliseconds{100}) {
    begun_ = now;
    since_begun_ = 0;
  }
}

}  // namespace unsnag::collect
