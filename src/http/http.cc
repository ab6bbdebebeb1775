// SPDX-License-Identifier: Apache-2.0
// Requests through libcurl's multi interface: easy_perform looks at a stop once a second only, and keeps no connection that
// another handle could use.
#include "http/http.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <mutex>
#include <optional>
#include <utility>

#include <curl/curl.h>

#include "base/text.h"
#include "base/time.h"

namespace unsnag::http {
namespace {

constexpr std::size_t k_most_header_bytes = 256 << 10U;
constexpr std::size_t k_most_words = 300;  // of an answer that are shown
constexpr int k_look_up_ms = 100;          // between two questions whether to stop

struct FreeMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using List = std::unique_ptr<curl_slist, FreeList>;

/// What one transfer's callbacks share.
struct Transfer {
  const Request& request;
  Response response{};
  std::size_t header_bytes = 0;
  std::size_t body_bytes = 0;
  bool headers_done = false;  // of the answer itself, not of "100 Continue"
  std::optional<Error> error{};

  bool header(std::string_view line);
  bool body(std::string_view bytes);
  bool refuse(Errc code, std::string detail) {
    error = Error{code, std::move(detail)};
    return false;
  }
};

bool Transfer::header(std::string_view line) {
  header_bytes += line.size();
  if (header_bytes > k_most_header_bytes) return refuse(Errc::too_large, "more than 256 KiB of headers");
  const auto text = trim(line);
  if (!headers_done && text.starts_with("HTTP/")) {
    response.headers.clear();
    const auto words = split_words(text);
    response.status = 0;
    if (words.size() > 1 && words[1].size() == 3)
      for (const char c : words[1]) response.status = c >= '0' && c <= '9' ? response.status * 10 + (c - '0') : 0;
    return true;
  }
  if (text.empty()) {
    headers_done = headers_done || response.status >= 200;
    return true;
  }
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return true;
  Header one{std::string(trim(text.substr(0, colon))), std::string(trim(text.substr(colon + 1)))};
  (headers_done ? response.trailers : response.headers).push_back(std::move(one));
  return true;
}

bool Transfer::body(std::string_view bytes) {
  body_bytes += bytes.size();
  if (body_bytes > request.most_bytes)
    return refuse(Errc::too_large, fmt::format("the answer is larger than {} bytes", request.most_bytes));
  if (!request.sink || response.status != 200) {
    response.body += bytes;
    return true;
  }
  auto taken = request.sink(bytes);
  if (taken) return true;
  error = std::move(taken).error();
  return false;
}

// libcurl's callbacks: another count than was given ends the transfer. Nothing may be thrown through C.
template <bool (Transfer::*take)(std::string_view)>
std::size_t callback(char* bytes, std::size_t size, std::size_t count, void* transfer) noexcept {
  const auto all = size * count;
  return (static_cast<Transfer*>(transfer)->*take)({bytes, all}) ? all : all + 1;
}

bool is_plain_line(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; });
}

Result<void*> append(List& list, const std::string& line) {
  if (!is_plain_line(line)) return fail(Errc::invalid_argument, "a header holds a control character");
  auto* longer = curl_slist_append(list.get(), line.c_str());
  if (longer == nullptr) return fail(Errc::io, "out of memory");
  (void)list.release();
  list.reset(longer);
  return nullptr;
}

/// "https://10.0.0.1:6443/x" → "10.0.0.1:6443", so that TLS may ask for a server by another name than it is reached by.
std::string_view authority_of(std::string_view url) {
  const auto begin = url.find("://") + 3;
  return url.substr(begin, url.find_first_of("/?#", begin) - begin);
}

curl_blob blob_of(const std::string& text) { return {const_cast<char*>(text.data()), text.size(), CURL_BLOB_NOCOPY}; }

std::string seconds(std::chrono::milliseconds span) { return format_short(std::chrono::duration_cast<nanoseconds>(span)); }

/// A failure to connect, in the kernel's words where it had some.
Error connect_error(CURL* easy, const Peer& peer, std::string words) {
  long number = 0;
  curl_easy_getinfo(easy, CURLINFO_OS_ERRNO, &number);
  // A hung program's queue fills up, and then the kernel does not let a socket wait (EAGAIN), for which libcurl keeps no number.
  if (!peer.unix_socket.empty() && (number == 0 || number == EAGAIN))
    return {Errc::unreachable, "it takes no connections: its queue is full"};
  if (number == 0) return {Errc::unreachable, std::move(words)};
  auto error = fail_errno(static_cast<int>(number)).value();
  // EPERM and its like on TCP are a firewall's, not a file's.
  if (peer.unix_socket.empty()) return {Errc::unreachable, words.empty() ? error.detail : words + ": " + error.detail};
  if (error.code == Errc::io) error.code = Errc::unreachable;
  return error;
}

