// SPDX-License-Identifier: Apache-2.0
#include "real/registry/answer.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include <openssl/evp.h>

namespace fake {
namespace {

using Act = Step::Act;

// puller:secret, the only account there is.
constexpr std::string_view k_basic = "Basic cHVsbGVyOnNlY3JldA==";
constexpr std::string_view k_good_token = "eyJmYWtlIjoiZ29vZCJ9";
constexpr std::string_view k_anonymous_token = "eyJmYWtlIjoibm9ib2R5In0";

std::optional<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(in), {});
}

std::string sha256(std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha256(), nullptr);
  std::string text = "sha256:";
  for (unsigned int i = 0; i < size; ++i) text += fmt::format("{:02x}", digest[i]);
  return text;
}

std::string_view reason_of(int status) {
  switch (status) {
    case 200: return "OK";
    case 206: return "Partial Content";
    case 307: return "Temporary Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 429: return "Too Many Requests";
    case 500: return "Internal Server Error";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Time-out";
    default: return "Unknown";
  }
}

Answer page(int status, std::string body, std::string type) {
  Answer made;
  made.status = status;
  made.headers.emplace_back("Content-Type", std::move(type));
  made.body = std::move(body);
  return made;
}

Answer error(int status, std::string_view code, std::string_view message, std::string_view detail = "null") {
  auto made = page(status,
                   fmt::format(R"({{"errors":[{{"code":"{}","message":"{}","detail":{}}}]}})"
                               "\n",
                               code, message, detail),
                   "application/json; charset=utf-8");
  made.headers.emplace_back("Docker-Distribution-Api-Version", "registry/2.0");
  return made;
}

Answer nginx(int status) {
  return page(status,
              fmt::format("<html>\r\n<head><title>{0} {1}</title></head>\r\n<body>\r\n<center><h1>{0} {1}</h1></center>\r\n"
                          "<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n",
                          status, reason_of(status)),
              "text/html");
}

Answer by_status(int status, std::string_view part) {
  switch (status) {
    case 401: return error(401, "UNAUTHORIZED", "authentication required");
    case 403: return error(403, "DENIED", "requested access to the resource is denied");
    case 404:
      return part == "blob" ? error(404, "BLOB_UNKNOWN", "blob unknown to registry") : error(404, "MANIFEST_UNKNOWN", "manifest unknown");
    case 429: return error(429, "TOOMANYREQUESTS", "Rate exceeded");
    case 500: return error(500, "UNKNOWN", "unknown error", R"({"Path":"/docker/registry/v2","Err":5,"DriverName":"filesystem"})");
    default: return nginx(status);
  }
}

/// The challenge for a request that carries no sufficient credentials; nothing: it may pass.
std::optional<Answer> challenge(const Request& request, const std::string& auth, const std::string& repository) {
  const auto found = request.headers.find("authorization");
  const auto sent = found == request.headers.end() ? std::string() : found->second;
  if (auth == "basic") {
    if (sent == k_basic) return std::nullopt;
    auto made = error(401, "UNAUTHORIZED", "authentication required");
    made.headers.emplace_back("Www-Authenticate", R"(Basic realm="Registry")");
    return made;
  }
  if (auth != "bearer") return std::nullopt;
  if (sent == fmt::format("Bearer {}", k_good_token)) return std::nullopt;
  if (sent.empty() == false && repository.empty()) return std::nullopt;  // a token for the ping need not have a scope
  auto made = error(401, "UNAUTHORIZED", "authentication required",
                    fmt::format(R"([{{"Type":"repository","Class":"","Name":"{}","Action":"pull"}}])", repository));
  made.headers.emplace_back(
      "Www-Authenticate",
      fmt::format(R"(Bearer realm="{}://{}/token",service="{}"{}{})", request.encrypted ? "https" : "http", request.host, request.host,
                  repository.empty() ? "" : fmt::format(R"(,scope="repository:{}:pull")", repository),
                  sent.empty() ? "" : R"(,error="insufficient_scope")"));
  return made;
}

