// SPDX-License-Identifier: Apache-2.0
// How a function says that it failed. Failure is this program's subject, so every path carries a code that
// rules and callers can switch on, the failing part's own words, and what was being done, outermost first.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <tl/expected.hpp>

namespace unsnag {

enum class Errc : unsigned char {
  invalid_argument,  // the caller's or the user's words are wrong
  not_found,
  permission_denied,
  malformed,  // bytes that do not parse
  too_large,  // a limit on other people's bytes was reached
  io,         // the kernel said no; detail holds its words
  unsupported,
  timed_out,    // nothing, or not all of it, came within its time
  unreachable,  // no connection: refused, no route, nobody listens
  no_such_host,
  untrusted,  // TLS: a certificate or handshake that is not accepted, by either side
  server,     // the other side answered that it failed
  cancelled,  // whoever asked wants it no more
};

std::string_view to_string(Errc code);

struct Error {
  Errc code;
  std::string detail;                  // the kernel's, parser's or server's own words
  std::vector<std::string> context{};  // what was being done, innermost first

  /// "reading a.tar: member x: truncated header"
  [[nodiscard]] std::string message() const;
};

/// A value or an Error. A thin class over tl::expected, since a plain alias loses [[nodiscard]].
template <typename T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
 public:
  using tl::expected<T, Error>::expected;
};

[[nodiscard]] inline tl::unexpected<Error> fail(Errc code, std::string detail) {
  return tl::unexpected<Error>(Error{code, std::move(detail)});
}

/// An Error from errno, in the kernel's words.
[[nodiscard]] tl::unexpected<Error> fail_errno(int error_number);

/// Adds what was being done to a failure; a success passes through.
template <typename T, typename... Args>
Result<T> context(Result<T> result, fmt::format_string<Args...> text, Args&&... args) {
  if (!result) result.error().context.push_back(fmt::format(text, std::forward<Args>(args)...));
  return result;
}

}  // namespace unsnag

#define UNSNAG_CONCAT_(a, b) a##b
#define UNSNAG_CONCAT(a, b) UNSNAG_CONCAT_(a, b)
#define UNSNAG_TRY_ASSIGN_(name, declaration, expression)                       \
  auto name = (expression);                                                     \
  if (!name) return ::tl::unexpected<::unsnag::Error>(std::move(name).error()); \
  declaration = std::move(*name)
/// TRY_ASSIGN(auto blob, fetch(layer));  returns the error of `fetch` to the caller.
#define TRY_ASSIGN(declaration, expression) UNSNAG_TRY_ASSIGN_(UNSNAG_CONCAT(try_result_, __LINE__), declaration, expression)
#define TRY(expression)                                                                                                       \
  do {                                                                                                                        \
    if (auto try_status = (expression); !try_status) return ::tl::unexpected<::unsnag::Error>(std::move(try_status).error()); \
  } while (false)
