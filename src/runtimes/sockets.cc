// SPDX-License-Identifier: Apache-2.0
#include "runtimes/sockets.h"

#include "base/text.h"

namespace unsnag::runtimes {

Socket socket_at(std::string_view endpoint) {
  constexpr std::string_view k_scheme = "unix://";
  if (endpoint.starts_with(k_scheme)) endpoint.remove_prefix(k_scheme.size());
  else if (contains(endpoint, "://")) return {};
  // kubelet takes "unix:/run/x.sock" and a bare path too.
  else if (endpoint.starts_with("unix:")) endpoint.remove_prefix(5);
  if (!endpoint.starts_with('/')) return {};
  Socket socket;
  socket.path = std::string(endpoint);
  const auto name = endpoint.substr(endpoint.rfind('/') + 1);
  socket.speaks_docker = name == "docker.sock";
  socket.speaks_containerd = contains(name, "containerd");
  // Docker's own containerd has no CRI plugin; dockershim.sock can be a link to containerd's.
  if (name == "dockershim.sock") socket.speaks_containerd = true;
  socket.speaks_cri = !socket.speaks_docker && !contains(endpoint, "/docker/containerd/");
  return socket;
}

}  // namespace unsnag::runtimes
