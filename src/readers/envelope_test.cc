// SPDX-License-Identifier: Apache-2.0
#include "readers/envelope.h"

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "base/json_writer.h"

namespace unsnag::readers {
namespace {

std::string when(const Envelope& envelope) {
  if (!envelope.when.at) return "?";
  auto text = format_rfc3339(*envelope.when.at);
  if (!envelope.when.year_known) text.replace(0, 4, "yyyy");
  if (!envelope.when.zone_known) text.back() = '?';
  return text;
}

constexpr std::string_view k_klog =
    R"(E0820 05:41:26.087058    3267 kuberuntime_sandbox.go:72] "Failed to create sandbox for pod" err="rpc error: code = Unknown desc = failed to get sandbox image \"pause:3.9\"" pod="kube-system/a")";
constexpr std::string_view k_logrus = R"(time="2021-05-18T09:26:19.349532400Z" level=debug msg="pulling blob \"sha256:5622\"" module=x)";

TEST(Envelope, NamedForms) {
  struct Case {
    std::string_view name, line, when, host, program;
    char level;
    std::string_view message;
  };
  const Case cases[] = {
      {"plain text", "dial tcp: lookup h: no such host", "?", "", "", ' ', "dial tcp: lookup h: no such host"},
      {"klog text", "I0915 14:07:33.011927     665 kube_docker_client.go:345] Pulling image \"a:1\": \"0: Extracting\"",
       "yyyy-09-15T14:07:33.011927?", "", "kubelet", 'I', "Pulling image \"a:1\": \"0: Extracting\""},
      {"klog from its source on", "kube_docker_client.go:345] Cancel pulling image", "?", "", "kubelet", ' ', "Cancel pulling image"},
      {"klog text that starts with a quote", "E0915 14:07:33.011927     665 a.go:3] \"x\" is bad", "yyyy-09-15T14:07:33.011927?", "",
       "kubelet", 'E', "\"x\" is bad"},
      {"klog JSON", R"({"ts":1748788217479.928,"caller":"plugin/plugin.go:440","msg":"Failed \"x\"","v":0})", "2025-06-01T14:30:17.479928Z",
       "", "kubelet", 'I', "Failed \"x\""},
      {"klog JSON of an error", R"({"ts":1748788217000,"caller":"a/b.go:1","msg":"m","err":"e"})", "2025-06-01T14:30:17Z", "", "kubelet",
       'E', "m"},
      {"logrus", R"(time="2018-11-10T18:24:50.616639182-03:00" level=error msg="Not \"continuing\"")", "2018-11-10T21:24:50.616639182Z", "",
       "", 'E', "Not \"continuing\""},
      {"auditd", R"(type=AVC msg=audit(1364481363.243:24287): avc:  denied  { write } for  pid=812 comm="containerd")",
       "2013-03-28T14:36:03.243Z", "", "kernel", ' ', R"(avc:  denied  { write } for  pid=812 comm="containerd")"},
      {"auditd cut off", "type=AVC msg=audit(1364481363.2", "?", "", "", ' ', "type=AVC msg=audit(1364481363.2"},
      {"logrus without a time", R"(level=error msg="PullImage \"a\" failed" error="x")", "?", "", "", 'E', "PullImage \"a\" failed"},
      {"logrus, time without quotes", "time=2026-08-22T10:11:12Z level=warning msg=slow", "2026-08-22T10:11:12Z", "", "", 'W', "slow"},
      {"old dockerd, quotes not escaped",
       R"(time="2015-03-01T10:11:12Z" level=info msg="Attempting next endpoint: Get "https://r.example/v2/": EOF")", "2015-03-01T10:11:12Z",
       "", "", 'I', "Attempting next endpoint: Get \"https://r.example/v2/\": EOF"},
      {"logrus cut off", R"(time="2021-05-18T09:26:19Z" level=info msg="pulling bl)", "2021-05-18T09:26:19Z", "", "", 'I', "pulling bl"},
      {"terminal", R"(INFO[0005] apply failure, attempting cleanup             error="failed to extract" key="extract-1 sha256:e")", "?",
       "", "", 'I', "apply failure, attempting cleanup"},
      {"terminal with a time", "ERRO[2026-09-11T11:54:05.812878628+02:00] (*service).Write failed                       error=\"a b\"",
       "2026-09-11T09:54:05.812878628Z", "", "", 'E', "(*service).Write failed"},
      {"terminal without pairs", "FATA[0001] pulling image: exit status=1 was bad", "?", "", "", 'F',
       "pulling image: exit status=1 was bad"},
      {"terminal in colour", "\x1b[31mERRO\x1b[0m[0012] it broke    \x1b[31merror\x1b[0m=\"x\"", "?", "", "", 'E', "it broke"},
      {"logrus JSON", R"({"error":"status 403","level":"warning","msg":"retrying","time":"2024-03-28T17:20:52.858737822Z"})",
       "2024-03-28T17:20:52.858737822Z", "", "", 'W', "retrying"},
      {"zap JSON", R"({"level":"info","ts":"2024-03-28T17:20:52Z","caller":"cli/init.go:1","msg":"Checking"})", "2024-03-28T17:20:52Z", "",
       "", 'I', "Checking"},
      {"zap JSON with seconds", R"({"level":"error","ts":1748788217.5,"msg":"x"})", "2025-06-01T14:30:17.5Z", "", "", 'E', "x"},
      {"zap on a terminal", "2026-08-22T10:11:12.123Z\tERROR\tcmd/main.go:7\tit broke\t{\"error\": \"x\"}", "2026-08-22T10:11:12.123Z", "",
       "", 'E', "it broke"},
      {"JSON cut off", R"({"level":"info","msg":"pulling image","time":"2024-03-28T17:2)", "?", "", "", 'I', "pulling image"},
      {"journal", "Aug 20 05:41:26 node-a kubelet[3267]: hello", "yyyy-08-20T05:41:26?", "node-a", "kubelet", ' ', "hello"},
      {"journal without host", "Aug 20 05:41:26 kubelet[3267]: hello", "yyyy-08-20T05:41:26?", "", "kubelet", ' ', "hello"},
      {"journal, short-precise", "Aug  2 05:41:26.123456 node-a dockerd[1]: hello", "yyyy-08-02T05:41:26.123456?", "node-a", "dockerd", ' ',
       "hello"},
      {"journal, short-iso", "2026-08-22T10:11:12+0000 node-a crio[7]: hello", "2026-08-22T10:11:12Z", "node-a", "cri-o", ' ', "hello"},
      {"journal, short-full", "Sat 2026-08-22 10:11:12 UTC node-a systemd[1]: Started x.", "2026-08-22T10:11:12Z", "node-a", "systemd", ' ',
       "Started x."},
      {"journal, short-full elsewhere", "Sat 2026-08-22 10:11:12 CEST node-a systemd[1]: hello", "2026-08-22T10:11:12?", "node-a",
       "systemd", ' ', "hello"},
      {"journal, short-monotonic", "[12345.678901] node-a kubelet[12]: hello", "?", "node-a", "kubelet", ' ', "hello"},
      {"klog in k3s' journal", "Dec 15 03:06:12 n k3s[127296]: E1215 03:06:12.907891  127296 a.go:790] x", "yyyy-12-15T03:06:12.907891?",
       "n", "kubelet", 'E', "x"},
      {"logrus in k3s' journal", R"(Dec 15 03:06:12 n k3s[1]: time="2024-12-15T03:06:12Z" level=info msg="x")", "2024-12-15T03:06:12Z", "n",
       "k3s", 'I', "x"},
      {"klog of another program", "Dec 15 03:06:12 n kube-proxy[1]: E1215 03:06:12.907891  127296 a.go:790] x",
       "yyyy-12-15T03:06:12.907891?", "n", "kube-proxy", 'E', "x"},
      {"klog behind a name that tells nothing", "Mar 18 06:10:00 ip-10-0-3-7 node[3000]: E0820 05:41:26.087058    3267 a.go:1] x",
       "yyyy-08-20T05:41:26.087058?", "ip-10-0-3-7", "kubelet", 'E', "x"},
      {"no date", "kubelet[9995]: I0212 10:58:07.031324    9995 a.go:571] x", "yyyy-02-12T10:58:07.031324?", "", "kubelet", 'I', "x"},
      {"syslog", "Nov 26 12:07:44 ip-10-8 kubelet: W1126 12:07:44.833517    3683 a.go:842] x", "yyyy-11-26T12:07:44.833517?", "ip-10-8",
       "kubelet", 'W', "x"},
      {"syslog of the kernel", "Nov 26 12:07:44 ip-10-8 kernel: [12345.678901] overlayfs: failed", "yyyy-11-26T12:07:44?", "ip-10-8",
       "kernel", ' ', "overlayfs: failed"},
      {"modern syslog", "2026-08-22T10:11:12.123456+00:00 node-a kernel: [1.5] x: y", "2026-08-22T10:11:12.123456Z", "node-a", "kernel",
       ' ', "x: y"},
      {"syslog's priority", "<27>Nov 26 12:07:44 h kubelet: x", "yyyy-11-26T12:07:44?", "h", "kubelet", 'E', "x"},
      {"dmesg", "[ 3974.282489] runc invoked oom-killer: order=0", "?", "", "kernel", ' ', "runc invoked oom-killer: order=0"},
      {"dmesg with callers", "[   12.3][   T12] x", "?", "", "kernel", ' ', "x"},
      {"dmesg -T", "[Sat Aug 22 10:11:12 2026] Out of memory: Killed process 1 (tar)", "2026-08-22T10:11:12?", "", "kernel", ' ',
       "Out of memory: Killed process 1 (tar)"},
      {"Talos", R"([   62.614775] [talos] watch error {"component": "c", "error": "read udp: i/o timeout"})", "?", "", "talos", ' ',
       "watch error"},
      {"CRI container log", "2024-03-18T06:11:00.123456789Z stderr F E0820 05:41:26.087058    3267 a.go:1] x",
       "2024-03-18T06:11:00.123456789Z", "", "kubelet", 'E', "x"},
      {"docker logs -t", "2024-03-18T06:11:00.123456789Z Error response: no such host", "2024-03-18T06:11:00.123456789Z", "", "", ' ',
       "Error response: no such host"},
      {"Docker's json-file",
       R"({"log":"time=\"2024-03-18T06:11:00Z\" level=info msg=\"a \\\"b\\\"\"\n","stream":"stderr","time":"2024-03-18T06:11:01.5Z"})",
       "2024-03-18T06:11:00Z", "", "", 'I', "a \"b\""},
      {"Go's log", "2021/05/18 09:26:18 http: Accept error", "2021-05-18T09:26:18?", "", "", ' ', "http: Accept error"},
      {"talosctl", R"(10.0.2.10: {"ts":1748003206479.928,"caller":"a/b.go:4","msg":"m"})", "2025-05-23T12:26:46.479928Z", "10.0.2.10",
       "kubelet", 'E', "m"},
      {"k0s around containerd",
       R"(time="2026-01-02 03:04:05" level=info msg="time=\"2026-01-02T03:04:05.5Z\" level=error msg=\"PullImage \\\"a\\\" failed\"" component=containerd stream=stderr)",
       "2026-01-02T03:04:05.5Z", "", "containerd", 'E', "PullImage \"a\" failed"},
      {"chat", "> > E0820 05:41:26.087058    3267 a.go:1] x", "yyyy-08-20T05:41:26.087058?", "", "kubelet", 'E', "x"},
      {"chat around plain text", "> no such host", "?", "", "", ' ', "no such host"},
      {"buildkit", "#5 ERROR: failed to copy", "?", "", "", ' ', "ERROR: failed to copy"},
      {"grep -n", "12:E0820 05:41:26.087058    3267 a.go:1] x", "yyyy-08-20T05:41:26.087058?", "", "kubelet", 'E', "x"},
      {"grep -n with a blank", "1234: E0820 05:41:26.087058    3267 a.go:1] x", "yyyy-08-20T05:41:26.087058?", "", "kubelet", 'E', "x"},
      {"grep in files", "var/log/messages-1.log:123:Aug 20 05:41:26 h kubelet[3]: x", "yyyy-08-20T05:41:26?", "h", "kubelet", ' ', "x"},
      {"compose", "web-1  | time=\"2026-08-22T10:11:12Z\" level=info msg=x", "2026-08-22T10:11:12Z", "", "", 'I', "x"},
      {"quoted as a whole", "\"E0820 05:41:26.087058    3267 a.go:1] x\"", "yyyy-08-20T05:41:26.087058?", "", "kubelet", 'E', "x"},
      {"indented", "    Aug 20 05:41:26 h kubelet[3]: x", "yyyy-08-20T05:41:26?", "h", "kubelet", ' ', "x"},
      {"carriage return", "Aug 20 05:41:26 h kubelet[3]: x\r", "yyyy-08-20T05:41:26?", "h", "kubelet", ' ', "x"},
      {"empty", "", "?", "", "", ' ', ""},
  };
  for (const auto& c : cases) {
    const auto envelope = peel(c.line);
    EXPECT_EQ(envelope.message, c.message) << c.name;
    EXPECT_EQ(when(envelope), c.when) << c.name;
    EXPECT_EQ(envelope.host, c.host) << c.name;
    EXPECT_EQ(envelope.program, c.program) << c.name;
    EXPECT_EQ(envelope.level, c.level) << c.name;
  }
}