Answer token(const Request& request, Faults& faults) {
  std::string repository;
  if (const auto at = request.query.find("repository%3A"); at != std::string::npos) {
    repository = request.query.substr(at + 13, request.query.find("%3A", at + 13) - at - 13);
    for (auto slash = repository.find("%2F"); slash != std::string::npos; slash = repository.find("%2F")) repository.replace(slash, 3, "/");
  }
  const auto step = faults.next(request.host + '/' + repository, "token");
  if (step.act == Act::html)
    return page(200, "<!doctype html><html><head><title>Sign in</title></head><body></body></html>\n", "text/html");
  if (step.act == Act::status) return by_status(static_cast<int>(step.number), "token");
  if (request.method != "GET") return nginx(405);  // containerd then asks again with GET
  const auto sent = request.headers.find("authorization");
  if (sent == request.headers.end())
    return page(200, fmt::format(R"({{"token":"{}","expires_in":300}})", k_anonymous_token), "application/json");
  if (sent->second == k_basic) return page(200, fmt::format(R"({{"token":"{}","expires_in":300}})", k_good_token), "application/json");
  return page(401, R"({"details":"incorrect username or password"})", "application/json");
}

/// The whole answer to a healthy request for `what`, a file below `images`.
std::optional<Answer> content(const Request& request, const std::string& images, std::string_view part, const std::string& reference) {
  auto file = read_file(fmt::format("{}/{}s/{}", images, part, reference));
  if (!file) return std::nullopt;
  Answer made;
  if (part == "manifest") {
    const auto line = file->find('\n');
    made.headers.emplace_back("Content-Type", file->substr(0, line));
    made.body = file->substr(line + 1);
    made.headers.emplace_back("Docker-Content-Digest", sha256(made.body));
  } else {
    made.headers.emplace_back("Content-Type", "application/octet-stream");
    made.headers.emplace_back("Docker-Content-Digest", reference);
    made.headers.emplace_back("Accept-Ranges", "bytes");
    made.body = std::move(*file);
    std::size_t from = 0;
    if (const auto range = request.headers.find("range"); range != request.headers.end() && range->second.rfind("bytes=", 0) == 0) {
      const auto text = std::string_view(range->second).substr(6);
      std::from_chars(text.data(), text.data() + text.size(), from);
      if (from > 0 && from < made.body.size()) {
        made.status = 206;
        made.headers.emplace_back("Content-Range", fmt::format("bytes {}-{}/{}", from, made.body.size() - 1, made.body.size()));
        made.body.erase(0, from);
        made.from = from;
      }
    }
  }
  return made;
}

/// Bends a healthy answer as the step says. N counts from the blob's beginning: a client that asks for the rest gets no further.
Answer bend(Answer healthy, const Step& step) {
  const auto from = healthy.from;
  const auto number = static_cast<std::size_t>(step.number) > from ? static_cast<std::size_t>(step.number) - from : 0;
  healthy.body_sent = std::min(number, healthy.body.size());
  switch (step.act) {
    case Act::cut: healthy.end = Answer::End::cut; break;
    case Act::reset: healthy.end = Answer::End::reset; break;
    case Act::stall: healthy.end = Answer::End::stall; break;
    case Act::flip:
      if (static_cast<std::size_t>(step.number) >= from && number < healthy.body.size())
        healthy.body[number] = static_cast<char>(healthy.body[number] ^ 0x20);
      break;
    default: break;
  }
  return healthy;
}

