// SPDX-License-Identifier: Apache-2.0
#include "readers/kubernetes_row.h"

#include <gtest/gtest.h>

#include <fmt/format.h>

namespace unsnag::readers::kubernetes {
namespace {

using std::chrono::duration_cast;
using std::chrono::seconds;

std::string summary(std::string_view line) {
  const auto layout = row_layout(line);
  const auto row = parse_row(line, layout);
  if (!row) return "none";
  const auto age = [](const std::optional<Age>& a) {
    return a ? std::to_string(duration_cast<seconds>(a->age).count()) : std::string("?");
  };
  return fmt::format("{} [{}] {}/{} {{{}}} {} {} x{} {}..{} from {}@{}: {}", static_cast<int>(layout), row->name_space, row->kind,
                     row->object, row->container, row->type, row->reason, row->count, age(row->last), age(row->first), row->component,
                     row->host, row->message);
}

TEST(EventRow, EveryVersionsLayout) {
  struct Case {
    const char *name, *line, *want;
  };
  static const Case k_cases[] = {
      {"describe", "  Warning  Failed     24m (x4 over 25m)    kubelet            Error: ErrImagePull",
       "1 [] / {} Warning Failed x4 1440..1500 from kubelet@: Error: ErrImagePull"},
      {"describe 1.6 to 1.15", "  Normal   Pulling    47m (x3 over 54m)      kubelet, node-1  pulling image \"a:1\"",
       "1 [] / {} Normal Pulling x3 2820..3240 from kubelet@node-1: pulling image \"a:1\""},
      {"describe, collapsed", "Warning Failed 21m (x12 over 23m) kubelet Error: ErrImageNeverPull",
       "1 [] / {} Warning Failed x12 1260..1380 from kubelet@: Error: ErrImageNeverPull"},
      {"describe, collapsed, with host", "Warning Failed 9m kubelet, node1.home Error: ErrImagePull",
       "1 [] / {} Warning Failed x1 540..540 from kubelet@node1.home: Error: ErrImagePull"},
      {"describe without a source", "  Warning  FailedMount  5s    MountVolume.SetUp failed",
       "1 [] / {} Warning FailedMount x1 5..5 from @: MountVolume.SetUp failed"},
      {"a message's first word is no source", "Normal Pulling 5s pulling image \"a:1\"",
       "1 [] / {} Normal Pulling x1 5..5 from @: pulling image \"a:1\""},
      {"unknown age", "  Normal  Scheduled  <unknown>  default-scheduler  Successfully assigned a/b to c",
       "1 [] / {} Normal Scheduled x1 ?..? from default-scheduler@: Successfully assigned a/b to c"},
      {"describe 1.5", "  16m\t17s\t6\t{kubelet lab-97a-012}\tspec.containers{nginx}\tWarning\tFailed\t\tno such image",
       "2 [] / {nginx} Warning Failed x6 17..960 from kubelet@lab-97a-012: no such image"},
      {"describe 1.5, no subobject", " 9s\t\t9s\t\t1\tkubelet, dev\t\t\t\t\tWarning\t\tFailedSync\tError syncing pod",
       "2 [] / {} Warning FailedSync x1 9..9 from kubelet@dev: Error syncing pod"},
      {"events", "14s         Normal    Scheduled   pod/etl-1   Successfully assigned a/etl-1 to n",
       "3 [] pod/etl-1 {} Normal Scheduled x1 14..14 from @: Successfully assigned a/etl-1 to n"},
      {"events -A", "shop   5m   Warning   SystemOOM   node/n-1   System OOM encountered",
       "3 [shop] node/n-1 {} Warning SystemOOM x1 300..300 from @: System OOM encountered"},
      {"kubectl events", "51s (x2 over 65s)   Warning   Failed   Pod/web   Error: ErrImagePull",
       "3 [] Pod/web {} Warning Failed x2 51..65 from @: Error: ErrImagePull"},
      {"events -o wide",
       "2m   Warning   Failed   pod/web-0   spec.containers{web}   kubelet, n1   Error: ErrImagePull   53m   12   "
       "web-0.17a3b4c5d6e7f8a9",
       "3 [] pod/web-0 {web} Warning Failed x12 120..3180 from kubelet@n1: Error: ErrImagePull"},
      {"events before 1.13",
       "9s   53m   4   nginx.14a2b3c4d5e6f7a8   Pod   spec.containers{nginx}   Warning   Failed   kubelet, mini   Error: "
       "ErrImagePull",
       "4 [] Pod/nginx {nginx} Warning Failed x4 9..3180 from kubelet@mini: Error: ErrImagePull"},
      {"events before 1.3 had the first time first",
       "53m   9s   4   nginx   Pod   Warning   FailedSync   {kubelet mini}   Error syncing pod",
       "4 [] Pod/nginx {} Warning FailedSync x4 9..3180 from kubelet@mini: Error syncing pod"},
      {"a log", "E1124 07:27:36.101010  1234 pod_workers.go:1] Error syncing pod", "none"},
      {"prose", "Normal pods take 5s to start", "none"},
      {"no age", "Warning Failed often kubelet", "none"},
  };
  for (const auto& c : k_cases) EXPECT_EQ(summary(c.line), c.want) << c.name;
}

TEST(EventRow, OfKubernetes10HasDates) {
  const std::string_view line =
      "  Sun, 23 Aug 2015 11:50:10 -0700\tSun, 23 Aug 2015 11:51:21 -0700\t8\t{kubelet 172.17.8.101}\t\t\tfailedSync\t"
      "Error syncing pod, skipping: secrets \"key\" not found";
  const auto row = parse_row(line, row_layout(line));
  ASSERT_TRUE(row);
  EXPECT_EQ(format_rfc3339(*row->last_at.at), "2015-08-23T18:51:21Z");
  EXPECT_EQ(row->host, "172.17.8.101");
  EXPECT_EQ(row->message, "Error syncing pod, skipping: secrets \"key\" not found");
}

TEST(EventRow, IsToldByItsFirstColumnsWhereTheTerminalCutIt) {
  EXPECT_EQ(row_layout("  Warning  FailedCreatePodSandBox  12m      kubelet, ip-10-0-35-6.eu-cen"), Layout::describe);
  EXPECT_EQ(row_layout("2m26s       Normal    Pulling"), Layout::events);
}

TEST(PodRow, WithAndWithoutNamespaceAndNode) {
  struct Case {
    const char *line, *want;
  };
  static const Case k_cases[] = {
      {"web-0   0/1     Init:ImagePullBackOff   0             5m", "[] web-0 0/1 Init:ImagePullBackOff 0 "},
      {"shop  web-1   1/2     CrashLoopBackOff    5 (24s ago)   5m   10.0.0.9  n-1  <none>  <none>",
       "[shop] web-1 1/2 CrashLoopBackOff 5 n-1"},
      {"web-2 0/1 ContainerCreating 0 40s <none> n-2", "[] web-2 0/1 ContainerCreating 0 n-2"},
      {"web-3 1/1 Running 0 4m app=web,tier=b", "[] web-3 1/1 Running 0 "},
      {"pod/web-4   1/1   Running   0   4d", "[] web-4 1/1 Running 0 "},
      {"deployment   0/3   3   0   5m", "none"},
      {"fetched 3/4 layers", "none"},
  };
  for (const auto& c : k_cases) {
    const auto row = parse_pod_row(c.line);
    const auto got = row ? fmt::format("[{}] {} {}/{} {} {} {}", row->name_space, row->name, row->ready, row->wanted, row->status,
                                       row->restarts, row->node)
                         : std::string("none");
    EXPECT_EQ(got, c.want) << c.line;
  }
}

TEST(Header, IsNoneWhereRowsStandBehindIt) {
  EXPECT_TRUE(is_describe_header("  Type     Reason  Age   From     Message"));
  EXPECT_TRUE(is_describe_header("  FirstSeen\tLastSeen\tCount\tFrom\tSubobjectPath\tType\tReason\tMessage"));
  EXPECT_FALSE(
      is_describe_header("Type Reason Age From Message ---- ------ ---- ---- ------- Warning Failed 9s kubelet Error: ErrImagePull"));
  EXPECT_EQ(table_header("NAME  READY   STATUS   RESTARTS   AGE"), Table::pods);
  EXPECT_EQ(table_header("NAME READY STATUS RESTARTS AGE web-1 0/1 ImagePullBackOff 0 5m"), Table::none);
}

TEST(DescribeTime, CommandsMomentFollowsFromADateAndAnAge) {
  const auto start = parse_describe_time("Tue, 24 Nov 2026 07:27:35 +0000");
  ASSERT_TRUE(start);
  const auto command = moment_of(*start, *parse_age_word("14s"));
  EXPECT_EQ(format_rfc3339(command.from), "2026-11-24T07:27:49Z");
  EXPECT_EQ(command.width, seconds(2));
  const auto then = stamp_of(command, *parse_age_word("2m"));  // two to three minutes before
  EXPECT_EQ(format_rfc3339(*then.at), "2026-11-24T07:24:49Z");
  EXPECT_EQ(then.uncertainty, seconds(62));
  EXPECT_FALSE(parse_describe_time("24 Nov 2026 07:27:35 UTC"));
}

}  // namespace
}  // namespace unsnag::readers::kubernetes