TEST(Envelope, WhatIsNoEnvelopeIsMessage) {
  for (const std::string_view line : {
           "  Warning  Failed     24m (x4 over 25m)    kubelet            Error: ErrImagePull",
           "docker: Error response from daemon: Get https://gcr.io/v1/_ping: dial tcp: i/o timeout",
           "ctr: failed to extract layer sha256:be4e: failed to mount",
           "5622dae16f34: Retrying in 10 seconds",
           R"({"errors":[{"code":"DENIED","message":"denied"}]})",
           R"({"kind":"Event","apiVersion":"v1","message":"Back-off"})",
           R"({"status":"Extracting","progressDetail":{"current":1},"id":"a"})",
           R"("GET /v2/ HTTP/1.1" 404 - 194 3382 "containerd/1.4.0")",
           " > image=\"ubuntu\"",
           "\trpc error: code = Unknown desc = failed",
           "goroutine 755 [select]:",
           "+++ [0906 15:02:33] Launching etcd...",
           "failed to pull image \"a\": output: time=\"2022-05-17T02:10:44+07:00\" level=fatal msg=\"x\"",
           "INFO: task dockerd:8001 blocked for more than 122 seconds.",
           "[rpc error: code = Unknown desc = a, rpc error: code = b]",
           "time=5 and nothing else",
           "Error kubelet: it said so",
       }) {
    const auto envelope = peel(line);
    EXPECT_EQ(envelope.message, line);
    EXPECT_FALSE(envelope.when.at) << line;
    EXPECT_TRUE(envelope.fields.empty()) << line;
  }
}

