// SPDX-License-Identifier: Apache-2.0
// Hand-made findings that the tests of every format share, and the comparison with a golden file.
#pragma once

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "report/report.h"

namespace unsnag::report::examples {

using diagnose::Advice;
using diagnose::Confidence;
using diagnose::Diagnosis;
using diagnose::Proof;
using diagnose::Verdict;
using timeline::Attempt;
using timeline::Outcome;
using timeline::Phase;
using timeline::Progress;
using timeline::Pull;
using timeline::Timeline;

struct Example {
  Diagnosis diagnosis;
  Timeline timeline;
  Input input;
  [[nodiscard]] Findings findings() const { return {diagnosis, timeline, input}; }
};

inline Stamp at(const char* text) { return *parse_rfc3339(text); }
inline Stamp clock_of(const char* clock) { return at((std::string("2020-03-18T") + clock + ".000000Z").c_str()); }

inline Proof proof(const char* file, std::uint64_t line, std::string text, std::uint64_t count = 1, bool echo = false,
                   const char* program = "kubelet") {
  Proof one;
  one.file = file;
  one.line = line;
  one.text = std::move(text);
  one.program = program;
  one.count = count;
  one.echo = echo;
  return one;
}

/// The incident of 2020: kubelet cancels Docker while a layer is written.
inline Example deadline() {
  Example example;
  Pull pull;
  pull.image = pull.image_as_given = "registry.example/app:1.4.2";
  pull.node = "ip-10-0-1-23";
  pull.pods = {"default/web-7c5"};
  pull.containers = {"web"};
  for (const auto& [begin, end] :
       {std::pair{"06:12:10", "06:13:40"}, std::pair{"06:14:02", "06:15:31"}, std::pair{"06:17:02", "06:18:31"}}) {
    Attempt attempt;
    attempt.begin = clock_of(begin);
    attempt.end = clock_of(end);
    attempt.outcome = Outcome::cancelled;
    pull.attempts.push_back(attempt);
  }
  auto& last = pull.attempts.back();
  last.spans = {{Phase::resolve, "", clock_of("06:17:02"), at("2020-03-18T06:17:02.400Z"), Outcome::ok},
                {Phase::download, "d25013272171", clock_of("06:17:03"), clock_of("06:17:20"), Outcome::ok},
                {Phase::download, "a3ed95caeb02", clock_of("06:17:03"), clock_of("06:17:12"), Outcome::ok},
                {Phase::unpack, "a3ed95caeb02", clock_of("06:17:13"), clock_of("06:17:19"), Outcome::ok},
                {Phase::unpack, "d25013272171", clock_of("06:17:21"), clock_of("06:17:29"), std::nullopt}};
  const auto sample = [&](const char* clock, const char* layer, Phase phase, std::uint64_t done, std::uint64_t total) {
    Progress one;
    one.when = clock_of(clock);
    one.layer = layer;
    one.phase = phase;
    one.done = done;
    one.total = total;
    last.samples.push_back(one);
  };
  sample("06:17:12", "a3ed95caeb02", Phase::download, 41'200'000, 41'200'000);
  sample("06:17:20", "d25013272171", Phase::download, 88'270'000, 88'270'000);
  sample("06:17:22", "d25013272171", Phase::unpack, 40'000'000, 88'270'000);
  sample("06:17:29", "d25013272171", Phase::unpack, 88'270'000, 88'270'000);
  example.timeline.pulls.push_back(pull);

  Verdict verdict;
  verdict.cause = "progress-deadline";
  verdict.title = "A watchdog cancelled the pull since it saw no progress";
  verdict.confidence = Confidence::certain;
  verdict.summary = "kubelet cancelled the pull while Docker was still unpacking it";
  verdict.explanation =
      "Docker says nothing between \"Extracting 100 %\" and the end of the layer's last write. kubelet takes that silence for a stall.\n\n"
      "Docker then drops what it had unpacked, so each retry begins again.";
  verdict.rule = "progress-deadline.watchdog";
  verdict.image = verdict.image_as_given = pull.image;
  verdict.node = pull.node;
  verdict.pods = pull.pods;
  verdict.containers = pull.containers;
  verdict.runtime = "docker";
  verdict.runtime_version = "18.9.9";
  verdict.kubelet_version = "v1.14.9";
  verdict.platform = "eks-al2";
  verdict.failures = 3;
  verdict.proof = {
      proof("kubelet.log", 1842,
            "E0318 06:18:31.000000    4021 kube_docker_client.go:346] Cancel pulling image \"registry.example/app:1.4.2\" because of no "
            "progress for 1m0s, "
            "latest progress: \"d25013272171: Extracting [==================================================>]  88.27MB/88.27MB\"",
            3),
      proof("docker.log", 977,
            "time=\"2020-03-18T06:18:31.004Z\" level=error msg=\"Not continuing with pull after error: context canceled\"", 3, false,
            "dockerd"),
      proof("kubelet.log", 1846, "Warning  Failed  kubelet  Error: ErrImagePull: rpc error: code = Canceled desc = context canceled", 1,
            true, "kubernetes")};
  verdict.secondary = {proof("kubelet.log", 1850, "Back-off pulling image \"registry.example/app:1.4.2\"")};
  verdict.ruled_out = {{"image-not-found", "the manifest and all layers were downloaded", proof("docker.log", 902, "Pulled")},
                       {"disk-full", "61 % used, inodes 12 %", proof("df.txt", 0, "/dev/xvda1 61%")}};
  diagnose::Timer timer;
  timer.program = "kubelet";
  timer.setting = "--image-pull-progress-deadline";
  timer.limit = std::chrono::minutes{1};
  timer.limit_origin = "the default";
  timer.where = "/etc/systemd/system/kubelet.service";
  timer.layer = "d25013272171";
  timer.doing = "Extracting [==================================================>]  88.27MB/88.27MB";
  timer.silent_for = std::chrono::seconds{62};
  timer.enough = std::chrono::minutes{4};
  verdict.timer = timer;
  verdict.advice = {
      {Advice::When::now, "", "Raise the limit to 10m.", "systemctl edit kubelet\nsystemctl daemon-reload && systemctl restart kubelet",
       "/etc/systemd/system/kubelet.service", "--image-pull-progress-deadline", "10m", "kubelet"},
      {Advice::When::for_good, "eks-al2", "Set it in the node group's BootstrapArguments.",
       "--kubelet-extra-args \"--image-pull-progress-deadline 10m\"", "", "", "", ""}};
  verdict.next_retry = clock_of("06:23:31");
  verdict.next_retry_delay = std::chrono::minutes{5};
  verdict.pull = 0;
  example.diagnosis.verdicts.push_back(verdict);
  example.input = {12, 1'840'212, 21'004, 96, {}, false, false, false};
  return example;
}

inline Verdict not_found(const std::string& image, const std::string& pod) {
  Verdict verdict;
  verdict.cause = "image-not-found";
  verdict.title = "The repository, tag or digest does not exist";
  verdict.confidence = Confidence::certain;
  verdict.summary = image + " does not exist in registry.example";
  verdict.rule = "image-not-found.client-concludes";
  verdict.image = verdict.image_as_given = image;
  verdict.node = "ip-10-0-1-23";
  verdict.pods = {pod};
  verdict.failures = 1;
  verdict.proof = {proof("-", 41, "failed to resolve reference \"" + image + "\": " + image + ": not found")};
  verdict.ruled_out = {{"auth-denied", "the registry answered 404, not 401 or 403", std::nullopt}};
  verdict.advice = {{Advice::When::others, "", "Check the tag that the deploy sets.", "", "", "", "", ""}};
  return verdict;
}

inline Example pasted() {
  Example example;
  example.diagnosis.verdicts = {not_found("registry.example/app:1.4.3", "default/web-7c5")};
  example.input = {1, 4000, 48, 5, {}, false, true, false};
  return example;
}

inline Example unclear() {
  Example example;
  Verdict verdict;
  verdict.cause = "insufficient-evidence";
  verdict.title = "The lines can't decide";
  verdict.summary = "The pull was cancelled, but these lines don't show by whom";
  verdict.image = verdict.image_as_given = "registry.example/app:1.4.2";
  verdict.proof = {proof("-", 3, "rpc error: code = Canceled desc = context canceled")};
  verdict.alternatives = {
      {"progress-deadline", Confidence::possible, "kubelet's or the runtime's watchdog", "kubelet's line: Cancel pulling image"},
      {"runtime-down", Confidence::possible, "the runtime was restarted in the middle", ""}};
  verdict.bring = {{"kubelet's log around the failure", "journalctl -u kubelet --since \"2020-03-18 06:10\" | unsnag why"},
                   {"a bundle of the node", "unsnag why ip-10-0-1-23.tar.gz"}};
  example.diagnosis.verdicts = {verdict};
  example.input = {1, 400, 4, 1, {}, false, true, false};
  return example;
}

/// Twelve tags that a registry does not have, one full disk, and a part that could not be read.
inline Example several() {
  Example example;
  Verdict disk;
  disk.cause = "disk-full";
  disk.title = "No space on the file system that matters";
  disk.confidence = Confidence::certain;
  disk.summary = "/var/lib/containerd is full";
  disk.rule = "disk-full.enospc";
  disk.image = "docker.io/library/postgres:12";
  disk.image_as_given = "postgres:12";
  disk.node = "ip-10-0-1-24";
  disk.failures = 7;
  disk.proof = {
      proof("nodes/ip-10-0-1-24/var/log/containerd.log", 88123,
            "time=\"2026-11-24T06:55:11Z\" level=error msg=\"PullImage \\\"postgres:12\\\" failed\" error=\"failed to extract layer "
            "sha256:58949dc8a25842e1e0df84ce5ed9fe1d139e13d040b65e1db2bc9f9cc897c85a: mount callback failed: write "
            "/var/lib/containerd/tmpmounts/containerd-mount2874/usr/lib/postgresql/12/bin/postgres: no space left on device: unknown\"",
            7)};
  example.diagnosis.verdicts.push_back(disk);
  for (int i = 1; i <= 12; ++i) {
    auto verdict =
        not_found("registry.example/team/service-" + std::to_string(i) + ":2.0", "shop/service-" + std::to_string(i) + "-5b7c9d8f6d-x2k4q");
    verdict.proof.front().file = "describe.txt";
    verdict.proof.front().line = static_cast<std::uint64_t>(40 * i);
    example.diagnosis.verdicts.push_back(verdict);
  }
  example.diagnosis.holes = {proof("journal.txt", 5, "-- Suppressed 2310 messages from kubelet.service")};
  example.input = {40, 90'000'000, 600'000, 3'000, {{"nodes/ip-10-0-1-25/kubelet.log: Permission denied"}}, false, false, false};
  return example;
}

inline Example healthy() {
  Example example;
  example.timeline.pulls.resize(2);
  example.input = {3, 90'000, 812, 40, {}, false, false, false};
  return example;
}

/// What a hostile registry, pod or log may hold: escape sequences, direction marks, bells, invalid UTF-8, Markdown, HTML.
inline const std::string k_hostile =
    "\x1B]0;owned\x07\x1B[31mred\xE2\x80\xAEgpj.exe \xC2\x9B"
    "2J \xFF\xFE `x` **b** <script>alert(1)</script> [a](http://x) ```\n# h\r\n| t |";

inline Example hostile() {
  auto example = deadline();
  auto& verdict = example.diagnosis.verdicts.front();
  for (auto* text : {&verdict.summary, &verdict.title, &verdict.explanation, &verdict.image, &verdict.image_as_given, &verdict.node,
                     &verdict.timer->program, &verdict.timer->setting, &verdict.timer->limit_origin, &verdict.timer->where,
                     &verdict.timer->layer, &verdict.timer->doing, &verdict.timer->note})
    *text = k_hostile;
  verdict.pods = verdict.containers = {k_hostile};
  for (auto& proof : verdict.proof) proof.file = proof.text = proof.program = k_hostile;
  verdict.ruled_out = {{k_hostile, k_hostile, verdict.proof.front()}};
  verdict.alternatives = {{k_hostile, Confidence::likely, k_hostile, k_hostile}};
  verdict.bring = {{k_hostile, k_hostile}};
  verdict.advice = {{Advice::When::now, k_hostile, k_hostile, k_hostile, k_hostile, k_hostile, k_hostile, k_hostile}};
  auto& pull = example.timeline.pulls.front();
  pull.image = pull.node = k_hostile;
  for (auto& span : pull.attempts.back().spans) span.layer = span.layer.empty() ? "" : k_hostile + span.layer;
  for (auto& sample : pull.attempts.back().samples) sample.layer = k_hostile;
  example.diagnosis.holes = verdict.proof;
  example.input.unreadable = {{k_hostile}};
  return example;
}

/// Compares with tests/data/report/<name>; UNSNAG_ACCEPT=1 renews that file instead.
inline void expect_golden(const std::string& name, const std::string& actual) {
  const auto path = std::string(UNSNAG_TEST_DATA) + "/report/" + name;
  if (const char* accept = std::getenv("UNSNAG_ACCEPT"); accept != nullptr && std::string(accept) == "1") {
    std::ofstream(path, std::ios::binary) << actual;
    return;
  }
  std::ifstream in(path, std::ios::binary);
  const std::string expected{std::istreambuf_iterator<char>(in), {}};
  EXPECT_EQ(actual, expected) << path << " (UNSNAG_ACCEPT=1 renews it)";
}

}  // namespace unsnag::report::examples