Error error_of(CURLcode code, CURL* easy, const Peer& peer, const Transfer& transfer, std::string words) {
  if (words.empty()) words = curl_easy_strerror(code);
  switch (code) {
    case CURLE_COULDNT_CONNECT: return connect_error(easy, peer, std::move(words));
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY: return {Errc::no_such_host, std::move(words)};
    case CURLE_OPERATION_TIMEDOUT: {
      curl_off_t connected = 0;
      curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &connected);
      if (connected == 0 && peer.unix_socket.empty())
        return {Errc::timed_out,
                "no connection within " +
                    seconds(std::min(transfer.request.connect_limit,
                                     transfer.request.limit.count() == 0 ? transfer.request.connect_limit : transfer.request.limit))};
      if (transfer.response.status == 0) return {Errc::timed_out, "did not answer within " + seconds(transfer.request.limit)};
      return {Errc::timed_out,
              fmt::format("the answer was not complete within {}; {} bytes came", seconds(transfer.request.limit), transfer.body_bytes)};
    }
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR: return {Errc::untrusted, std::move(words)};
    case CURLE_URL_MALFORMAT: return {Errc::invalid_argument, std::move(words)};
    case CURLE_NOT_BUILT_IN: return {Errc::unsupported, std::move(words)};
    // A line of more than 100 KiB is what it can't hold in memory.
    case CURLE_OUT_OF_MEMORY: return {Errc::too_large, "a header is larger than the HTTP library takes"};
    case CURLE_UNSUPPORTED_PROTOCOL:  // the URL's is known here: an answer that does not begin as HTTP's
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_HTTP2: return {Errc::malformed, std::move(words)};
    default: return {Errc::io, std::move(words)};
  }
}

}  // namespace

std::string_view find(const Headers& headers, std::string_view name) {
  for (const auto& header : headers)
    if (equal_ignoring_case(header.name, name)) return header.value;
  return {};
}

struct Client::Impl {
  Peer peer;
  std::unique_ptr<CURLM, FreeMulti> multi;

  Result<void*> prepare(CURL* easy, const Request& request, List& headers, List& reached) const;
  Result<CURLcode> run(CURL* easy) const;
};

/// Everything that is set for one request; what is not set here has libcurl's default.
Result<void*> Client::Impl::prepare(CURL* easy, const Request& request, List& headers, List& reached) const {
  auto wrong = CURLE_OK;
  const auto set = [&](CURLoption option, auto value) {
    const auto code = curl_easy_setopt(easy, option, value);  // NOLINT: a C vararg
    if (wrong == CURLE_OK) wrong = code;
  };
  auto url = request.url;
  if (!(url.starts_with("http://") || url.starts_with("https://")) || !is_plain_line(url))
    return fail(Errc::invalid_argument, "not an http or https URL");
  if (!peer.tls.server_name.empty()) {
    const std::string there(authority_of(url));
    TRY(append(reached, "::" + there));
    url.replace(url.find(there), there.size(), peer.tls.server_name);
  }
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_NOPROGRESS, 1L);
  set(CURLOPT_URL, url.c_str());
  if (reached) set(CURLOPT_CONNECT_TO, reached.get());
  if (!peer.unix_socket.empty()) set(CURLOPT_UNIX_SOCKET_PATH, peer.unix_socket.c_str());
  set(CURLOPT_PROXY, peer.proxy.c_str());  // "" is none, and none from the environment
  if (peer.proxy.empty()) set(CURLOPT_NOPROXY, "*");
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_HTTP_VERSION, peer.protocol == Protocol::http2 ? long{CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE} : long{CURL_HTTP_VERSION_1_1});
  // libcurl 7.88 (Debian 12) loses its place when it uses a connection of HTTP/2 with prior knowledge a second time: "Error in the
  // HTTP2 framing layer". Over a Unix socket a new one costs some microseconds.
  if (peer.protocol == Protocol::http2) {
    set(CURLOPT_FRESH_CONNECT, 1L);
    set(CURLOPT_FORBID_REUSE, 1L);
  }
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(request.connect_limit.count()));
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(request.limit.count()));

  if (request.method == "HEAD") {
    set(CURLOPT_NOBODY, 1L);
  } else if (request.method != "GET" || !request.body.empty()) {
    set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
    set(CURLOPT_POSTFIELDS, request.body.c_str());
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
    TRY(append(headers, "Expect:"));
    if (find(request.headers, "Content-Type").empty()) TRY(append(headers, "Content-Type:"));
  }
  for (const auto& [name, value] : request.headers) TRY(append(headers, name + ": " + value));
  if (!request.bearer.empty()) TRY(append(headers, "Authorization: Bearer " + request.bearer.reveal()));
  if (find(request.headers, "User-Agent").empty()) TRY(append(headers, "User-Agent: unsnag"));
  set(CURLOPT_HTTPHEADER, headers.get());

  const auto& tls = peer.tls;
  const auto set_blob = [&](CURLoption option, const std::string& text) {
    auto blob = blob_of(text);
    set(option, &blob);
  };
  if (!tls.authorities.empty()) {
    set_blob(CURLOPT_CAINFO_BLOB, tls.authorities);
    set(CURLOPT_CAPATH, static_cast<const char*>(nullptr));  // else the machine's own are trusted beside them
  }
  if (!tls.certificate.empty()) {
    set_blob(CURLOPT_SSLCERT_BLOB, tls.certificate);
    set_blob(CURLOPT_SSLKEY_BLOB, tls.key.reveal());
  }
  set(CURLOPT_SSL_VERIFYPEER, tls.verify == Verify::yes ? 1L : 0L);
  set(CURLOPT_SSL_VERIFYHOST, tls.verify == Verify::yes ? 2L : 0L);
  if (wrong != CURLE_OK) return fail(wrong == CURLE_OUT_OF_MEMORY ? Errc::io : Errc::unsupported, curl_easy_strerror(wrong));
  return nullptr;
}