TEST(Envelope, JournalAroundKlogKeepsTheInnerTime) {
  const auto envelope = peel("Aug 20 05:41:27 node-a kubelet[3267]: " + std::string(k_klog));
  EXPECT_EQ(when(envelope), "yyyy-08-20T05:41:26.087058?");
  EXPECT_EQ(envelope.message, "Failed to create sandbox for pod");
  EXPECT_EQ(envelope.field("err"), "rpc error: code = Unknown desc = failed to get sandbox image \"pause:3.9\"");
  EXPECT_EQ(envelope.field("pod"), "kube-system/a");
}

TEST(Envelope, AFullDateBeatsOneWithoutAYear) {
  const auto envelope = peel(R"({"log":"E0820 05:41:26.087058    3267 a.go:1] x\n","stream":"stderr","time":"2024-08-20T05:41:27.5Z"})");
  EXPECT_EQ(when(envelope), "2024-08-20T05:41:27.5Z");
}

TEST(Envelope, MessageIsTheSameInEveryCarrier) {
  const std::vector<std::string_view> lines = {k_klog, k_logrus, "Failed to pull image \"a:1\": no such host"};
  for (const auto line : lines) {
    const auto plain = peel(line);
    JsonWriter journal, container;
    journal.begin_object().member("__REALTIME_TIMESTAMP", "1584512000000000").member("_HOSTNAME", "ip-10-0-3-7");
    journal.member("SYSLOG_IDENTIFIER", "node").member("PRIORITY", "6").member("MESSAGE", line).end_object();
    container.begin_object()
        .member("log", std::string(line) + "\n")
        .member("stream", "stderr")
        .member("time", "2024-03-18T06:11:00.12345678Z")
        .end_object();
    const std::string carried[] = {
        std::string(line) + "\r",
        "> " + std::string(line),
        "Mar 18 06:11:01 ip-10-0-3-7.eu-west-1.compute.internal node[3001]: " + std::string(line),
        "2024-03-18T06:11:00.123456789Z stderr F " + std::string(line),
        "<6>Mar 18 06:11:01 h node: " + std::string(line),
        "> | Mar 18 06:11:01 h node[1]: " + std::string(line),
        journal.take(),
        container.take(),
    };
    for (const auto& text : carried) {
      const auto envelope = peel(text);
      EXPECT_EQ(envelope.message, plain.message) << text;
      EXPECT_EQ(envelope.fields, plain.fields) << text;
      EXPECT_EQ(envelope.program, plain.program) << text;
    }
  }
}

