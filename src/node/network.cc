// SPDX-License-Identifier: Apache-2.0
#include "node/network.h"

#include <arpa/inet.h>
#include <linux/if.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "base/fd.h"

namespace unsnag::node {
namespace {

constexpr std::size_t k_most_routes = 10'000;  // a router's table may have a million
constexpr std::size_t k_most_interfaces = 10'000;

/// The struct at the front of `bytes`; nullopt: they are too few. Copied, since nothing says how they are aligned.
template <typename Header>
std::optional<Header> take(std::string_view& bytes) {
  Header header{};
  if (bytes.size() < sizeof header) return std::nullopt;
  std::memcpy(&header, bytes.data(), sizeof header);
  bytes.remove_prefix(std::min(bytes.size(), std::size_t{NLMSG_ALIGN(sizeof header)}));
  return header;
}

std::map<int, std::string_view> attributes(std::string_view bytes) {
  std::map<int, std::string_view> found;
  while (bytes.size() >= sizeof(rtattr)) {
    rtattr one{};
    std::memcpy(&one, bytes.data(), sizeof one);
    if (one.rta_len < sizeof one || one.rta_len > bytes.size()) break;
    found[one.rta_type & 0x3FFF] = bytes.substr(sizeof one, one.rta_len - sizeof one);
    bytes.remove_prefix(std::min(bytes.size(), std::size_t{RTA_ALIGN(one.rta_len)}));
  }
  return found;
}

std::uint32_t number(std::string_view bytes) {
  std::uint32_t value = 0;
  if (bytes.size() >= sizeof value) std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

std::string name(std::string_view bytes) { return std::string(bytes.substr(0, bytes.find('\0'))); }

std::string address(int family, std::string_view bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (bytes.size() != (family == AF_INET ? 4U : 16U)) return {};
  return ::inet_ntop(family, bytes.data(), text.data(), text.size()) != nullptr ? text.data() : "";
}

void take_link(std::string_view bytes, Network& network) {
  const auto info = take<ifinfomsg>(bytes);
  if (!info || network.interfaces.size() >= k_most_interfaces) return;
  auto all = attributes(bytes);
  Interface link;
  link.index = info->ifi_index;
  link.name = name(all[IFLA_IFNAME]);
  link.mtu = number(all[IFLA_MTU]);
  link.up = (info->ifi_flags & IFF_UP) != 0;
  link.carrier = (info->ifi_flags & IFF_LOWER_UP) != 0;
  if (all[IFLA_ADDRESS].size() == 6)
    for (const char byte : all[IFLA_ADDRESS])
      link.hardware_address += fmt::format("{}{:02x}", link.hardware_address.empty() ? "" : ":", static_cast<unsigned char>(byte));
  link.kind = name(attributes(all[IFLA_LINKINFO])[IFLA_INFO_KIND]);
  network.interfaces.push_back(std::move(link));
}

void take_address(std::string_view bytes, Network& network) {
  const auto info = take<ifaddrmsg>(bytes);
  if (!info) return;
  auto all = attributes(bytes);
  // Of a point-to-point link, LOCAL is ours and ADDRESS the other end's.
  const auto text = address(info->ifa_family, all[IFA_LOCAL].empty() ? all[IFA_ADDRESS] : all[IFA_LOCAL]);
  for (auto& link : network.interfaces)
    if (link.index == static_cast<int>(info->ifa_index) && !text.empty() && link.addresses.size() < 1000)
      link.addresses.push_back(fmt::format("{}/{}", text, info->ifa_prefixlen));
}

void take_route(std::string_view bytes, Network& network) {
  const auto info = take<rtmsg>(bytes);
  if (!info) return;
  Route route;
  switch (info->rtm_type) {
    case RTN_UNICAST: route.kind = "unicast"; break;
    case RTN_BLACKHOLE: route.kind = "blackhole"; break;
    case RTN_UNREACHABLE: route.kind = "unreachable"; break;
    case RTN_PROHIBIT: route.kind = "prohibit"; break;
    default: return;
  }
  if ((info->rtm_flags & RTM_F_CLONED) != 0) return;  // the cache
  if (network.routes.size() >= k_most_routes) {
    ++network.more_routes;
    return;
  }
  auto all = attributes(bytes);
  const auto device = [&](std::string_view index) {
    for (const auto& link : network.interfaces)
      if (link.index == static_cast<int>(number(index))) return link.name;
    return index.empty() ? std::string() : fmt::format("#{}", number(index));
  };
  const auto to = address(info->rtm_family, all[RTA_DST]);
  route.to = to.empty() ? "default" : fmt::format("{}/{}", to, info->rtm_dst_len);
  route.via = address(info->rtm_family, all[RTA_GATEWAY]);
  route.device = device(all[RTA_OIF]);
  route.from = address(info->rtm_family, all[RTA_PREFSRC]);
  route.table = all[RTA_TABLE].empty() ? info->rtm_table : number(all[RTA_TABLE]);
  route.metric = number(all[RTA_PRIORITY]);
  route.mtu = number(attributes(all[RTA_METRICS])[RTAX_MTU]);
  network.routes.push_back(std::move(route));
}

Result<void*> ask(int fd, std::uint16_t what, unsigned char family, std::uint32_t sequence, Network& network) {
  struct {
    nlmsghdr header;
    rtgenmsg question;
  } request{};
  request.header.nlmsg_len = NLMSG_LENGTH(sizeof request.question);
  request.header.nlmsg_type = what;
  request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  request.header.nlmsg_seq = sequence;
  request.question.rtgen_family = family;
  if (::send(fd, &request, request.header.nlmsg_len, 0) < 0) return fail_errno(errno);
  std::array<char, 65536> buffer{};
  for (;;) {
    const auto got = ::recv(fd, buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno(errno);
    if (got < static_cast<ssize_t>(sizeof(nlmsghdr))) return fail(Errc::malformed, "the kernel's answer is too short");
    const std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
    take_messages(bytes, network);
    // The end of a dump is the last message of its last answer.
    for (auto rest = bytes; rest.size() >= sizeof(nlmsghdr);) {
      nlmsghdr header{};
      std::memcpy(&header, rest.data(), sizeof header);
      if (header.nlmsg_type == NLMSG_DONE) return nullptr;
      if (header.nlmsg_type == NLMSG_ERROR) {
        int error = 0;
        if (rest.size() >= NLMSG_HDRLEN + sizeof error) std::memcpy(&error, rest.data() + NLMSG_HDRLEN, sizeof error);
        if (error == 0) return nullptr;
        return fail_errno(-error);
      }
      if (header.nlmsg_len < sizeof header || header.nlmsg_len > rest.size()) break;
      rest.remove_prefix(std::min(rest.size(), std::size_t{NLMSG_ALIGN(header.nlmsg_len)}));
    }
  }
}

}  // namespace

void take_messages(std::string_view bytes, Network& network) {
  while (bytes.size() >= sizeof(nlmsghdr)) {
    nlmsghdr header{};
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.nlmsg_len < sizeof header || header.nlmsg_len > bytes.size()) return;
    const auto body = bytes.substr(sizeof header, header.nlmsg_len - sizeof header);
    switch (header.nlmsg_type) {
      case RTM_NEWLINK: take_link(body, network); break;
      case RTM_NEWADDR: take_address(body, network); break;
      case RTM_NEWROUTE: take_route(body, network); break;
      case RTM_NEWRULE: ++network.rules; break;
      default: break;
    }
    bytes.remove_prefix(std::min(bytes.size(), std::size_t{NLMSG_ALIGN(header.nlmsg_len)}));
  }
}

Result<Network> network() {
  const Fd fd(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!fd) return fail_errno(errno);
  const timeval patience{2, 0};
  ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  Network found;
  std::uint32_t sequence = 0;
  TRY(ask(fd.get(), RTM_GETLINK, AF_UNSPEC, ++sequence, found));
  TRY(ask(fd.get(), RTM_GETADDR, AF_UNSPEC, ++sequence, found));
  // A kernel without IPv6 or without rules says so; what it has is enough.
  for (const auto family : {static_cast<unsigned char>(AF_INET), static_cast<unsigned char>(AF_INET6)}) {
    (void)ask(fd.get(), RTM_GETROUTE, family, ++sequence, found);
    (void)ask(fd.get(), RTM_GETRULE, family, ++sequence, found);
  }
  return found;
}

std::string to_text(const Network& network) {
  std::string out;
  for (const auto& link : network.interfaces) {
    out +=
        fmt::format("{}: {}: mtu {} state {}{}{}\n", link.index, link.name, link.mtu,
                    !link.up       ? "down"
                    : link.carrier ? "up"
                                   : "up, no carrier",
                    link.kind.empty() ? "" : " kind " + link.kind, link.hardware_address.empty() ? "" : " link " + link.hardware_address);
    for (const auto& one : link.addresses) out += "    " + one + "\n";
  }
  out += "\n";
  for (const auto& route : network.routes) {
    out += route.kind == "unicast" ? route.to : route.kind + " " + route.to;
    if (!route.via.empty()) out += " via " + route.via;
    if (!route.device.empty()) out += " dev " + route.device;
    if (!route.from.empty()) out += " src " + route.from;
    if (route.table != RT_TABLE_MAIN) out += fmt::format(" table {}", route.table);
    if (route.metric != 0) out += fmt::format(" metric {}", route.metric);
    if (route.mtu != 0) out += fmt::format(" mtu {}", route.mtu);
    out += "\n";
  }
  if (network.more_routes != 0) out += fmt::format("and {} routes more\n", network.more_routes);
  out += fmt::format("rules: {}\n", network.rules);
  return out;
}

}  // namespace unsnag::node
