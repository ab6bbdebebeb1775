// SPDX-License-Identifier: Apache-2.0
// One row of a table that kubectl printed: an event of `describe` or `get events`, in the layouts of all versions,
// or a pod of `get pods`. A row is told by its words, not by its header or its offsets: in a paste headers are
// missing and columns collapse to single blanks, and kubectl itself shifts its columns after a message with a newline.
//
//   describe      Type Reason Age From Message                                   (1.6 and later)
//   describe_old  FirstSeen LastSeen Count From SubObjectPath [Type] Reason Message
//   events        [NAMESPACE] LAST SEEN, TYPE REASON OBJECT [SUBOBJECT SOURCE] MESSAGE [FIRST SEEN, COUNT NAME]  (1.13+)
//   events_old    [NAMESPACE] LASTSEEN FIRSTSEEN COUNT NAME KIND SUBOBJECT [TYPE] REASON SOURCE MESSAGE
//
// Sources: kubernetes pkg/kubectl/describe.go (DescribeEvents), pkg/printers/internalversion/printers.go.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "readers/kubernetes_time.h"

namespace unsnag::readers::kubernetes {

enum class Layout : std::uint8_t { none, describe, describe_old, events, events_old };

struct EventRow {
  std::string_view name_space;
  std::string_view kind;       // as printed: "pod", "Pod", "node"; empty in describe
  std::string_view object;     // its name
  std::string_view container;  // of spec.containers{NAME}
  std::string_view type, reason, message;
  std::string_view component;  // "kubelet", "default-scheduler"; empty when there is no such column
  std::string_view host;
  std::optional<Age> last, first;  // of the newest and the oldest of `count` events
  Stamp last_at, first_at;         // Kubernetes 1.0 printed dates
  std::uint32_t count = 1;
};

/// What kind of row begins with this line. The line may be cut off anywhere after the columns that tell.
Layout row_layout(std::string_view line);
/// The whole row, wrapped parts joined. Views point into `line`.
std::optional<EventRow> parse_row(std::string_view line, Layout layout);
/// NAME in `spec.containers{NAME}`, `spec.initContainers{NAME}`, `spec.ephemeralContainers{NAME}`, or "".
std::string_view container_of_path(std::string_view field_path);

struct PodRow {
  std::string_view name_space, name, status, node;
  unsigned ready = 0, wanted = 0, restarts = 0;
};
/// [NAMESPACE] NAME READY STATUS RESTARTS AGE [IP NODE …].
std::optional<PodRow> parse_pod_row(std::string_view line);

enum class Table : std::uint8_t { none, events, pods, other };
/// Which table a header line (capitals) announces.
Table table_header(std::string_view line);
/// "Type Reason Age From Message", "FirstSeen LastSeen …", and the dashes below them.
bool is_describe_header(std::string_view line);

}  // namespace unsnag::readers::kubernetes