Result<CURLcode> Client::Impl::run(CURL* easy) const {
  const auto added = curl_multi_add_handle(multi.get(), easy);
  if (added != CURLM_OK) return fail(Errc::io, curl_multi_strerror(added));
  struct Remove {
    CURLM* multi;
    CURL* easy;
    ~Remove() { curl_multi_remove_handle(multi, easy); }
  } const remove{multi.get(), easy};
  for (;;) {
    int running = 0;
    auto code = curl_multi_perform(multi.get(), &running);
    if (code == CURLM_OK && running != 0) {
      if (peer.stop && peer.stop()) return fail(Errc::cancelled, "stopped");
      code = curl_multi_poll(multi.get(), nullptr, 0, k_look_up_ms, nullptr);
    }
    if (code != CURLM_OK) return fail(Errc::io, curl_multi_strerror(code));
    if (running != 0) continue;
    int left = 0;
    while (const auto* message = curl_multi_info_read(multi.get(), &left))
      if (message->msg == CURLMSG_DONE && message->easy_handle == easy) return message->data.result;
    return fail(Errc::io, "the transfer ended without a result");
  }
}

Client::Client(Peer peer) : impl_(std::make_unique<Impl>()) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  impl_->peer = std::move(peer);
  impl_->multi.reset(curl_multi_init());
}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

Result<Response> Client::send(const Request& request) {
  const std::unique_ptr<CURL, FreeEasy> owner(curl_easy_init());
  auto* easy = owner.get();
  if (easy == nullptr || !impl_->multi) return fail(Errc::io, "libcurl does not start");
  List headers, reached;
  Transfer transfer{request};
  std::array<char, CURL_ERROR_SIZE> words{};
  TRY(impl_->prepare(easy, request, headers, reached));
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, words.data());
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, callback<&Transfer::header>);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, callback<&Transfer::body>);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
  TRY_ASSIGN(const auto code, impl_->run(easy));
  if (transfer.error) return tl::unexpected<Error>(std::move(*transfer.error));
  if (code != CURLE_OK) return tl::unexpected<Error>(error_of(code, easy, impl_->peer, transfer, words.data()));
  return std::move(transfer.response);
}

Result<Response> succeeded(Response response) {
  if (response.status >= 200 && response.status < 300) return response;
  auto code = Errc::server;
  if (response.status == 401 || response.status == 403) code = Errc::permission_denied;
  if (response.status == 404) code = Errc::not_found;
  const auto words = redact(clip(printable(trim(response.body)), k_most_words));
  return fail(code, fmt::format("HTTP {}{}{}", response.status, words.empty() ? "" : ": ", words));
}

}  // namespace unsnag::http