TEST(Envelope, JournalFieldsNameTheirProgram) {
  struct Case {
    std::string_view name;
    std::vector<std::pair<std::string, std::string>> fields;
    std::string_view program, message;
  };
  const Case cases[] = {
      {"Docker", {{"_SYSTEMD_UNIT", "docker.service"}, {"MESSAGE", std::string(k_logrus)}}, "dockerd", "pulling blob \"sha256:5622\""},
      {"CRI-O", {{"_SYSTEMD_UNIT", "crio.service"}, {"SYSLOG_IDENTIFIER", "crio"}, {"MESSAGE", "x"}}, "cri-o", "x"},
      {"cri-dockerd", {{"_SYSTEMD_UNIT", "cri-docker.service"}, {"MESSAGE", "x"}}, "cri-dockerd", "x"},
      {"k3s",
       {{"_SYSTEMD_UNIT", "k3s-agent.service"}, {"SYSLOG_IDENTIFIER", "k3s"}, {"MESSAGE", std::string(k_klog)}},
       "kubelet",
       "Failed to create sandbox for pod"},
      {"systemd about a unit",
       {{"SYSLOG_IDENTIFIER", "systemd"}, {"_SYSTEMD_UNIT", "init.scope"}, {"UNIT", "kubelet.service"}, {"MESSAGE", "Started kubelet."}},
       "systemd",
       "Started kubelet."},
      {"kernel", {{"SYSLOG_IDENTIFIER", "kernel"}, {"_TRANSPORT", "kernel"}, {"MESSAGE", "oom"}}, "kernel", "oom"},
  };
  for (const auto& c : cases) {
    const auto envelope = peel_journal_fields(c.fields);
    EXPECT_EQ(envelope.program, c.program) << c.name;
    EXPECT_EQ(envelope.message, c.message) << c.name;
  }
  const auto envelope =
      peel_journal_fields({{"__REALTIME_TIMESTAMP", "1584512000000000"}, {"_HOSTNAME", "h"}, {"PRIORITY", "3"}, {"MESSAGE", "x"}});
  EXPECT_EQ(when(envelope), "2020-03-18T06:13:20Z");
  EXPECT_EQ(envelope.host, "h");
  EXPECT_EQ(envelope.level, 'E');
}

