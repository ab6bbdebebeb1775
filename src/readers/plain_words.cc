// SPDX-License-Identifier: Apache-2.0
#include "readers/plain_words.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "base/text.h"
#include "readers/shell.h"

namespace unsnag::readers {
namespace {

constexpr std::size_t k_max_line = 4096;   // what is said is said by then
constexpr std::size_t k_max_words = 1024;  // of a line

using Words = std::vector<std::string_view>;

// What failed: a word of fetching and a word for what is fetched.
constexpr std::array<std::string_view, 9> k_fetching{"pull",       "pulling", "pulled",   "download", "downloading",
                                                     "downloaded", "fetch",   "fetching", "fetched"};
constexpr std::array<std::string_view, 13> k_fetched{"image", "images",    "manifest", "manifests", "layer",      "layers",  "blob",
                                                     "blobs", "imagepull", "docker",   "container", "containerd", "registry"};
// "docker", "container" and "registry" are of pulls, while a registry's packages are fetched, too.
constexpr std::array<std::string_view, 4> k_only_pulled{"docker", "container", "containerd", "registry"};

constexpr std::array<std::string_view, 21> k_failed{"fail",      "fails",      "failed",       "failing",     "cannot",    "cant",
                                                    "can't",     "couldn't",   "unable",       "denied",      "forbidden", "refused",
                                                    "rejected",  "timedout",   "unauthorized", "unreachable", "aborted",   "corrupt",
                                                    "corrupted", "unexpected", "invalid"};
// Names of failures. In a sentence they may be talked about; a program puts them first, before a colon or as a level.
constexpr std::array<std::string_view, 5> k_failure{"error", "failure", "timeout", "fatal", "exception"};
// Two words in a row.
struct Pair {
  std::string_view first, second;
};
constexpr std::array<Pair, 8> k_failed_pairs{{{"not", "found"},
                                              {"no", "such"},
                                              {"timed", "out"},
                                              {"could", "not"},
                                              {"can", "not"},
                                              {"not", "exist"},
                                              {"not", "supported"},
                                              {"not", "available"}}};
// Before a word of failing: it did not, or none is meant.
constexpr std::array<std::string_view, 15> k_not{"no",    "not",    "never",   "without", "zero", "any",  "0",    "nor",
                                                 "isn't", "didn't", "doesn't", "don't",   "a",    "each", "every"};
// Anywhere before it: what may happen.
constexpr std::array<std::string_view, 7> k_may{"if", "whether", "would", "should", "might", "may", "how"};
// Other things that are pulled, and what went well.
constexpr std::array<std::string_view, 13> k_elsewhere{"git",      "merge", "pr",     "branch",   "npm",       "pip",    "successfully",
                                                       "requests", "works", "worked", "succeeds", "succeeded", "success"};

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& list) {
  return std::any_of(list.begin(), list.end(), [&](std::string_view one) { return equal_ignoring_case(word, one); });
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '\''; }

/// Runs of letters; names of files, hosts and fields are words too, and harmless.
Words words_of(std::string_view line) {
  Words words;
  for (std::size_t i = 0; i < line.size() && words.size() < k_max_words;) {
    if (!is_letter(line[i])) {
      ++i;
      continue;
    }
    const auto begin = i;
    while (i < line.size() && is_letter(line[i])) ++i;
    words.push_back(line.substr(begin, i - begin));
  }
  return words;
}

/// err=<nil>, "error": null, errors: 0
bool is_empty_value(std::string_view line, std::string_view word) {
  auto rest = line.substr(static_cast<std::size_t>(word.data() - line.data()) + word.size());
  const auto value = rest.find_first_not_of("\\\" =:<");
  if (value == 0 || value == std::string_view::npos) return value == std::string_view::npos && contains(rest, "=");
  rest.remove_prefix(value);
  for (const auto empty : {"nil", "null", "none", "0", "false"})
    if (rest.substr(0, std::string_view(empty).size()) == empty) return true;
  return false;
}

/// "error: …", "level=error", "[ERROR …", "Error pulling …"
bool is_said_by_a_program(std::string_view line, std::string_view word) {
  const auto begin = static_cast<std::size_t>(word.data() - line.data());
  const auto rest = line.substr(begin + word.size());
  if (rest.starts_with(':') || rest.starts_with("\":")) return true;
  if (begin == 0) return !rest.starts_with(' ') || !contains(line, ". ");
  return line[begin - 1] == '=' || line[begin - 1] == '[' || line[begin - 1] == '"';
}

bool says_failed(std::string_view line, const Words& words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (is_one_of(words[i], k_may)) return false;
    if (i + 1 < words.size())
      for (const auto& pair : k_failed_pairs)
        if (equal_ignoring_case(words[i], pair.first) && equal_ignoring_case(words[i + 1], pair.second)) return true;
    if (i > 0 && is_one_of(words[i - 1], k_not)) continue;
    const bool failure = is_one_of(words[i], k_failure) && is_said_by_a_program(line, words[i]);
    if ((failure || is_one_of(words[i], k_failed)) && !is_empty_value(line, words[i])) return true;
  }
  return false;
}

bool says_fetched(const Words& words) {
  bool fetching = false, pulling = false, image = false, of_pulls = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto word = words[i];
    if (i + 1 < words.size() && equal_ignoring_case(word, "pull") && equal_ignoring_case(words[i + 1], "request")) return false;
    if (is_one_of(word, k_fetching)) fetching = true, pulling = pulling || equal_ignoring_case(word.substr(0, 4), "pull");
    else if (is_one_of(word, k_only_pulled)) of_pulls = true;
    else if (is_one_of(word, k_fetched)) image = true;
  }
  return (fetching && image) || (pulling && of_pulls);
}

/// docker pull IMAGE, sudo k3s ctr images pull IMAGE
bool is_pull_command(std::string_view command) {
  constexpr std::array<std::string_view, 9> k_clients{"docker", "podman", "crictl", "ctr", "nerdctl", "k3s", "microk8s", "buildah", "sudo"};
  const auto words = split_words(command.substr(0, k_max_line));
  return words.size() > 2 && is_one_of(words.front(), k_clients) &&
         std::find(words.begin() + 1, words.end() - 1, "pull") != words.end() - 1;
}

bool begins_with_an_error(std::string_view line) {
  constexpr std::array<std::string_view, 5> k_starts{"Error", "ERRO", "FATA", "error", "fatal"};
  return std::any_of(k_starts.begin(), k_starts.end(), [&](std::string_view start) { return line.starts_with(start); });
}

}  // namespace

bool tells_of_a_failed_pull(std::string_view line) {
  line = trim(line.substr(0, k_max_line));
  if (line.empty() || line.back() == '?') return false;
  const auto words = words_of(line);
  if (std::any_of(words.begin(), words.end(), [](std::string_view word) { return is_one_of(word, k_elsewhere); })) return false;
  return says_fetched(words) && says_failed(line, words);
}

std::vector<std::uint64_t> lines_of_failed_pulls(std::string_view text) {
  std::vector<std::uint64_t> numbers;
  std::uint64_t number = 0;
  bool pulling = false;  // the last command was a pull
  for (const auto one : split(text, '\n')) {
    ++number;
    const auto line = trim(one);
    const auto command = shell_command(line);
    if (!command.empty() || is_pull_command(line)) {
      pulling = is_pull_command(command.empty() ? line : command);
      continue;
    }
    if ((pulling && begins_with_an_error(line)) || tells_of_a_failed_pull(line)) numbers.push_back(number);
  }
  return numbers;
}

}  // namespace unsnag::readers
