// SPDX-License-Identifier: Apache-2.0
#include "edit/unit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "edit/test_support.h"

namespace unsnag::edit {
namespace {

constexpr std::string_view k_unit =
    "# ours\n[Unit]\nDescription=kubelet\n\n[Service]\nEnvironment=\"A=b c\" D=e\nExecStart=/usr/bin/kubelet \\\n  --config /c \\\n"
    "  # not this\n  --v=2\nRestart = always\n\n[Install]\nWantedBy=multi-user.target\n";

TEST(Unit, IsReadAsSystemdReadsIt) {
  EXPECT_EQ(get_unit(k_unit, "Service", "Restart"), "always");
  EXPECT_EQ(get_unit(k_unit, "Service", "ExecStart"), "/usr/bin/kubelet  --config /c  --v=2");
  EXPECT_EQ(get_unit(k_unit, "Install", "Restart"), std::nullopt);
  EXPECT_EQ(get_unit("A=1\n[S]\nno equals\n;A=2\nA=3\\\\\nB=4\n", "S", "B"), "4") << "two backslashes join nothing";
  EXPECT_EQ(read_unit("A=1\n[S]\nA=2\n").size(), 1U) << "what stands outside of a section is ignored";
}

TEST(SetUnit, TheLastAssignmentIsReplaced) {
  EXPECT_EQ(got(set_unit("[S]\nA=1\nA = 2 \n", "S", "A", "3")), "[S]\nA=1\nA = 3 \n");
  EXPECT_EQ(got(set_unit("[S]\r\nA=1\r\n", "S", "A", "3")), "[S]\r\nA=3\r\n");
  EXPECT_EQ(got(set_unit("[S]\nA=1\n[T]\n[S]\nB=1", "S", "B", "3")), "[S]\nA=1\n[T]\n[S]\nB=3");
  EXPECT_EQ(got(set_unit("[S]\nA=1\\\n2\nB=1\n", "S", "A", "3")), "[S]\nA=3\nB=1\n");
}

TEST(SetUnit, AResetStaysAndTheNewOneComesBehindIt) {
  EXPECT_EQ(got(set_unit("[S]\nExecStart=\n# c\n", "S", "ExecStart", "/x")), "[S]\nExecStart=\nExecStart=/x\n# c\n");
  EXPECT_EQ(got(set_unit("[S]\nExecStart=\nExecStart=/a\n", "S", "ExecStart", "/x")), "[S]\nExecStart=\nExecStart=/x\n");
}

TEST(SetUnit, WhatIsMissingIsAdded) {
  EXPECT_EQ(got(set_unit("", "Service", "A", "1")), "[Service]\nA=1\n");
  EXPECT_EQ(got(set_unit("[Service]\nB=1\n\n# about install\n[Install]\nC=1\n", "Service", "A", "1")),
            "[Service]\nB=1\nA=1\n\n# about install\n[Install]\nC=1\n");
  EXPECT_EQ(got(set_unit("[Unit]\nB=1", "Service", "A", "1")), "[Unit]\nB=1\n\n[Service]\nA=1");
  EXPECT_EQ(got(set_unit("[Service]\n[Unit]\n", "Service", "A", "1")), "[Service]\nA=1\n[Unit]\n");
}

TEST(SetUnit, OfAValueOfSeveralLinesOnlyTheWordsThatDifferAreWritten) {
  EXPECT_EQ(got(set_unit(k_unit, "Service", "ExecStart", "/usr/bin/kubelet --config /c --v=4")),
            std::string(k_unit).replace(k_unit.find("--v=2"), 5, "--v=4"));
  EXPECT_EQ(got(set_unit("[S]\nE=/k \\\n  --a \\\n  --b\n", "S", "E", "/k --a --b --c")), "[S]\nE=/k \\\n  --a \\\n  --b \\\n  --c\n");
  EXPECT_EQ(got(set_unit("[S]\nE=/k \\\n  --a \\\n  --b\n", "S", "E", "/k --b")), "[S]\nE=/k \\\n  --b\n");
}

TEST(SetUnit, WhatCannotStandInAUnitIsRefused) {
  EXPECT_EQ(code(set_unit("[S]\nA=1\n", "S", "A", "1\n[T]")), Errc::invalid_argument);
  EXPECT_EQ(code(set_unit("[S]\nA=1\n", "S", "A", "x\\")), Errc::invalid_argument);
  EXPECT_EQ(code(set_unit("[S]\nA=1\n", "S", "A", " x")), Errc::invalid_argument);
  EXPECT_EQ(code(set_unit("[S]\nA=1\n", "S]", "A", "x")), Errc::invalid_argument);
  EXPECT_EQ(code(set_unit("[S]\nA=1\n", "S", "A=B", "x")), Errc::invalid_argument);
  EXPECT_EQ(code(set_unit("[S]\nA=1\\", "S", "B", "x")), Errc::unsupported) << "the file's last line would join the new one";
}

TEST(AddUnit, OneMoreAssignmentBesideTheOthers) {
  EXPECT_EQ(got(add_unit("[S]\nE=a\nF=1\n", "S", "E", "b")), "[S]\nE=a\nE=b\nF=1\n");
  EXPECT_EQ(got(remove_unit("[S]\nE=a\\\n# c\nb\nF=1\nE=\n", "S", "E")), "[S]\nF=1\n");
  EXPECT_EQ(code(remove_unit("[S]\nE=a\n", "S", "F")), Errc::not_found);
}

TEST(UnitEnvironment, OneVariableIsChangedInItsLine) {
  EXPECT_EQ(got(set_unit_environment("[S]\nEnvironment=\"A=b c\" D=e\n", "S", "A", "x y")), "[S]\nEnvironment=\"A=x y\" D=e\n");
  EXPECT_EQ(got(set_unit_environment("[S]\nEnvironment=\"A=b c\" D=e\n", "S", "D", "x y")), "[S]\nEnvironment=\"A=b c\" \"D=x y\"\n");
  EXPECT_EQ(got(set_unit_environment("[S]\nEnvironment=A=1\nEnvironment=A=2\n", "S", "A", "3")), "[S]\nEnvironment=A=1\nEnvironment=A=3\n");
  EXPECT_EQ(got(set_unit_environment("[S]\nEnvironment=A=1\nEnvironment=\n", "S", "A", "3")),
            "[S]\nEnvironment=A=1\nEnvironment=\nEnvironment=A=3\n");
  EXPECT_EQ(got(set_unit_environment("[Service]\n", "Service", "NO_PROXY", "a,b")), "[Service]\nEnvironment=NO_PROXY=a,b\n");
  EXPECT_EQ(got(set_unit_environment("", "Service", "X", "a b")), "[Service]\nEnvironment=\"X=a b\"\n");
  EXPECT_EQ(got(set_unit_environment("[S]\nEnvironment=A=1 \\\n  B=2 \\\n  C=3\n", "S", "B", "9")),
            "[S]\nEnvironment=A=1 \\\n  B=9 \\\n  C=3\n");
}

TEST(UnitEnvironment, APercentSignIsTwo) {
  const auto text = got(set_unit_environment("[S]\n", "S", "HTTPS_PROXY", "http://u:p%40x@proxy:3128"));
  EXPECT_EQ(text, "[S]\nEnvironment=HTTPS_PROXY=http://u:p%%40x@proxy:3128\n");
  EXPECT_EQ(get_unit_environment(text, "S", "HTTPS_PROXY"), "http://u:p%40x@proxy:3128");
}

TEST(UnitEnvironment, WhatIsTakenOutLeavesNoReset) {
  EXPECT_EQ(got(remove_unit_environment("[S]\nEnvironment=A=1\nEnvironment=B=1 A=2 C=3\nEnvironment=A=3 D=4\n", "S", "A")),
            "[S]\nEnvironment=B=1 C=3\nEnvironment=D=4\n");
  EXPECT_EQ(code(remove_unit_environment("[S]\nEnvironment=A=1\n", "S", "B")), Errc::not_found);
}

}  // namespace
}  // namespace unsnag::edit
