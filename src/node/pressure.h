// SPDX-License-Identifier: Apache-2.0
// Pressure as the kernel tells it: /proc/pressure/{cpu,io,memory}, Documentation/accounting/psi.rst.
#pragma once

#include <optional>
#include <string_view>

namespace unsnag::node {

/// "some avg10" of such a file's text: the share of the last 10 s in which tasks waited, in percent.
/// nullopt: it does not say (kernels before 4.20, or without PSI).
std::optional<double> pressure_in(std::string_view text);

}  // namespace unsnag::node
