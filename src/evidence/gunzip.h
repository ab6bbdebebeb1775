// SPDX-License-Identifier: Apache-2.0
// gzip, unpacked as far as it goes. Not by libarchive, which throws away up to 64 KiB before a damaged place: of a log that
// was copied while it was written, or fetched by half, that is the end, where the failure stands.
#pragma once

#include <memory>
#include <string_view>

#include "evidence/content.h"
#include "evidence/evidence.h"

namespace unsnag::evidence {

bool is_gzip(std::string_view head);

/// What is in `packed`, also in several parts one behind the other; what follows them and is no gzip is passed over, as
/// gzip does. Borrows both. Errors: those of `packed`, malformed, too_large.
class GunzipBytes : public Bytes {
 public:
  GunzipBytes(Bytes& packed, Budget& budget);
  ~GunzipBytes() override;
  Result<std::size_t> read(char* buffer, std::size_t size) override;

 private:
  struct State;
  Result<void*> fill();
  Result<bool> next_part();

  Bytes& packed_;
  Budget& budget_;
  std::unique_ptr<State> state_;
};

}  // namespace unsnag::evidence
