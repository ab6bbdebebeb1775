// SPDX-License-Identifier: Apache-2.0
// Asking the kernel what it may never answer: a file system whose server is gone, a process whose memory is locked. The
// question is asked on a thread of its own, which is left behind when nobody wants to wait any longer; it ends when the
// kernel answers, or with the program.
#pragma once

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <type_traits>
#include <utility>

namespace unsnag::node {

/// What `work` returns; nullopt: it was not done within `patience`. `work` must own all that it uses, since it may outlive
/// the call. Where no thread can be had (a node at its limit of them), it is done right here.
template <typename Work>
std::optional<std::invoke_result_t<Work>> within(std::chrono::milliseconds patience, Work work) {
  struct State {
    explicit State(Work what) : work(std::move(what)) {}
    Work work;
    std::mutex mutex;
    std::condition_variable done;
    std::optional<std::invoke_result_t<Work>> result;  // guarded by `mutex`
  };
  const auto state = std::make_shared<State>(std::move(work));
  const auto run = [state] {
    auto result = state->work();
    const std::lock_guard lock(state->mutex);
    state->result.emplace(std::move(result));
    state->done.notify_one();
  };
  try {
    std::thread(run).detach();
  } catch (const std::system_error&) {
    run();
  }
  std::unique_lock lock(state->mutex);
  if (!state->done.wait_for(lock, patience, [&] { return state->result.has_value(); })) return std::nullopt;
  return std::move(*state->result);
}

}  // namespace unsnag::node
