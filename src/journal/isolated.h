// SPDX-License-Identifier: Apache-2.0
// Work on hostile bytes in a process of its own: what goes wrong there (SIGBUS, SIGABRT, a loop without end) ends that
// process and becomes a sentence. No program is started: it is this one, forked.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/fd.h"
#include "base/result.h"
#include "journal/reading.h"

namespace unsnag::journal {

/// What the process says, one thing after the other.
struct Message {
  enum class Kind : std::uint8_t { text, unit, damage, summary, at_work };
  Kind kind;
  std::string words;  // of text, unit, damage
  std::string file;   // of damage
  Summary summary;
};

class Child {
 public:
  /// Runs `work` in a new process, which ends with this one. Errors: io.
  static Result<std::unique_ptr<Child>> start(const std::function<void(Listener&)>& work);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();

  /// The next message; nullopt: it is done, or stop() says so. How it ended is a message of damage before that, unless it ended
  /// well. Errors: io.
  Result<std::optional<Message>> next();

  std::function<bool()> stop;
  /// How long it may say nothing.
  static constexpr int k_patience_ms = 30'000;

 private:
  Child(pid_t pid, Fd pipe) : pid_(pid), pipe_(std::move(pipe)) {}
  enum class Got : std::uint8_t { all, ended, stopped, late };
  Got fill(char* buffer, std::size_t size);
  std::optional<Message> how_it_ended(Got why);
  int end();

  pid_t pid_;
  Fd pipe_;
  bool said_all_ = false, over_ = false;
};

}  // namespace unsnag::journal
