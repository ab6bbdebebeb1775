// SPDX-License-Identifier: Apache-2.0
#include "runtimes/containerd.h"

#include <algorithm>
#include <limits>

#include "codec/sha256.h"
#include "containerd.pb.h"
#include "runtimes/messages.h"

namespace unsnag::runtimes {
namespace {

constexpr std::string_view k_content = "/containerd.services.content.v1.Content/";

std::uint64_t bytes_of(std::int64_t size) { return size > 0 ? static_cast<std::uint64_t>(size) : 0; }

std::optional<SysTime> at(const ctd::Timestamp& time) { return time_of(time.seconds(), time.nanos()); }

GrpcChannel::Call call_to(std::string_view method, std::string_view name_space = {}) {
  GrpcChannel::Call call;
  call.method = method;
  call.name_space = name_space;
  return call;
}

Blob blob_of(const ctd::ContentInfo& info) { return {info.digest(), bytes_of(info.size()), at(info.created_at()), at(info.updated_at())}; }

SnapshotKind kind_of(ctd::SnapshotKind kind) {
  switch (kind) {
    case ctd::VIEW: return SnapshotKind::view;
    case ctd::ACTIVE: return SnapshotKind::active;
    case ctd::COMMITTED: return SnapshotKind::committed;
    default: return SnapshotKind::unknown;
  }
}

}  // namespace

Result<ContainerdVersion> Containerd::version() {
  const auto call = call_to("/containerd.services.version.v1.Version/Version");
  TRY_ASSIGN(const auto answer, ask<ctd::VersionResponse>(channel_, call, ctd::Empty()));
  return ContainerdVersion{answer.version(), answer.revision()};
}

Result<std::vector<std::string>> Containerd::namespaces() {
  const auto call = call_to("/containerd.services.namespaces.v1.Namespaces/List");
  TRY_ASSIGN(const auto answer, ask<ctd::ListNamespacesResponse>(channel_, call, ctd::ListNamespacesRequest()));
  std::vector<std::string> names;
  for (const auto& one : answer.namespaces()) names.push_back(one.name());
  std::sort(names.begin(), names.end());
  return names;
}

Result<std::vector<Plugin>> Containerd::plugins() {
  const auto call = call_to("/containerd.services.introspection.v1.Introspection/Plugins");
  TRY_ASSIGN(const auto answer, ask<ctd::PluginsResponse>(channel_, call, ctd::PluginsRequest()));
  std::vector<Plugin> plugins;
  for (const auto& one : answer.plugins()) {
    Plugin plugin{one.type(), one.id(), {}, one.init_err().message()};
    for (const auto& pair : one.exports()) plugin.exports.emplace(pair.key(), pair.value());
    plugins.push_back(std::move(plugin));
  }
  return plugins;
}

Result<std::vector<ContainerdImage>> Containerd::images(std::string_view name_space) {
  const auto call = call_to("/containerd.services.images.v1.Images/List", name_space);
  TRY_ASSIGN(const auto answer, ask<ctd::ListImagesResponse>(channel_, call, ctd::ListImagesRequest()));
  std::vector<ContainerdImage> images;
  for (const auto& one : answer.images())
    images.push_back({one.name(), one.target().digest(), one.target().media_type(), bytes_of(one.target().size()), at(one.created_at()),
                      at(one.updated_at())});
  return images;
}

Result<std::vector<Ingest>> Containerd::ingests(std::string_view name_space) {
  const auto method = std::string(k_content) + "ListStatuses";
  TRY_ASSIGN(const auto answer, ask<ctd::ListStatusesResponse>(channel_, call_to(method, name_space), ctd::ListStatusesRequest()));
  std::vector<Ingest> ingests;
  for (const auto& one : answer.statuses()) {
    Ingest ingest{one.ref(), one.expected(), bytes_of(one.offset()), std::nullopt, at(one.started_at()), at(one.updated_at())};
    if (one.total() > 0) ingest.total = bytes_of(one.total());
    ingests.push_back(std::move(ingest));
  }
  return ingests;
}

Result<std::vector<Lease>> Containerd::leases(std::string_view name_space) {
  const auto call = call_to("/containerd.services.leases.v1.Leases/List", name_space);
  TRY_ASSIGN(const auto answer, ask<ctd::ListLeasesResponse>(channel_, call, ctd::ListLeasesRequest()));
  std::vector<Lease> leases;
  for (const auto& one : answer.leases()) {
    Lease lease{one.id(), at(one.created_at()), {}};
    for (const auto& pair : one.labels())
      if (pair.key() == "containerd.io/gc.expire") lease.expires = pair.value();
    leases.push_back(std::move(lease));
  }
  return leases;
}

Result<void*> Containerd::content(std::string_view name_space, const std::function<Result<void*>(const Blob&)>& visit) {
  const auto method = std::string(k_content) + "List";
  return channel_.stream(call_to(method, name_space), [&](std::string_view message) -> Result<void*> {
    ctd::ListContentResponse answer;
    TRY(parse(message, answer));
    for (const auto& one : answer.info()) TRY(visit(blob_of(one)));
    return nullptr;
  });
}

Result<void*> Containerd::snapshots(std::string_view name_space, std::string_view snapshotter,
                                    const std::function<Result<void*>(const Snapshot&)>& visit) {
  ctd::ListSnapshotsRequest request;
  request.set_snapshotter(std::string(snapshotter));
  const auto bytes = request.SerializeAsString();
  auto call = call_to("/containerd.services.snapshots.v1.Snapshots/List", name_space);
  call.request = bytes;
  return channel_.stream(call, [&](std::string_view message) -> Result<void*> {
    ctd::ListSnapshotsResponse answer;
    TRY(parse(message, answer));
    for (const auto& one : answer.info())
      TRY(visit({one.name(), one.parent(), kind_of(one.kind()), at(one.created_at()), at(one.updated_at())}));
    return nullptr;
  });
}

Result<Blob> Containerd::blob(std::string_view name_space, std::string_view digest) {
  ctd::InfoRequest request;
  request.set_digest(std::string(digest));
  const auto method = std::string(k_content) + "Info";
  TRY_ASSIGN(const auto answer, ask<ctd::InfoResponse>(channel_, call_to(method, name_space), request));
  return blob_of(answer.info());
}

Result<Checked> Containerd::check(std::string_view name_space, std::string_view digest, std::chrono::milliseconds limit) {
  constexpr std::string_view k_algorithm = "sha256:";
  if (!digest.starts_with(k_algorithm)) return fail(Errc::unsupported, "not a sha256 digest");
  ctd::ReadContentRequest request;
  request.set_digest(std::string(digest));
  const auto bytes = request.SerializeAsString();
  const auto method = std::string(k_content) + "Read";
  auto call = call_to(method, name_space);
  call.request = bytes;
  call.limit = limit.count() != 0 ? limit : std::chrono::hours(24);
  call.most_bytes = std::numeric_limits<std::size_t>::max();
  Checked checked;
  codec::Sha256 sum;
  const auto add = [&](std::string_view message) -> Result<void*> {
    ctd::ReadContentResponse answer;
    TRY(parse(message, answer));
    sum.add(answer.data());
    checked.bytes += answer.data().size();
    return nullptr;
  };
  TRY(channel_.stream(call, add));
  checked.digest = std::string(k_algorithm) + sum.hex();
  checked.whole = checked.digest == digest;
  return checked;
}

Result<std::string> Containerd::read(std::string_view name_space, std::string_view digest, std::size_t most) {
  ctd::ReadContentRequest request;
  request.set_digest(std::string(digest));
  const auto bytes = request.SerializeAsString();
  const auto method = std::string(k_content) + "Read";
  auto call = call_to(method, name_space);
  call.request = bytes;
  std::string all;
  const auto add = [&](std::string_view message) -> Result<void*> {
    ctd::ReadContentResponse answer;
    TRY(parse(message, answer));
    if (answer.data().size() > most - all.size()) return fail(Errc::too_large, "a blob that should be small is large");
    all += answer.data();
    return nullptr;
  };
  TRY(channel_.stream(call, add));
  return all;
}

Result<void*> Containerd::remove_image(std::string_view name_space, std::string_view name, std::chrono::milliseconds limit) {
  ctd::DeleteImageRequest request;
  request.set_name(std::string(name));
  request.set_sync(true);
  auto call = call_to("/containerd.services.images.v1.Images/Delete", name_space);
  call.limit = limit;
  TRY(ask<ctd::Empty>(channel_, call, request));
  return nullptr;
}

Result<void*> Containerd::remove_blob(std::string_view name_space, std::string_view digest) {
  ctd::DeleteContentRequest request;
  request.set_digest(std::string(digest));
  const auto method = std::string(k_content) + "Delete";
  TRY(ask<ctd::Empty>(channel_, call_to(method, name_space), request));
  return nullptr;
}

Result<void*> Containerd::abort_ingest(std::string_view name_space, std::string_view ref) {
  ctd::AbortRequest request;
  request.set_ref(std::string(ref));
  const auto method = std::string(k_content) + "Abort";
  TRY(ask<ctd::Empty>(channel_, call_to(method, name_space), request));
  return nullptr;
}

}  // namespace unsnag::runtimes
