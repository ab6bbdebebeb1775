// SPDX-License-Identifier: Apache-2.0
// What processes write about themselves, and the units and environment files of a node.
#include "fuzz/support.h"
#include "node/processes.h"
#include "node/units.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace node = unsnag::node;
  const auto text = unsnag::fuzz::text_of(data, size);
  (void)node::parse_process(text, unsnag::SysTime{});
  (void)node::split_nul(text);
  node::Unit unit;
  unit.assignments = node::parse_unit(text, "f");
  (void)node::unit_command(unit, node::parse_environment_file(text, "f"));
  return 0;
}
