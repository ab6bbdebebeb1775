// SPDX-License-Identifier: Apache-2.0
// A runtime's answer: frames cut anywhere, and a status message.
#include "runtimes/grpc_frames.h"

#include "fuzz/support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto text = unsnag::fuzz::text_of(data, size);
  // The first byte says how long the pieces are.
  const std::size_t step = size > 0 ? data[0] % 16 + std::size_t{1} : 1;
  std::size_t taken = 0;
  unsnag::runtimes::FrameReader frames(
      [&](std::string_view message) -> unsnag::Result<void*> {
        taken += message.size();
        return nullptr;
      },
      4096);
  for (std::size_t at = 1; at < size; at += step)
    if (!frames.feed(text.substr(at, step))) break;
  if (taken > size || unsnag::runtimes::grpc_message(text).size() > size) __builtin_trap();
  return frames.finish() ? 0 : 0;
}
