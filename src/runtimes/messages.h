// SPDX-License-Identifier: Apache-2.0
// Calls with protocol buffers, for cri.cc and containerd.cc alone: nobody else in the house sees a generated header.
#pragma once

#include <string_view>

#include <google/protobuf/message_lite.h>

#include "runtimes/grpc.h"
#include "runtimes/numbers.h"

namespace unsnag::runtimes {

template <typename Message>
Result<void*> parse(std::string_view bytes, Message& message) {
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return fail(Errc::malformed, "the message does not parse");
  return nullptr;
}

template <typename Answer>
Result<Answer> ask(GrpcChannel& channel, GrpcChannel::Call call, const google::protobuf::MessageLite& request) {
  const auto bytes = request.SerializeAsString();
  call.request = bytes;
  TRY_ASSIGN(const auto got, channel.unary(call));
  Answer answer;
  TRY(parse(got, answer));
  return answer;
}

}  // namespace unsnag::runtimes
