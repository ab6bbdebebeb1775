// SPDX-License-Identifier: Apache-2.0
#include "node/units.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "node/root_for_tests.h"

namespace unsnag::node {
namespace {

using testing::ElementsAre;

std::vector<std::string> paths(const Unit& unit) {
  std::vector<std::string> all;
  for (const auto& file : unit.files) all.push_back(file.path);
  return all;
}

std::vector<std::string> texts(const std::vector<Assignment>& assignments) {
  std::vector<std::string> all;
  for (const auto& one : assignments) all.push_back(std::to_string(one.line) + " " + one.section + " " + one.key + "=" + one.value);
  return all;
}

TEST(Units, LinesAreReadAsSystemdReadsThem) {
  struct Case {
    const char* what;
    const char* text;
    std::vector<std::string> found;
  };
  for (const auto& [what, text, found] : std::vector<Case>{
           {"a key before any section", "A=1\n[Service]\nB=2\n", {"3 Service B=2"}},
           {"blanks around", "[Service]\n  A \t=  x y \n", {"2 Service A=x y"}},
           {"a line that goes on",
            "[Service]\nExecStart=/bin/a \\\n  --b \\\n  --c\nD=1\n",
            {"2 Service ExecStart=/bin/a  --b  --c", "5 Service D=1"}},
           {"a comment inside of it", "[Service]\nExecStart=/bin/a \\\n# why\n; also\n  --b\n", {"2 Service ExecStart=/bin/a  --b"}},
           {"an escaped backslash at the end", "[Service]\nA=x\\\\\nB=2\n", {"2 Service A=x\\\\", "3 Service B=2"}},
           {"the end of file in it", "[Service]\nA=x \\", {"2 Service A=x"}},
           {"Windows' line ends", "[Service]\r\nA=1\r\n", {"2 Service A=1"}},
           {"a broken section hides what follows", "[Service\nA=1\n[Unit]\nB=2\n", {"4 Unit B=2"}},
           {"no assignment", "[Service]\nhello\n=x\nA=\n", {"4 Service A="}},
           {"a mark at the beginning", "\xEF\xBB\xBF[Service]\nA=1", {"2 Service A=1"}},
       })
    EXPECT_EQ(texts(parse_unit(text, "f")), found) << what;
}

TEST(Units, AnEmptyValueEmptiesTheList) {
  const auto all = parse_unit("[Service]\nExecStart=/bin/a\nExecStart=\nExecStart=/bin/b\nExecStart=/bin/c\n[Unit]\nExecStart=\n", "f");
  EXPECT_THAT(texts(values_of(all, "Service", "ExecStart")), ElementsAre("4 Service ExecStart=/bin/b", "5 Service ExecStart=/bin/c"));
}

TEST(Units, WordsAreQuotedAndEscaped) {
  struct Case {
    const char* text;
    std::vector<std::string> words;
  };
  for (const auto& [text, words] : std::vector<Case>{{R"("A=b c" 'D=e "f"' G=h)", {"A=b c", "D=e \"f\"", "G=h"}},
                                                     {R"(A="b c"d)", {"A=b cd"}},
                                                     {R"(A=x\x41y B=a\sb C=\q)", {"A=xAy", "B=a b", "C=\\q"}},
                                                     {R"("" a)", {"", "a"}},
                                                     {"", {}},
                                                     {R"(open "quote)", {"open", "quote"}}})
    EXPECT_EQ(unit_words(text), words) << text;
}

TEST(Units, EnvironmentFilesAreNoShellScripts) {
  struct Case {
    const char* what;
    const char* text;
    std::vector<std::string> found;
  };
  for (const auto& [what, text, found] : std::vector<Case>{
           {"plain", "A=b c  \n# x=1\n;y=2\nB=\n", {"1 A=b c", "4 B="}},
           {"quotes", "A=\"b  c \"\nB='x \"y\"'\nC=a\"b\"\n", {"1 A=b  c ", "2 B=x \"y\"", "3 C=a\"b\""}},
           {"quotes after quotes", "A=\"b\"'c'  d\n", {"1 A=bcd"}},
           {"escapes in quotes", "A=\"\\$x\\n\\\"\"\n", {"1 A=$x\\n\""}},
           {"a line that goes on", "A=b\\\nc\nD=1", {"1 A=bc", "3 D=1"}},
           {"a quote over lines", "A=\"b\nc\"\nD=1\n", {"1 A=b\nc", "3 D=1"}},
           {"export is a shell's word", "export A=1\nB=2\n", {"2 B=2"}},
           {"no name", "=1\n1A=2\nA-B=3\nC\n", {}},
           {"no dollar is put in", "A=$B\n", {"1 A=$B"}},
       }) {
    std::vector<std::string> shown;
    for (const auto& one : parse_environment_file(text, "f")) shown.push_back(std::to_string(one.line) + " " + one.name + "=" + one.value);
    EXPECT_EQ(shown, found) << what;
  }
}

// The order is that in which systemd 252's `systemd-analyze verify --root=` complains about a key in each of these files.
TEST(Units, DropInsApplyInSystemdsOrder) {
  const ScratchRoot scratch;
  scratch.write("/usr/lib/systemd/system/foo-bar-baz.service", "[Service]\nExecStart=/bin/true\n");
  for (const std::string folder : {"service.d", "foo-.service.d", "foo-bar-.service.d", "foo-bar-baz.service.d"})
    for (const std::string where : {"/etc/systemd/system/", "/usr/lib/systemd/system/"}) {
      const auto stem = folder.substr(0, folder.find('.'));
      scratch.write(where + folder + "/10-same.conf", "[Service]\nA=1\n");
      scratch.write(where + folder + "/20-" + stem + "x.conf", "[Service]\nB=1\n");
    }
  scratch.write("/etc/systemd/system/service.d/05-x.conf", "[Service]\nC=1\n");
  scratch.write("/etc/systemd/system/foo-bar-baz.service.d/30-empty.conf", "");
  scratch.write("/usr/lib/systemd/system/foo-bar-baz.service.d/40-masked.conf", "[Service]\nD=1\n");
  scratch.link("/dev/null", "/etc/systemd/system/foo-bar-baz.service.d/40-masked.conf");
  scratch.link("foo-bar-baz.service", "/usr/lib/systemd/system/ali.service");
  scratch.write("/etc/systemd/system/ali.service.d/15-alias.conf", "[Service]\nE=1\n");
  std::filesystem::create_directories(scratch.here("/dev"));
  scratch.write("/dev/null", "");

  const auto unit = load_unit(scratch.root(), "ali.service");
  ASSERT_TRUE(unit);
  EXPECT_EQ(unit->state, Unit::State::found);
  EXPECT_EQ(unit->name, "foo-bar-baz.service");
  EXPECT_THAT(paths(*unit),
              ElementsAre("/usr/lib/systemd/system/foo-bar-baz.service", "/etc/systemd/system/service.d/05-x.conf",
                          "/etc/systemd/system/foo-bar-baz.service.d/10-same.conf", "/etc/systemd/system/ali.service.d/15-alias.conf",
                          "/etc/systemd/system/foo-bar-baz.service.d/20-foo-bar-bazx.conf",
                          "/etc/systemd/system/foo-bar-.service.d/20-foo-bar-x.conf", "/etc/systemd/system/foo-.service.d/20-foo-x.conf",
                          "/etc/systemd/system/service.d/20-servicex.conf"));
}

TEST(Units, AMaskedUnitIsNoUnit) {
  const ScratchRoot scratch;
  scratch.write("/usr/lib/systemd/system/docker.service", "[Service]\nExecStart=/usr/bin/dockerd\n");
  scratch.link("/dev/null", "/etc/systemd/system/docker.service").write("/dev/null", "");
  const auto unit = load_unit(scratch.root(), "docker.service");
  ASSERT_TRUE(unit);
  EXPECT_EQ(unit->state, Unit::State::masked);
  EXPECT_TRUE(unit->assignments.empty());
  EXPECT_EQ(load_unit(scratch.root(), "none.service")->state, Unit::State::not_found);
  for (const auto* bad : {"", "kubelet", "../x.service", ".service", "a."}) EXPECT_FALSE(load_unit(scratch.root(), bad)) << bad;
}

TEST(Units, AnInstanceIsReadFromItsTemplate) {
  const ScratchRoot scratch;
  scratch.write("/usr/lib/systemd/system/pull@.service", "[Service]\nExecStart=/bin/pull %i\n");
  scratch.write("/etc/systemd/system/pull@.service.d/10.conf", "[Service]\nNice=5\n");
  scratch.write("/etc/systemd/system/pull@web.service.d/20.conf", "[Service]\nNice=6\n");
  const auto unit = load_unit(scratch.root(), "pull@web.service");
  EXPECT_EQ(unit->value("Service", "ExecStart")->value, "/bin/pull %i");
  EXPECT_EQ(unit->value("Service", "Nice")->file, "/etc/systemd/system/pull@web.service.d/20.conf");
}

TEST(Units, ARingOfAliasesEnds) {
  const ScratchRoot scratch;
  scratch.link("b.service", "/etc/systemd/system/a.service").link("a.service", "/etc/systemd/system/b.service");
  EXPECT_EQ(load_unit(scratch.root(), "a.service")->state, Unit::State::not_found);
}

// What bit people on EKS: the later Environment= of one name replaces the earlier.
TEST(Units, TheCommandIsWhatSystemdWouldRun) {
  const ScratchRoot scratch;
  scratch.write(
      "/etc/systemd/system/kubelet.service",
      "[Service]\nEnvironmentFile=-/etc/default/none\nEnvironmentFile=/etc/eks/kubelet/environment\nEnvironmentFile=/etc/missing\n"
      "ExecStart=-/usr/bin/kubelet --cloud-provider aws \\\n  $KUBELET_ARGS $KUBELET_EXTRA_ARGS --name=${NAME} $NOTHING $$x\n");
  scratch.write("/etc/systemd/system/kubelet.service.d/10-args.conf",
                "[Service]\nEnvironment='KUBELET_ARGS=--node-ip=10.0.0.1 --v=2' NAME=old\n");
  scratch.write("/etc/systemd/system/kubelet.service.d/30-extra.conf", "[Service]\nEnvironment=KUBELET_EXTRA_ARGS=--node-labels=a=b\n");
  scratch.write("/etc/systemd/system/kubelet.service.d/90-mine.conf",
                "[Service]\nEnvironment=KUBELET_EXTRA_ARGS=--image-pull-progress-deadline=10m\n");
  scratch.write("/etc/eks/kubelet/environment", "NAME=\"a b\"\n");
  const auto root = scratch.root();
  const auto unit = load_unit(root, "kubelet.service");
  std::vector<UnreadFile> unread;
  const auto environment = unit_environment(root, *unit, &unread);
  ASSERT_EQ(environment.size(), 3U);
  EXPECT_EQ(environment[2].name, "KUBELET_EXTRA_ARGS");
  EXPECT_EQ(environment[2].file, "/etc/systemd/system/kubelet.service.d/90-mine.conf");
  EXPECT_EQ(environment[2].line, 2U);
  EXPECT_THAT(unit_command(*unit, environment), ElementsAre("/usr/bin/kubelet", "--cloud-provider", "aws", "--node-ip=10.0.0.1", "--v=2",
                                                            "--image-pull-progress-deadline=10m", "--name=a b", "$x"));
  ASSERT_EQ(unread.size(), 1U) << "the optional one is not missed";
  EXPECT_EQ(unread[0].path, "/etc/missing");
}

TEST(Units, AsCatHasEveryFileUnderItsName) {
  const ScratchRoot scratch;
  scratch.write("/lib/systemd/system/a.service", "[Service]\nA=1");
  scratch.write("/etc/systemd/system/a.service.d/x.conf", "[Service]\nA=2\n");
  EXPECT_EQ(as_cat(*load_unit(scratch.root(), "a.service")),
            "# /lib/systemd/system/a.service\n[Service]\nA=1\n\n# /etc/systemd/system/a.service.d/x.conf\n[Service]\nA=2\n");
}

}  // namespace
}  // namespace unsnag::node