TEST(Envelope, JournalBytesAreDecoded) { EXPECT_EQ(peel(R"({"MESSAGE":[104,105,10,255],"_HOSTNAME":"h"})").message, "hi\n\xff"); }

TEST(Envelope, FieldsAreDecoded) {
  struct Case {
    std::string_view name, line, key, value;
  };
  const Case cases[] = {
      {"escapes", R"(time="2026-01-01T00:00:00Z" level=error msg="m" error="a \"b\"\n")", "error", "a \"b\"\n"},
      {"bare", R"(level=info msg="m" container=3772 module=libcontainerd)", "container", "3772"},
      {"Go dump", R"(level=info msg="m" event=&ContainerCreate{ID:a b,Type:[x y],} next=1)", "event",
       "&ContainerCreate{ID:a b,Type:[x y],}"},
      {"after a Go dump", R"(level=info msg="m" event=&ContainerCreate{ID:a b,} next=1)", "next", "1"},
      {"dump that does not end", R"(level=info msg="m" event=&X{a b c next=1)", "next", "1"},
      {"header with dots", R"(level=debug msg="m" response.header.content-length=13 response.status="200 OK")", "response.status",
       "200 OK"},
      {"words after a bare value", "level=error msg=\"m\" err=no such host", "err", "no such host"},
      {"klog list", R"(I0820 05:41:26.087058    3267 a.go:1] "m" pods=["a/b","c d"] x=1)", "pods", R"(["a/b","c d"])"},
      {"klog block, first line", "E0307 12:09:10.302029   16749 remote_image.go:171] \"PullImage failed\" err=<", "err", ""},
      {"klog block, joined", "E0307 12:09:10.302029   16749 a.go:1] \"m\" err=< rpc error: a > b denied > image=\"r/etl:7\"", "err",
       "rpc error: a > b denied"},
      {"after a klog block", "E0307 12:09:10.302029   16749 a.go:1] \"m\" err=<\n\trpc error\n > image=\"r/etl:7\"", "image", "r/etl:7"},
      {"JSON", R"({"level":"error","msg":"m","error":"a\u0026b","n":5})", "error", "a&b"},
      {"JSON number", R"({"level":"error","msg":"m","n":5.0})", "n", "5.0"},
      {"klog's reference", R"({"ts":1.5,"caller":"a.go:1","msg":"m","pod":{"name":"p","namespace":"n"}})", "pod", "n/p"},
      {"JSON list", R"({"level":"error","msg":"m","l":[{"a":"]"}]})", "l", R"([{"a":"]"}])"},
      {"Talos", R"([   62.6] [talos] m {"component": "c", "error": "read udp"})", "error", "read udp"},
      {"the last of two", R"(level=error msg="m" id=1 id=2)", "id", "2"},
      {"terminal", R"(INFO[0005] some failure of a=b kind     error="x: y" key=k)", "error", "x: y"},
  };
  for (const auto& c : cases) EXPECT_EQ(peel(c.line).field(c.key), c.value) << c.name;
  EXPECT_EQ(peel("level=info msg=m").field("none"), "");
}

