// SPDX-License-Identifier: Apache-2.0
#include "base/result.h"

#include <cerrno>
#include <system_error>

namespace unsnag {

std::string_view to_string(Errc code) {
  switch (code) {
    case Errc::invalid_argument: return "invalid argument";
    case Errc::not_found: return "not found";
    case Errc::permission_denied: return "permission denied";
    case Errc::malformed: return "malformed";
    case Errc::too_large: return "too large";
    case Errc::io: return "input/output";
    case Errc::unsupported: return "unsupported";
    case Errc::timed_out: return "timed out";
    case Errc::unreachable: return "unreachable";
    case Errc::no_such_host: return "no such host";
    case Errc::untrusted: return "untrusted";
    case Errc::server: return "server";
    case Errc::cancelled: return "cancelled";
  }
  return "error";
}

std::string Error::message() const {
  std::string text;
  for (auto it = context.rbegin(); it != context.rend(); ++it) text += *it + ": ";
  return text + detail;
}

tl::unexpected<Error> fail_errno(int error_number) {
  Errc code = Errc::io;
  if (error_number == ENOENT) code = Errc::not_found;
  if (error_number == EACCES || error_number == EPERM) code = Errc::permission_denied;
  return fail(code, std::generic_category().message(error_number));
}

}  // namespace unsnag
