// SPDX-License-Identifier: Apache-2.0
// The two ways in which log lines carry pairs: key=value (logfmt, klog's structured tail, logrus) and one JSON
// object. Both readers are lenient, since lines are cut, pasted and written by programs that forget to quote.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace unsnag::readers {

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// A line with more pairs is nobody's log line; the rest of them is dropped.
inline constexpr std::size_t k_max_pairs = 256;

/// Appends the pairs of `text`, values decoded. Words that belong to no pair extend a bare value before them.
/// False when there were such words: then it may have been prose (what could be read was appended all the same).
/// Linear; never fails.
bool read_logfmt(std::string_view text, Pairs& out);

/// The length of the Go-quoted string that `text` starts with, both quotes included; 0: it doesn't start with one
/// that ends where the text does or before a key=. Inner quotes need not be escaped (dockerd before 17.x).
std::size_t quoted_length(std::string_view text);

/// True when `text` starts with a key and its "=": `err=`.
bool starts_with_key(std::string_view text);

struct JsonTail {
  bool is_object = false;
  bool cut = false;       // the text ends before the object does; what stands there was appended
  std::string_view rest;  // what follows the object
};

/// Appends the members of the JSON object that `text` starts with. Strings are decoded, numbers and the like are as
/// written, an object with name and namespace (klog's ObjectRef) becomes "namespace/name", other objects and lists
/// are their JSON text. When it is no object, nothing is appended.
JsonTail read_json_members(std::string_view text, Pairs& out);

}  // namespace unsnag::readers
