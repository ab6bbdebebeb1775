// SPDX-License-Identifier: Apache-2.0
#include "runtimes/grpc_frames.h"

#include <algorithm>
#include <cstdint>

#include <fmt/format.h>

namespace unsnag::runtimes {
namespace {

constexpr std::size_t k_head = 5;

std::uint32_t length_of(std::string_view head) {
  std::uint32_t length = 0;
  for (std::size_t i = 1; i < k_head; ++i) length = length << 8U | static_cast<unsigned char>(head[i]);
  return length;
}

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string grpc_frame(std::string_view message) {
  std::string frame(1, '\0');
  for (unsigned shift = 32; shift > 0;) frame += static_cast<char>(message.size() >> (shift -= 8) & 0xFFU);
  return frame.append(message);
}

Result<void*> FrameReader::feed(std::string_view bytes) {
  while (!bytes.empty()) {
    if (held_.size() < k_head) {
      const auto more = std::min(k_head - held_.size(), bytes.size());
      held_ += bytes.substr(0, more);
      bytes.remove_prefix(more);
      if (held_.size() < k_head) return nullptr;
      if (held_.front() != 0) return fail(Errc::unsupported, "a compressed message, which nobody asked for");
      if (length_of(held_) > most_)
        return fail(Errc::too_large, fmt::format("a message of {} bytes; {} are read", length_of(held_), most_));
    }
    const auto whole = k_head + length_of(held_);
    const auto more = std::min(whole - held_.size(), bytes.size());
    held_ += bytes.substr(0, more);
    bytes.remove_prefix(more);
    if (held_.size() < whole) return nullptr;
    TRY(take_(std::string_view(held_).substr(k_head)));
    held_.clear();
  }
  return nullptr;
}

Result<void*> FrameReader::finish() const {
  if (!held_.empty()) return fail(Errc::malformed, "the answer ends within a message");
  return nullptr;
}

std::string grpc_message(std::string_view encoded) {
  std::string text;
  for (std::size_t i = 0; i < encoded.size(); ++i) {
    const bool escape = encoded[i] == '%' && i + 2 < encoded.size() && digit_of(encoded[i + 1]) >= 0 && digit_of(encoded[i + 2]) >= 0;
    text += escape ? static_cast<char>(digit_of(encoded[i + 1]) * 16 + digit_of(encoded[i + 2])) : encoded[i];
    if (escape) i += 2;
  }
  return text;
}

}  // namespace unsnag::runtimes
