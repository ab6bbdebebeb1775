// SPDX-License-Identifier: Apache-2.0
#include "readers/redacting_sink.h"

#include <gtest/gtest.h>

#include "readers/node_test.h"
#include "readers/read.h"
#include "timeline/json_lines.h"

namespace unsnag::readers {
namespace {

std::string events_of(std::string_view text) {
  node::Recorder recorder;
  read_paste(text, recorder);
  std::string lines;
  for (const auto& event : recorder.events) lines += timeline::to_json_line(event) + '\n';
  return lines;
}

TEST(RedactingSink, NoPartOfAnEventHoldsASecret) {
  for (
      const std::string_view text : {
          R"(E1124 07:12:08.721387 1 kuberuntime_image.go:55] "Failed to pull image" err="x" image="https://robot:hunter2@reg.example/t/x:1")",
          R"(E1124 07:12:08.721387 1 kuberuntime_image.go:55] "Failed to pull image" err="x" image="robot:hunter2@reg.example/t/x:1")",
          "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n  containers:\n  - name: c\n    image: "
          "docker://robot:hunter2@reg.example/t/x:1\n"
          "status:\n  containerStatuses:\n  - name: c\n    image: docker://robot:hunter2@reg.example/t/x:1\n    state:\n      waiting:\n"
          "        reason: ErrImagePull\n        message: m\n",
          R"({"registry-mirrors":["https://robot:hunter2@mirror.example"],"proxies":{"https-proxy":"http://user:hunter2@proxy:3128"}})",
          "Server Version: 24.0\n HTTP Proxy: http://user:hunter2@proxy.example:3128\n",
          R"(time="2026-11-24T07:12:08Z" level=info msg="trying next host" error="x: connection refused" host="robot:hunter2@reg.example")",
          "  PID TTY STAT TIME COMMAND\n   77 ? Sl 0:00 ctr -n k8s.io images pull --user robot:hunter2 reg.example/t/x:1\n",
          R"({"unsnag":1,"event":"note","fact":"setting","attributes":{"value":"http://u:hunter2@p"},"image":"u:hunter2@r/x","text":"-p password=hunter2"})",
          R"({"unsnag":1,"event":"sample","phase":"download","words":"password=hunter2"})",
      }) {
    const auto lines = events_of(text);
    EXPECT_NE(lines.find("***"), std::string::npos) << text << '\n' << lines;
    EXPECT_EQ(lines.find("hunter2"), std::string::npos) << lines;
  }
}

TEST(RedactingSink, ATwinOfACleanEventIsHandedOn) {
  node::Recorder recorder;
  RedactingSink sink(recorder);
  timeline::Event event;
  event.twin = 7;
  event.what = timeline::Note{{"setting", {{"value", "a:b@c"}}}};
  sink.accept(event);
  event.what = timeline::Note{{"setting", {{"value", "plain"}}}};
  event.twin = 71;  // the same place
  sink.accept(event);
  sink.accept(event);
  event.twin = 0;
  event.what = timeline::Note{{"setting", {{"value", "a:b@c"}}}};
  sink.accept(event);
  EXPECT_EQ(recorder.facts(), (std::vector<std::string>{"0 setting(value=a:***@c)", "0 setting(value=plain)", "0 setting(value=plain)",
                                                        "0 setting(value=a:***@c)"}));
}

}  // namespace
}  // namespace unsnag::readers
