// SPDX-License-Identifier: Apache-2.0
// A runtime's state as documents: each stands alone and fails alone, so that half an answer is still evidence. What crictl and
// Docker print as JSON has their form; containerd's own state has one of ours, named in each document. Secrets may stand in
// them (registries' passwords in a runtime's configuration): they are redacted where they are written.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "runtimes/grpc.h"
#include "runtimes/sockets.h"

namespace unsnag::runtimes {

struct Document {
  std::string name;    // "containerd/ingests-k8s.io.json"
  std::string source;  // "unix:///run/containerd/containerd.sock content.ListStatuses, namespace k8s.io"
  Result<std::string> text;
};

/// Asks all that the socket is worth being asked, and hands out each answer, also that there is none. A runtime that did not
/// answer once is not asked again: what is left is handed out with that failure. So this ends after a few limits at most.
void read_state(const Socket& socket, const Asking& asking, const std::function<void(Document)>& take);

}  // namespace unsnag::runtimes
