// SPDX-License-Identifier: Apache-2.0
// `journalctl -o export`: KEY=value lines, records parted by blank lines; a value with newlines or other bytes is
// given as KEY, a 64-bit little-endian length and the bytes (systemd.io/JOURNAL_EXPORT_FORMATS).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "timeline/event.h"

namespace unsnag::readers {

bool is_journal_export(std::string_view text);

/// Reads all records; returns how many held a message of the catalogue. A damaged record is passed over.
std::uint64_t read_journal_export(std::string_view text, const std::string& file, timeline::Sink& sink);

}  // namespace unsnag::readers
