// SPDX-License-Identifier: Apache-2.0
#include "remedy/cure.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/text.h"
#include "base/time.h"
#include "catalogue/causes.h"
#include "remedy/cures.h"

namespace unsnag::remedy {
namespace {

Result<std::string> check_number(std::string_view value, int least, int most) {
  int number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc{} || end != value.data() + value.size() || number < least || number > most)
    return fail(Errc::invalid_argument, fmt::format("\"{}\" is no number from {} to {}", value, least, most));
  return std::to_string(number);
}

/// Words in braces stand for what a verdict knows, and here is none: "{image}" becomes IMAGE.
std::string without_words(std::string_view text) {
  std::string out;
  for (bool inside = false; const char c : text) {
    if (c == '{' || c == '}') inside = c == '{';
    else out += inside && c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
  }
  return out;
}

bool is_of(std::string_view text, std::string_view more) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || contains(more, std::string_view(&c, 1));
  });
}

}  // namespace

const std::vector<const Cure*>& cures() {
  static const std::vector<const Cure*> k_cures = {&k_credential_provider_failure,
                                                   &k_cri_deadline,
                                                   &k_disk_pressure_gc,
                                                   &k_fd_or_process_limit,
                                                   &k_http_https_mismatch,
                                                   &k_image_verification_of_credentials,
                                                   &k_mirror_misconfigured,
                                                   &k_progress_deadline,
                                                   &k_proxy_misconfigured,
                                                   &k_pull_qps_exceeded,
                                                   &k_serialized_queue,
                                                   &k_slow_disk,
                                                   &k_tls_untrusted};
  return k_cures;
}

const Cure* find_cure(std::string_view cause) {
  const auto& all = cures();
  const auto found = std::find_if(all.begin(), all.end(), [&](const Cure* one) { return one->cause == cause; });
  return found == all.end() ? nullptr : *found;
}

Result<Values> check_values(const Cure& cure, const std::map<std::string, std::string>& given) {
  return check_values(cure.cause, cure.parameters, given);
}

Result<Values> check_values(std::string_view cause, const std::vector<Parameter>& parameters,
                            const std::map<std::string, std::string>& given) {
  for (const auto& one : given) {
    const auto is_it = [&](const Parameter& parameter) { return parameter.name == one.first; };
    if (std::none_of(parameters.begin(), parameters.end(), is_it))
      return fail(Errc::invalid_argument, fmt::format("--{} is no parameter of {}", one.first, cause));
  }
  Values values;
  for (const auto& parameter : parameters) {
    const auto found = given.find(std::string(parameter.name));
    if (found == given.end() && parameter.otherwise.empty()) continue;
    auto value = found == given.end() ? std::string(parameter.otherwise) : found->second;
    if (parameter.check != nullptr) {
      TRY_ASSIGN(value, context(parameter.check(value), "--{}", parameter.name));
    }
    values.set(parameter.name, std::move(value));
  }
  return values;
}

std::vector<std::string> for_others(std::string_view cause) {
  std::vector<std::string> all;
  for (const auto& one : catalogue::built_in_causes()) {
    if (one.id != cause) continue;
    for (const auto& advice : one.advice) {
      if (advice.when != "others") continue;
      all.push_back(without_words(advice.command.empty() ? advice.text : advice.text + "\n" + advice.command));
    }
  }
  return all;
}

Result<std::string> check_duration(std::string_view value) {
  const auto span = parse_duration(value);
  if (!span) {
    const bool bare = !value.empty() && std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
    if (value != "0" && bare) return fail(Errc::invalid_argument, fmt::format("\"{}\" has no unit: {}s, or {}m?", value, value, value));
    if (value != "0") return fail(Errc::invalid_argument, fmt::format("\"{}\" is no length of time, such as 90s, 10m or 1h30m", value));
  }
  if (!span || span->count() <= 0) return fail(Errc::invalid_argument, "it has to be longer than nothing");
  if (*span > std::chrono::hours(24 * 7)) return fail(Errc::invalid_argument, fmt::format("{} is more than a week", value));
  auto text = format_duration(*span);
  // As people write it: "10m0s" is 10m, "1h0m0s" is 1h.
  if (text.size() > 2 && text.substr(text.size() - 2) == "0s" && text[text.size() - 3] == 'm') text.resize(text.size() - 2);
  if (text.size() > 2 && text.substr(text.size() - 2) == "0m" && text[text.size() - 3] == 'h') text.resize(text.size() - 2);
  return text;
}

Result<std::string> check_count(std::string_view value) { return check_number(value, 0, 2'000'000'000); }
Result<std::string> check_percent(std::string_view value) {
  if (!value.empty() && value.back() == '%') value.remove_suffix(1);
  return check_number(value, 1, 100);
}

Result<std::string> check_yes_no(std::string_view value) {
  if (value == "true" || value == "yes" || value == "on") return std::string("true");
  if (value == "false" || value == "no" || value == "off") return std::string("false");
  return fail(Errc::invalid_argument, fmt::format("\"{}\" is neither true nor false", value));
}

Result<std::string> check_host(std::string_view value) {
  // It becomes the name of a folder.
  if (!is_of(value, ".-:_[]") || value.front() == '.' || value.front() == '-' || contains(value, ".."))
    return fail(Errc::invalid_argument, fmt::format("\"{}\" is no registry's name, such as registry.example:5000", value));
  return std::string(value);
}

Result<std::string> check_url(std::string_view value) {
  const auto scheme = value.find("://");
  const auto name = value.substr(0, scheme);
  if (scheme == std::string_view::npos || (name != "http" && name != "https") || !is_of(value.substr(scheme + 3), ".-_~:/?#[]@!$&()*+,;=%"))
    return fail(Errc::invalid_argument, fmt::format("\"{}\" is no URL that begins with http:// or https://", value));
  return std::string(value);
}

}  // namespace unsnag::remedy
