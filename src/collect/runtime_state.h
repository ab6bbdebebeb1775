// SPDX-License-Identifier: Apache-2.0
// What the node's runtimes say of themselves: versions, images, what is being downloaded and unpacked, what went wrong at
// their start. Through their sockets; one that does not answer in time is evidence too.
#pragma once

#include <vector>

#include "base/result.h"
#include "collect/logs.h"
#include "collect/survey.h"
#include "runtimes/sockets.h"

namespace unsnag::collect {

/// The sockets that are there, each once whatever leads to it, with the one that kubelet is told to use first.
std::vector<runtimes::Socket> sockets_of(const Survey& survey);

/// A part for each socket. Errors: cancelled, and those of bundle::Writer.
Result<void*> runtime_state(const Survey& survey, Sink& sink, const RunPart& run);

}  // namespace unsnag::collect
