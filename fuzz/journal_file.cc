// SPDX-License-Identifier: Apache-2.0
// Reads the bytes as a binary journal: whole, the newest part of it, and its units. libsystemd may fail on them, in the
// process that it has for itself; what must not happen is that our part of that process fails (a sanitizer ends it with
// status 1), that this one is hurt, or that it takes for ever.
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

#include "base/text.h"
#include "fuzz/support.h"
#include "journal/file.h"
#include "journal/journal.h"

namespace {

void read_all(const unsnag::journal::Journal& journal, const unsnag::journal::Slice& slice) {
  auto text = journal.text(slice);
  if (!text) return;
  std::array<char, 65536> buffer{};
  std::uint64_t total = 0;
  while (total < (64U << 20U)) {
    const auto got = text->read(buffer.data(), buffer.size());
    if (!got || *got == 0) break;
    total += *got;
  }
  for (const auto& damage : text->summary().damage)
    if (unsnag::contains(damage.what, "came to no end") || unsnag::contains(damage.what, "with status 1,")) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto file = unsnag::journal::file_in_memory();
  if (!file) return 0;
  // The file format's tables are mostly empty: a seed that ends early has the rest of them after it.
  constexpr std::size_t k_least = std::size_t{8} << 20U;
  if (::write(file->get(), data, size) != static_cast<ssize_t>(size)) return 0;
  if (size > 4096 && size < k_least && ::ftruncate(file->get(), static_cast<off_t>(k_least)) != 0) return 0;
  unsnag::journal::Journal journal;
  journal.add(std::move(*file), "x.journal");
  unsnag::journal::Slice all, newest;
  all.binary = unsnag::journal::Binary::whole;
  newest.max_bytes = 1000;
  read_all(journal, all);
  read_all(journal, newest);
  (void)journal.units();
  return 0;
}
