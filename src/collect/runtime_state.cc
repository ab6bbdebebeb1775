// SPDX-License-Identifier: Apache-2.0
#include "collect/runtime_state.h"

#include <sys/stat.h>

#include <set>
#include <string>
#include <utility>

#include "collect/sink.h"
#include "runtimes/documents.h"

namespace unsnag::collect {
std::vector<runtimes::Socket> sockets_of(const Survey& survey) {
  std::vector<std::string> endpoints;
  for (const auto* daemon : survey.daemons())
    for (const auto* flag : {"container-runtime-endpoint", "image-service-endpoint"})
      for (auto& endpoint : node::flag_values(daemon->argv, flag)) endpoints.push_back(std::move(endpoint));
  endpoints.insert(endpoints.end(), runtimes::k_socket_paths.begin(), runtimes::k_socket_paths.end());

  std::vector<runtimes::Socket> sockets;
  std::set<std::pair<dev_t, ino_t>> seen;
  for (const auto& endpoint : endpoints) {
    auto socket = runtimes::socket_at(endpoint);
    if (socket.path.empty()) continue;
    const auto info = survey.root.status(socket.path);
    const auto real = survey.root.resolve(socket.path);
    if (!info || !real || !S_ISSOCK(info->st_mode) || !seen.emplace(info->st_dev, info->st_ino).second) continue;
    socket.here = survey.root.here(*real);
    sockets.push_back(std::move(socket));
  }
  return sockets;
}

Result<void*> runtime_state(const Survey& survey, Sink& sink, const RunPart& run) {
  runtimes::Asking asking;
  asking.stop = [&] { return sink.stopped(); };
  for (const auto& socket : sockets_of(survey)) {
    const auto name = socket.path.substr(socket.path.rfind('/') + 1);
    TRY(run(name, false, [&](Lacks& lacks) {
      Result<void*> written = nullptr;
      runtimes::read_state(socket, asking, [&](runtimes::Document document) {
        if (!written) return;
        bundle::Item item{"runtime/" + document.name, "what " + name + " says of itself", document.source, bundle::Kind::runtime};
        if (document.text) {
          written = sink.put(std::move(item), *document.text);
        } else if (document.text.error().code != Errc::unsupported) {
          lacks.add(document.text.error());
          written = sink.missing(std::move(item), document.text.error());
        }
      });
      return written;
    }));
  }
  return nullptr;
}

}  // namespace unsnag::collect
