// SPDX-License-Identifier: Apache-2.0
// Walks the bytes as an archive.
#include "evidence/evidence.h"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string>

#include "fuzz/support.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string path = "/tmp/unsnag-fuzz-XXXXXX";
  const int fd = ::mkstemp(path.data());
  if (fd < 0) return 0;
  const bool written = ::write(fd, data, size) == static_cast<ssize_t>(size);
  ::close(fd);
  std::uint64_t total = 0;
  const unsnag::evidence::Visitor visitor{[&](const unsnag::evidence::File&, unsnag::evidence::Bytes& bytes) {
                                            std::array<char, 65536> buffer{};
                                            // A bomb is cut by whoever reads; 64 MiB are enough here.
                                            while (total < (64U << 20U)) {
                                              const auto got = bytes.read(buffer.data(), buffer.size());
                                              if (!got || *got == 0) break;
                                              total += *got;
                                            }
                                          },
                                          [](const std::string&, const unsnag::Error&) {}};
  if (written) (void)unsnag::evidence::walk(path, visitor);
  ::unlink(path.c_str());
  return 0;
}
