// SPDX-License-Identifier: Apache-2.0
// Objects as `kubectl get -o yaml|json`, support bundles and the API print them: Pod, Event (core/v1 and
// events.k8s.io/v1), Node, Secret, and lists and watches of them.
#pragma once

#include <cstddef>

#include "base/document.h"
#include "readers/kubernetes_lines.h"
#include "readers/kubernetes_say.h"

namespace unsnag::readers::kubernetes {

/// Values must outlive Collector::emit_all. `first_line`: index in `lines` of the document's line 1. False: no kind
/// that is read here.
bool say_object(const Value& object, const Lines& lines, std::size_t first_line, Collector& collector);

/// Only names of a Secret are used: its own, its type, and the registries that it has credentials for.
std::string registries_of_secret(const Value& secret);

}  // namespace unsnag::readers::kubernetes
