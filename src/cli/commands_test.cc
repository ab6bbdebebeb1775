// SPDX-License-Identifier: Apache-2.0
#include "cli/commands.h"

#include <filesystem>
#include <fstream>
#include <iterator>

#include <unistd.h>
#include <cerrno>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/text.h"
#include "diagnose/verdict.h"

namespace unsnag::cli {
namespace {

namespace fs = std::filesystem;

struct Ran {
  int status = 0;
  std::string out, err;
};

Ran ran(const std::vector<std::string>& arguments, int write_error = 0) {
  Ran result;
  Surroundings surroundings;
  surroundings.out = [&](std::string_view text) {
    if (write_error == 0) result.out += text;
    return write_error;
  };
  surroundings.err = [&](std::string_view text) { result.err += text; };
  result.status = run(arguments, surroundings);
  return result;
}

std::string slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Cli, AloneItSaysWhatToDo) {
  const auto result = ran({});
  EXPECT_EQ(result.status, 0);
  EXPECT_TRUE(contains(result.out, "kubectl describe pod POD | unsnag why"));
  EXPECT_EQ(result.err, "");
}

TEST(Cli, EveryCommandHasHelpWithExamplesAndItsOptions) {
  for (const auto& command : commands()) {
    const auto result = ran({std::string(command.name), "--help"});
    EXPECT_EQ(result.status, 0);
    EXPECT_TRUE(contains(result.out, "Examples\n  unsnag") || contains(result.out, "Examples\n  kubectl")) << command.name;
    for (const auto& option : command.options) EXPECT_TRUE(contains(result.out, fmt::format("--{}", option.name))) << option.name;
    EXPECT_EQ(ran({"help", std::string(command.name)}).out, result.out);
    for (const auto line : split(result.out, '\n')) EXPECT_LE(line.size(), 80U) << line;
  }
}

TEST(Cli, WrongUseIsStatus2AndSaysWhatWasMeant) {
  const struct {
    std::vector<std::string> arguments;
    const char* says;
  } cases[] = {{{"wyh"}, "did you mean: unsnag why"},
               {{"expl"}, "did you mean: unsnag explain"},
               {{"frobnicate"}, "unsnag help lists the commands"},
               {{"/"}, "to explain it: unsnag why /"},
               {{"-o", "json"}, "options follow the command"},
               {{"why", "--outptu=json", "x"}, "did you mean --output?"},
               {{"why", "-o", "yaml", "x"}, "--output is one of text, json, md, events, not \"yaml\""},
               {{"why", "x", "-o"}, "unsnag why: "},
               {{"why", "--color=sometimes", "x"}, "--color is one of auto, always, never"},
               {{"explain", "progress-deadlin"}, "did you mean: unsnag explain progress-deadline"},
               {{"explain", "oom"}, "did you mean: unsnag explain out-of-memory"},
               {{"explain", "zstd"}, "unsnag explain"},
               {{"explain", "--markdown", "/proc/x", "nonsense"}, "there is no cause \"nonsense\""},
               {{"explain", "a", "b"}, "\"b\" is one argument too many"},
               {{"completion"}, "one of: bash, zsh, fish"},
               {{"completion", "tcsh"}, "there is no completion for \"tcsh\""},
               {{"help", "hwy"}, "did you mean: unsnag why"}};
  for (const auto& one : cases) {
    const auto result = ran(one.arguments);
    EXPECT_EQ(result.status, 2) << one.says;
    EXPECT_TRUE(contains(result.err, one.says)) << result.err;
    EXPECT_EQ(result.out, "") << one.says;
  }
}

TEST(Cli, ArgumentsCannotWriteToTheTerminal) { EXPECT_FALSE(contains(ran({"\x1B[31mwhy"}).err, "\x1B")); }

TEST(Cli, HasAVersion) { EXPECT_EQ(ran({"--version"}).out.substr(0, 7), "unsnag "); }

TEST(Why, ATargetThatIsNotThereIsStatus2) {
  for (const auto* format : {"text", "json", "md", "events"}) {
    const auto result = ran({"why", "-o", format, "no-such-bundle.tar.gz"});
    EXPECT_EQ(result.status, 2);
    EXPECT_TRUE(contains(result.err, "the input can't be read")) << result.err;
    EXPECT_TRUE(contains(result.err, "  where   no-such-bundle.tar.gz")) << result.err;
    EXPECT_TRUE(contains(result.err, "  next    ")) << result.err;
    EXPECT_EQ(result.out, "");
  }
}

TEST(Why, AnEmptyNameHasAPlaceInTheComplaint) { EXPECT_TRUE(contains(ran({"why", ""}).err, "  where   \"\" (an empty name)\n")); }

TEST(Why, ATargetOfSeveralThatIsNotThereIsNamedAndTheRestIsRead) {
  const auto path = fs::temp_directory_path() / fmt::format("unsnag-why-test-{}", ::getpid());
  const auto write = [&](std::string_view text) { std::ofstream(path, std::ios::binary) << text; };
  write(
      "Failed to pull image \"registry.example/app:1\": rpc error: code = NotFound desc = failed to pull and unpack image "
      "\"registry.example/app:1\": failed to resolve reference \"registry.example/app:1\": registry.example/app:1: not found\n");
  auto result = ran({"why", "-o", "json", "not-there", path.string()});
  EXPECT_EQ(result.status, 1);
  EXPECT_TRUE(contains(result.out, "image-not-found"));
  EXPECT_TRUE(contains(result.out, "not-there: No such file or directory")) << result.out;
  write("hello\n");
  EXPECT_EQ(ran({"why", path.string()}).status, 0);
  result = ran({"why", path.string(), "not-there"});
  EXPECT_EQ(result.status, 2) << "what was named and not read may tell of a failure";
  EXPECT_TRUE(contains(result.out, "not-there: No such file")) << result.out;
  EXPECT_EQ(ran({"why", "-o", "events", path.string(), "not-there"}).status, 2);
  EXPECT_EQ(ran({"why", "not-there", "nor-there"}).status, 2);
  fs::remove(path);
}

TEST(Why, AValueMayFollowAShortOptionAndAnEqualsSign) {
  const auto path = fs::temp_directory_path() / fmt::format("unsnag-why-test-{}", ::getpid());
  std::ofstream(path) << "hello\n";
  EXPECT_EQ(ran({"why", "-o=json", path.string()}).out.substr(0, 1), "{");
  EXPECT_TRUE(contains(ran({"why", "-o=yaml", path.string()}).err, "not \"yaml\""));
  fs::remove(path);
}

TEST(Explain, ListsAndShowsCauses) {
  const auto list = ran({"explain"});
  EXPECT_EQ(list.status, 0);
  for (const auto& page : diagnose::cause_pages()) EXPECT_TRUE(contains(list.out, page.id)) << page.id;
  const auto page = ran({"explain", "progress-deadline"});
  EXPECT_EQ(page.status, 0);
  EXPECT_EQ(page.out.substr(0, 18), "progress-deadline\n");
}

TEST(Explain, KnowsTheNameInAnyCaseAndThatNothingFailed) {
  EXPECT_EQ(ran({"explain", "PROGRESS-DEADLINE"}).out, ran({"explain", "progress-deadline"}).out);
  const auto nothing = ran({"explain", "no-failure"});
  EXPECT_EQ(nothing.status, 0);
  EXPECT_TRUE(contains(nothing.out, "certain")) << nothing.out;
}

TEST(Explain, WritesThePageOfOneCause) {
  const auto folder = fs::temp_directory_path() / fmt::format("unsnag-explain-one-{}", ::getpid());
  const auto result = ran({"explain", "disk-full", "--markdown", folder.string()});
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out, fmt::format("1 page in {}\n", folder.string()));
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder)) ++files;
  EXPECT_EQ(files, 1U);
  EXPECT_TRUE(contains(slurp(folder / "disk-full.md"), "# disk-full\n"));
  fs::remove_all(folder);
}

