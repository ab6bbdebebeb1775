// SPDX-License-Identifier: Apache-2.0
// What processes write about themselves, the units and environment files of a node, its mounts, its programs' build
// information, and the kernel's answers about the network.
#include "fuzz/support.h"
#include "node/go_program.h"
#include "node/mounts.h"
#include "node/network.h"
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
  (void)node::worth_asking(node::parse_mountinfo(text));
  node::Network network;
  node::take_messages(text, network);
  (void)node::to_text(network);
  (void)node::read_go_program([&](std::uint64_t offset, std::size_t wanted) {
    return offset < text.size() ? std::string(text.substr(offset, wanted)) : std::string();
  });
  return 0;
}
