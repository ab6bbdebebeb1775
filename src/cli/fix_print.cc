// SPDX-License-Identifier: Apache-2.0
// unsnag fix CAUSE --print PLATFORM [--patch FILE]: the lasting change, to paste or in a file that is there.
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>

#include <fmt/format.h>

#include "cli/commands.h"
#include "cli/fix_print.h"
#include "edit/diff.h"
#include "node/change.h"
#include "platforms/platforms.h"
#include "remedy/lasting.h"

namespace unsnag::cli {
namespace {

constexpr int k_done = 0, k_not_there = 3;

int complain_of(std::string what, const Error& error, std::string next, Surroundings& surroundings) {
  auto where = std::string();
  for (auto it = error.context.rbegin(); it != error.context.rend(); ++it) where += (where.empty() ? "" : ": ") + *it;
  return complain(surroundings, {std::move(what), error.detail, std::move(where), "", std::move(next)});
}

/// As the file tree names it. Errors: io.
Result<std::string> absolute(const std::string& path) {
  if (!path.empty() && path.front() == '/') return path;
  std::array<char, PATH_MAX> here{};
  if (::getcwd(here.data(), here.size()) == nullptr) return fail_errno(errno);
  return std::string(here.data()) + "/" + path;
}

int patch_file(const std::string& file, std::string_view platform, const remedy::Lasting& lasting, bool apply, Surroundings& surroundings) {
  const auto tree = node::Root::open("/");
  const auto path = absolute(file);
  if (!tree || !path) return complain_of("the file can't be read", tree ? path.error() : tree.error(), "", surroundings);
  const auto before = tree->read(*path);
  if (!before) return complain_of("the file can't be read", context<std::string>(before, "{}", file).error(), "", surroundings);
  const auto after = platforms::patch(platform, *before, lasting.settings, lasting.context);
  if (!after) {
    if (after.error().code == Errc::unsupported || after.error().code == Errc::not_found)
      return emit(surroundings, fmt::format("{} can't be patched: {}\n", file, after.error().message()), k_not_there);
    return complain_of(fmt::format("{} can't be patched", file), after.error(), "", surroundings);
  }
  if (*after == *before) return emit(surroundings, fmt::format("{} says all of it already\n", file), k_done);
  if (const int status = emit(surroundings, edit::unified_diff(*before, *after, file), k_done); status != k_done) return status;
  if (!apply) {
    surroundings.err(fmt::format("Nothing was written. With --apply {} is changed so.\n", file));
    return k_done;
  }
  if (const auto written = node::write_file(*tree, *path, *after); !written)
    return complain_of("the file was not changed", context<void>(written, "{}", file).error(), "", surroundings);
  surroundings.err(fmt::format("{} is changed.\n", file));
  return k_done;
}

}  // namespace

std::vector<std::string_view> platform_names() {
  std::vector<std::string_view> names;
  for (const auto& one : platforms::platforms()) names.push_back(one.id);
  return names;
}

int print_lasting(const remedy::Cure& cure, const remedy::Values& values, const std::string& command, const Arguments& arguments,
                  Surroundings& surroundings) {
  const auto platform = arguments.get("print", "");
  if (platform.empty())
    return complain(surroundings,
                    {"--patch needs to know what the file is", "", "", "", fmt::format("--print {}", fmt::join(platform_names(), ", "))});
  const auto root = node::Root::open(std::string(arguments.get("root", "/")));
  if (!root) return complain_of("the node's root can't be read", root.error(), "--root names the folder it is mounted on", surroundings);
  const auto whole = fmt::format("{} --print {}", command, platform);
  const auto lasting = remedy::lasting_change(*root, cure, values, platform, arguments.get("runtime", ""), whole);
  if (!lasting) {
    if (lasting.error().code == Errc::unsupported)
      return emit(surroundings, fmt::format("{} can't be cured there: {}\n", cure.cause, lasting.error().message()), k_not_there);
    return complain_of(fmt::format("unsnag fix {}", cure.cause), lasting.error(), "unsnag fix --help", surroundings);
  }
  if (arguments.has("patch"))
    return patch_file(std::string(arguments.get("patch", "")), platform, *lasting, arguments.has("apply"), surroundings);
  const auto snippet = platforms::print(platform, lasting->settings, lasting->context);
  if (!snippet) {
    if (snippet.error().code == Errc::unsupported)
      return emit(surroundings, fmt::format("{} has no place for it: {}\n", platform, snippet.error().message()), k_not_there);
    return complain_of(fmt::format("unsnag fix {}", cure.cause), snippet.error(), "unsnag fix --help", surroundings);
  }
  return emit(surroundings, snippet->text, k_done);
}

}  // namespace unsnag::cli