Answer served(const Request& request, const std::string& images, Faults& faults, const std::string& repository, std::string_view part,
              std::string reference) {
  const auto name = request.host + '/' + repository;
  if (auto refused = challenge(request, faults.setting(name, "auth"), repository)) return *refused;
  const auto step = faults.next(name, part);
  switch (step.act) {
    case Act::status: return by_status(static_cast<int>(step.number), part);
    case Act::unknown_name:
      return error(404, "NAME_UNKNOWN", "repository name not known to registry", fmt::format(R"({{"name":"{}"}})", repository));
    case Act::hub_limit:
      return error(429, "TOOMANYREQUESTS",
                   "You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: "
                   "https://www.docker.com/increase-rate-limit");
    case Act::html:
      return page(200, "<!doctype html>\n<html><head><title>Repository Manager</title></head><body><div id=\"app\"></div></body></html>\n",
                  "text/html");
    case Act::xml:
      return page(403,
                  "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>AccessDenied</Code><Message>Access "
                  "Denied</Message><RequestId>7A5C6E2B0D1F4938</RequestId><HostId>h0st</HostId></Error>",
                  "application/xml");
    case Act::redirect: {
      Answer made;
      made.status = 307;
      made.headers.emplace_back("Location", step.text + request.path);
      return made;
    }
    default: break;
  }
  if (const auto tag = faults.setting(name, "tag"); part == "manifest" && !tag.empty() && reference.rfind("sha256:", 0) != 0)
    reference = tag;
  if (auto healthy = content(request, images, part, reference)) return bend(std::move(*healthy), step);
  // Docker prints an error that has a detail otherwise than one that has none (registry/api/errcode).
  if (part == "manifest") return error(404, "MANIFEST_UNKNOWN", "manifest unknown", fmt::format(R"({{"Tag":"{}"}})", reference));
  return by_status(404, part);
}

}  // namespace

bool parse_request(std::string_view head, Request& request) {
  const auto line = head.substr(0, head.find("\r\n"));
  const auto one = line.find(' '), two = line.rfind(' ');
  if (one == std::string_view::npos || two <= one) return false;
  request.method = line.substr(0, one);
  auto target = line.substr(one + 1, two - one - 1);
  const auto question = target.find('?');
  request.path = target.substr(0, question);
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  auto rest = head.substr(std::min(head.size(), line.size() + 2));
  while (!rest.empty()) {
    const auto next = rest.substr(0, rest.find("\r\n"));
    rest.remove_prefix(std::min(rest.size(), next.size() + 2));
    const auto colon = next.find(':');
    if (colon == std::string_view::npos) continue;
    std::string name(next.substr(0, colon));
    std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const auto value = next.find_first_not_of(' ', colon + 1);
    request.headers[name] = value == std::string_view::npos ? std::string_view() : next.substr(value);
  }
  request.host = request.headers["host"];
  return true;
}

Answer answer(const Request& request, const std::string& images, Faults& faults) {
  if (request.path == "/token") return token(request, faults);
  if (request.path == "/v2/") {
    if (auto refused = challenge(request, faults.auth_of_host(request.host), {})) return *refused;
    auto made = page(200, "{}", "application/json; charset=utf-8");
    made.headers.emplace_back("Docker-Distribution-Api-Version", "registry/2.0");
    return made;
  }
  if (request.path.find("..") != std::string::npos) return nginx(400);
  for (const std::string_view part : {"manifest", "blob"}) {
    const auto middle = fmt::format("/{}s/", part);
    const auto at = request.path.rfind(middle);
    if (request.path.rfind("/v2/", 0) != 0 || at == std::string::npos || at < 4) continue;
    return served(request, images, faults, request.path.substr(4, at - 4), part, request.path.substr(at + middle.size()));
  }
  return page(404, "404 page not found\n", "text/plain; charset=utf-8");
}

std::string head_of(const Answer& answer) {
  auto head = fmt::format("HTTP/1.1 {} {}\r\nContent-Length: {}\r\n", answer.status, reason_of(answer.status), answer.body.size());
  for (const auto& [name, value] : answer.headers) head += fmt::format("{}: {}\r\n", name, value);
  return head + "\r\n";
}

}  // namespace fake