TEST(Explain, WritesAPageForEachCause) {
  const auto folder = fs::temp_directory_path() / fmt::format("unsnag-explain-test-{}", ::getpid());
  const auto result = ran({"explain", "--markdown", folder.string()});
  EXPECT_EQ(result.status, 0) << result.err;
  std::size_t files = 0;
  for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder)) ++files;
  EXPECT_EQ(files, diagnose::cause_pages().size() + 1);
  EXPECT_TRUE(contains(slurp(folder / "progress-deadline.md"), "# progress-deadline\n"));
  EXPECT_TRUE(contains(slurp(folder / "README.md"), "(progress-deadline.md)"));
  fs::remove_all(folder);
  EXPECT_EQ(ran({"explain", "--markdown", "/proc/no-such-folder"}).status, 2);
}

TEST(Completion, KnowsEveryCommandOptionAndCause) {
  for (const auto* shell : {"bash", "zsh", "fish"}) {
    const auto result = ran({"completion", shell});
    EXPECT_EQ(result.status, 0);
    for (const auto& command : commands()) {
      EXPECT_TRUE(contains(result.out, command.name)) << shell;
      for (const auto& option : command.options) EXPECT_TRUE(contains(result.out, option.name)) << shell << " " << option.name;
    }
    EXPECT_TRUE(contains(result.out, "progress-deadline")) << shell;
  }
}

TEST(Output, AClosedPipeIsQuietAFullDiskIsNot) {
  const auto closed = ran({"explain"}, EPIPE);
  EXPECT_EQ(closed.status, 0);
  EXPECT_EQ(closed.err, "");
  const auto full = ran({"explain"}, ENOSPC);
  EXPECT_EQ(full.status, 2);
  EXPECT_TRUE(contains(full.err, "No space left on device"));
}

}  // namespace
}  // namespace unsnag::cli
