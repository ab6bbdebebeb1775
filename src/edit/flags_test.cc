// SPDX-License-Identifier: Apache-2.0
#include "edit/flags.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "edit/test_support.h"

namespace unsnag::edit {
namespace {

TEST(Flag, IsReadInEveryForm) {
  EXPECT_EQ(get_flag("/k --a=1 --b=2", "b"), "2");
  EXPECT_EQ(get_flag("/k --a 1", "a"), "1");
  EXPECT_EQ(get_flag("-a=1", "a"), "1");
  EXPECT_EQ(get_flag("--a=1 --a=2", "a"), "2");
  EXPECT_EQ(get_flag("\"--a=x y\"", "a"), "x y");
  EXPECT_EQ(get_flag("--a=\"x y\"", "a"), "x y");
  EXPECT_EQ(get_flag("--a --b", "a"), "true");
  EXPECT_EQ(get_flag("--ab=1", "a"), std::nullopt);
}

TEST(SetFlag, KeepsTheFormOfTheFlag) {
  EXPECT_EQ(got(set_flag("/k --a=1  --b=2", "a", "9")), "/k --a=9  --b=2");
  EXPECT_EQ(got(set_flag("/k --a 1 --b", "a", "9")), "/k --a 9 --b");
  EXPECT_EQ(got(set_flag("-a=1", "a", "9")), "-a=9");
  EXPECT_EQ(got(set_flag("--a=1 --a=2", "a", "9")), "--a=1 --a=9");
  EXPECT_EQ(got(set_flag("\"--a=x y\" b", "a", "z")), "\"--a=z\" b");
  EXPECT_EQ(got(set_flag("--a='x y' b", "a", "z w")), "--a='z w' b");
  EXPECT_EQ(got(set_flag("--a --b", "a", "false")), "--a=false --b");
  EXPECT_EQ(got(set_flag("--a=1", "a", "x y")), "--a=\"x y\"");
  EXPECT_EQ(got(set_flag("--a=1", "a", "x y", Words::shell)), "--a='x y'");
}

TEST(SetFlag, IsAppended) {
  EXPECT_EQ(got(set_flag("", "a", "1")), "--a=1");
  EXPECT_EQ(got(set_flag("/k --b ", "a", "1")), "/k --b --a=1 ");
  EXPECT_EQ(got(set_flag("$KUBELET_ARGS", "a", "1")), "$KUBELET_ARGS --a=1");
}

TEST(SetFlag, WhatAShellPutsTogetherIsLeftAlone) {
  EXPECT_EQ(code(set_flag("--a=$X", "a", "1", Words::shell)), Errc::unsupported);
  EXPECT_EQ(got(set_flag("--a=$X --b=1", "b", "2", Words::shell)), "--a=$X --b=2");
  EXPECT_EQ(code(set_flag("--a='x", "b", "2", Words::shell)), Errc::malformed);
  EXPECT_EQ(code(set_flag("--a", "b", "2\n")), Errc::invalid_argument);
}

constexpr std::string_view k_bootstrap = R"(#!/bin/bash
set -ex
# /etc/eks/bootstrap.sh in a comment
cat > /etc/x <<'EOF'
/etc/eks/bootstrap.sh it's not run
EOF
B64_CLUSTER_CA=$(aws eks describe-cluster | jq -r ".ca")
/etc/eks/bootstrap.sh my-cluster \
  --kubelet-extra-args '--node-labels=a=b --max-pods=10' \
  --apiserver-endpoint "$API" > /var/log/x 2>&1 || exit 1
echo done
)";

TEST(ScriptFlag, OfTheCommandThatIsRun) {
  EXPECT_EQ(get_script_flag(k_bootstrap, "bootstrap.sh", "max-pods", "kubelet-extra-args"), "10");
  const std::string text(k_bootstrap);
  EXPECT_EQ(got(set_script_flag(text, "bootstrap.sh", "max-pods", "20", "kubelet-extra-args")),
            std::string(text).replace(text.find("--max-pods=10"), 13, "--max-pods=20"));
  EXPECT_EQ(got(set_script_flag(text, "bootstrap.sh", "v", "4", "kubelet-extra-args")),
            std::string(text).replace(text.find("--max-pods=10"), 13, "--max-pods=10 --v=4"));
  EXPECT_EQ(got(set_script_flag("bootstrap.sh c; x\n", "bootstrap.sh", "container-runtime", "containerd")),
            "bootstrap.sh c --container-runtime=containerd; x\n");
  EXPECT_EQ(got(set_script_flag("/etc/eks/bootstrap.sh c\n", "bootstrap.sh", "v", "4", "kubelet-extra-args")),
            "/etc/eks/bootstrap.sh c --kubelet-extra-args '--v=4'\n");
}

TEST(ScriptFlag, VariablesInDoubleQuotesStayVariables) {
  EXPECT_EQ(got(set_script_flag("bootstrap.sh ${Name} --kubelet-extra-args \"--node-labels=$L --v=2\"\n", "bootstrap.sh", "v", "4",
                                "kubelet-extra-args")),
            "bootstrap.sh ${Name} --kubelet-extra-args \"--node-labels=$L --v=4\"\n");
  EXPECT_EQ(code(set_script_flag("bootstrap.sh --kubelet-extra-args $ARGS\n", "bootstrap.sh", "v", "4", "kubelet-extra-args")),
            Errc::unsupported);
  EXPECT_EQ(code(set_script_flag("echo x\n", "bootstrap.sh", "v", "4")), Errc::not_found);
  EXPECT_EQ(code(set_script_flag("bootstrap.sh 'x\n", "bootstrap.sh", "v", "4")), Errc::malformed);
}

}  // namespace
}  // namespace unsnag::edit