TEST(Envelope, RecordsStartWithHeadersOnly) {
  for (const std::string_view line :
       {k_klog, k_logrus, std::string_view("Aug 20 05:41:26 h kubelet[3]: x"), std::string_view("2024-03-18T06:11:00.1Z stderr F x"),
        std::string_view("[12.5] x"), std::string_view("[Sat Aug 22 10:11:12 2026] x"), std::string_view("> INFO[0001] x"),
        std::string_view(R"({"level":"info","msg":"x"})"), std::string_view("a.log:12:Aug 20 05:41:26 h x: y"),
        std::string_view("-- Logs begin at Tue 2026-11-24 07:09:44 UTC, end at x. --"), std::string_view("10.0.0.1: time=\"2026\""),
        std::string_view("kubelet[12]: x")})
    EXPECT_TRUE(starts_record(line)) << line;
  for (const std::string_view line :
       {"", "\trpc error: code = Unknown", " > image=\"a\"", "denied", "  Warning  Failed  2m  kubelet  Error: ErrImagePull", "Name: web-0",
        "Start Time:   Fri, 24 Nov 2026 07:00:00 +0000", R"({"apiVersion":"v1","kind":"Pod","msg":"x"})",
        "Node:         ip-10-0-1-21/10.0.1.21", "Type     Reason     Age                  From               Message",
        "5622dae16f34: Pulling fs layer"})
    EXPECT_FALSE(starts_record(line)) << line;
}

TEST(Envelope, LayersAreBounded) {
  std::string line = "x";
  for (int i = 0; i < 12; ++i) {
    JsonWriter json;
    json.begin_object().member("log", line).end_object();
    line = json.take();
  }
  EXPECT_NE(peel(line).message, "x");
}

TEST(Envelope, AnyBytesDoNoHarm) {
  std::minstd_rand random(20261124);
  const std::vector<std::string> seeds = {std::string(k_klog), std::string(k_logrus), R"({"log":"a","time":"2024-03-18T06:11:00Z"})",
                                          "Mar 18 06:11:01 h node[1]: [12.5] INFO[0001] m   a=b",
                                          "10.0.0.1: <6>\x1b[31mERRO\x1b[0m[0012] x e=< a > b={c"};
  const std::string_view odd = "\"\\{}[]<>=: \n\t\r'`|#0\x00\xff\x1b";
  for (int i = 0; i < 20'000; ++i) {
    std::string line = seeds[random() % seeds.size()];
    for (auto n = random() % 6; n > 0; --n) {
      const auto at = random() % (line.size() + 1);
      switch (random() % 3) {
        case 0: line.insert(at, 1, odd[random() % odd.size()]); break;
        case 1: line = line.substr(0, at); break;
        default: line.insert(at, seeds[random() % seeds.size()]); break;
      }
    }
    const auto envelope = peel(line);
    EXPECT_LE(envelope.message.size(), line.size() + 8);
    starts_record(line);
  }
}

TEST(Envelope, WorkIsLinear) {
  // Each pair made some plausible reader quadratic; a megabyte takes milliseconds, or minutes.
  for (const std::string_view head : {"", "level=info msg=\"", "level=info ", "E0820 05:41:26.087058    3267 a.go:1] \"", "{\"msg\":\"x\",",
                                      "INFO[0001] ", "[1.5] [talos] m", "Aug 20 05:41:26 "})
    for (const std::string_view part : {"\" ", "a=\"", "a={", "a=< ", "a=b ", "\"a\":{", "\\", "> ", " {\"", "12:", "-", "[", "\x1b[", "a ",
                                        ": ", "\"a\":\"b\",", "            "}) {
      std::string line(head);
      while (line.size() < 1'000'000) line += part;
      EXPECT_LE(peel(line).message.size(), line.size());
      starts_record(line);
    }
}

}  // namespace
}  // namespace unsnag::readers
