// SPDX-License-Identifier: Apache-2.0
#include "readers/plain_words.h"

#include <gtest/gtest.h>

namespace unsnag::readers {
namespace {

TEST(PlainWords, AFailedPullIsSeenInUnknownWords) {
  for (const auto* line : {
           "container app is waiting to start: registry.example/app:1 can't be pulled, as an image of this name is unknown",
           "ERROR: could not download the image layers from registry.example",
           "[ERROR] puller: fetching manifest for registry.example/app:1 aborted",
           "fatal: docker pull of registry.example/app:1 ended with status 4",
           "level=error msg=\"layer fetch gave up\" layer=sha256:0011",
           "2 of 3 images cannot be pulled",
           "Error pulling layer metadata",
           "    docker pull registry.example/app:1 -> failed, code 17",
           "Failed to pull image, it may not exist",
       })
    EXPECT_TRUE(tells_of_a_failed_pull(line)) << line;
}

TEST(PlainWords, TalkAboutImagesIsNoFailure) {
  for (const auto* line : {
           "",
           "Images are pulled from a registry, layer by layer.",
           "How do I pull an image from a registry that has no certificate?",
           "If the image can't be pulled, kubelet tries again.",
           "kubelet would fail to pull the image",
           "A failed image pull is tried again with a back-off.",
           "This page explains image pull errors and what a timeout is.",
           "Pulled the image without any error",
           "the image was pulled, no errors",
           "PullImage image=registry.example/app:1 pulled err=<nil>",
           "{\"msg\":\"pulled image\",\"error\":null}",
           "Successfully pulled image \"registry.example/app:1\"; the earlier error: none",
           "error: failed to push image",
           "git pull failed: image.png would be overwritten by merge",
           "pull request #12: error in docker build",
           "npm ERR! 404 fetching image-size: not found",
           "Readiness probe failed: connection refused",
           "failed to garbage collect images",
           "The docker pull works, but the container fails to start",
           "imagePullPolicy: Always",
           "Error: no such container",
       })
    EXPECT_FALSE(tells_of_a_failed_pull(line)) << line;
}

TEST(PlainWords, AnErrorBehindACommandThatPullsIsItsOwn) {
  struct Case {
    const char* text;
    std::vector<std::uint64_t> want;
  };
  static const Case k_cases[] = {
      {"$ docker pull registry.example/app:1\nError response from daemon: the moon is full\n", {2}},
      {"crictl pull registry.example/app:1\nFATA[0000] the moon is full\n", {2}},
      {"root@node:~# k3s ctr images pull registry.example/app:1\n\nctr: waiting\nerror: the moon is full\n", {4}},
      {"$ docker pull registry.example/app:1\nStatus: Image is up to date\n$ docker run registry.example/app:1\nError: my own\n", {}},
      {"$ git pull\nerror: my own\n", {}},
      {"Error response from daemon: the moon is full\n", {}},
  };
  for (const auto& c : k_cases) EXPECT_EQ(lines_of_failed_pulls(c.text), c.want) << c.text;
}

}  // namespace
}  // namespace unsnag::readers
