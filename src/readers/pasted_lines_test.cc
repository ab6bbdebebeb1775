// SPDX-License-Identifier: Apache-2.0
#include "readers/pasted_lines.h"

#include <gtest/gtest.h>

namespace unsnag::readers {
namespace {

TEST(PastedLines, AreWholeWhereAKnownMessageRunsAcrossTheBreak) {
  struct Case {
    const char* name;
    const char* text;
    const char* want;
  };
  static constexpr Case k_cases[] = {
      {"cut in a word",
       "failed pulling image \"pause\": Error response from daemon: pu\nll access denied for pause, repository does not exist or "
       "may require 'docker login'",
       "failed pulling image \"pause\": Error response from daemon: pull access denied for pause, repository does not exist or may require "
       "'docker login'"},
      {"broken at a blank", "failed to do request: Head \"https://r.example/v2/a/manifests/1\": net/http: TLS     \n handshake timeout",
       "failed to do request: Head \"https://r.example/v2/a/manifests/1\": net/http: TLS handshake timeout"},
      {"a digest on its own line",
       "failed to write config: ref\nk8s.io/11/config-sha256:5fbdc14c118c31ddd5c553f66892b846469341287a0d356485b477467cae6dd0\nlocked: "
       "unavailable",
       "failed to write config: ref k8s.io/11/config-sha256:5fbdc14c118c31ddd5c553f66892b846469341287a0d356485b477467cae6dd0 locked: "
       "unavailable"},
      {"k9s, run together",
       "failed to resolve reference \"mcr.microsoft.com/os \xe2\x94\x82\xe2\x94\x82 s/app:1\": mcr.microsoft.com/oss/app:1: not found",
       "failed to resolve reference \"mcr.microsoft.com/oss/app:1\": mcr.microsoft.com/oss/app:1: not found"},
  };
  for (const auto& one : k_cases) EXPECT_EQ(with_whole_lines(one.text), one.want) << one.name;
}

TEST(PastedLines, StayWhereTheProgramEndedThem) {
  static constexpr const char* k_texts[] = {
      "Error: ErrImagePull\nError: ImagePullBackOff\n",
      "3d77ce4481b1: Pull complete \n534514c83d69: Pull complete \nfailed to register layer: open /a: no space left on device\n",
      "E0302 09:14:18.399047     812 a.go:1] \"x\" err=\"net/http: TLS\nE0302 09:14:19.399047     812 a.go:1] handshake timeout\"\n",
      "net/http: TLS\n\nhandshake timeout\n",
      "  Warning  Failed  9s  kubelet  Failed to pull image \"registry.exam\nple/a:1\": net/http: TLS\nhandshake timeout\n",
      "toomanyrequests: rate exceeded\ndial tcp 10.0.0.1:443: connect: connection refused\n",
  };
  for (const auto* text : k_texts) EXPECT_EQ(with_whole_lines(text), "") << text;
}

TEST(PastedLines, OfOtherRecordsStayApart) {
  EXPECT_EQ(with_whole_lines("Get https://r.example/v2/: net/http: TLS\nhandshake timeout\nBack-off restarting failed container\n"
                             "Get https://r.example/v2/: net/http: TLS\nhandshake timeout"),
            "Get https://r.example/v2/: net/http: TLS handshake timeout\n\nBack-off restarting failed container\n"
            "Get https://r.example/v2/: net/http: TLS handshake timeout");
}

TEST(PastedLines, KeepTheNumbersOfThoseBehind) {
  EXPECT_EQ(with_whole_lines("one\n\nnet/http: TLS\nhandshake timeout\n\nlast"), "one\n\nnet/http: TLS handshake timeout\n\n\nlast");
}

}  // namespace
}  // namespace unsnag::readers
