// SPDX-License-Identifier: Apache-2.0
// What a fact bears on, by itself: is it a failure, of a pull or of the node, and can its line only stem from a pull?
#pragma once

#include "catalogue/fact_kinds.h"
#include "timeline/timeline.h"

namespace unsnag::diagnose {

/// Lines about something else than a pull, and those of sockets that are no runtime's. Not beside: limits of the runtime's
/// process, which fail pulls just as well, kubelet's want of space, and the fact that says just this.
bool is_beside(const timeline::Noted& noted);
catalogue::FailureKind kind_of(const timeline::Noted& noted);
/// Of a pull, or of a step that may be a pull's.
bool is_failure(const timeline::Noted& noted);
/// Lines that can only stem from a pull, although they name no image.
bool is_about_a_pull(const timeline::Noted& noted);
/// Words of a library that any program may print, in a line that does not show who speaks: an application's log holds
/// them just as well as a runtime's.
bool is_anybodys(const timeline::Noted& noted);
/// Pulling ended well, whatever came before.
bool has_succeeded(const timeline::Pull& pull);

/// The repository that a registry's URL asks for: the part between /v2/ and /manifests/, /blobs/ or /tags/.
std::string_view repository_in(std::string_view url);
/// Mirrors put a path of their own before the repository: hub-proxy/library/nginx is asked for library/nginx.
bool asks_for(std::string_view asked, std::string_view repository);

}  // namespace unsnag::diagnose
