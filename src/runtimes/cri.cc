// SPDX-License-Identifier: Apache-2.0
#include "runtimes/cri.h"

#include <algorithm>

#include "cri.pb.h"
#include "runtimes/messages.h"

namespace unsnag::runtimes {
namespace {

template <typename List>
std::vector<std::string> strings(const List& list) {
  return {list.begin(), list.end()};
}

template <typename List>
std::vector<CriFilesystem> filesystems_of(const List& list) {
  std::vector<CriFilesystem> all;
  for (const auto& one : list) {
    CriFilesystem filesystem{one.fs_id().mountpoint(), time_of(one.timestamp()), one.used_bytes().value(), std::nullopt};
    if (one.has_inodes_used()) filesystem.used_inodes = one.inodes_used().value();
    all.push_back(std::move(filesystem));
  }
  return all;
}

ContainerState state_of(cri::ContainerState state) {
  switch (state) {
    case cri::CONTAINER_CREATED: return ContainerState::created;
    case cri::CONTAINER_RUNNING: return ContainerState::running;
    case cri::CONTAINER_EXITED: return ContainerState::exited;
    default: return ContainerState::unknown;
  }
}

}  // namespace

/// `method` is "RuntimeService/Version". A runtime that has no v1 answers Unimplemented: "unknown service runtime.v1…".
template <typename Answer, typename Request>
Result<Answer> Cri::ask_service(std::string_view method, const Request& request, std::chrono::milliseconds limit) {
  const auto by = [&](const std::string& api) {
    const auto path = "/runtime." + api + "." + std::string(method);
    GrpcChannel::Call call;
    call.method = path;
    call.limit = limit;
    return ask<Answer>(channel_, call, request);
  };
  if (!api_.empty()) return by(api_);
  auto newest = by("v1");
  if (newest || newest.error().code != Errc::unsupported) {
    if (newest) api_ = "v1";
    return newest;
  }
  auto older = by("v1alpha2");
  if (older) api_ = "v1alpha2";
  // Who has neither says so of v1, which is what it lacks today.
  if (!older && older.error().code == Errc::unsupported) return newest;
  return older;
}

Result<CriVersion> Cri::version() {
  cri::VersionRequest request;
  request.set_version("0.1.0");
  TRY_ASSIGN(const auto answer, ask_service<cri::VersionResponse>("RuntimeService/Version", request));
  return CriVersion{answer.runtime_name(), answer.runtime_version(), api_};
}

Result<CriStatus> Cri::status(Verbose verbose) {
  cri::StatusRequest request;
  request.set_verbose(verbose == Verbose::yes);
  TRY_ASSIGN(const auto answer, ask_service<cri::StatusResponse>("RuntimeService/Status", request));
  CriStatus status;
  for (const auto& one : answer.status().conditions()) status.conditions.push_back({one.type(), one.status(), one.reason(), one.message()});
  for (const auto& pair : answer.info()) status.info.emplace(pair.key(), pair.value());
  return status;
}

Result<std::vector<CriImage>> Cri::images() {
  TRY_ASSIGN(const auto answer, ask_service<cri::ListImagesResponse>("ImageService/ListImages", cri::ListImagesRequest()));
  std::vector<CriImage> images;
  images.reserve(static_cast<std::size_t>(answer.images_size()));
  for (const auto& one : answer.images())
    images.push_back({one.id(), strings(one.repo_tags()), strings(one.repo_digests()), one.size(), one.pinned()});
  return images;
}

Result<CriFilesystems> Cri::filesystems() {
  TRY_ASSIGN(const auto answer, ask_service<cri::ImageFsInfoResponse>("ImageService/ImageFsInfo", cri::ImageFsInfoRequest()));
  return CriFilesystems{filesystems_of(answer.image_filesystems()), filesystems_of(answer.container_filesystems())};
}

Result<std::vector<CriContainer>> Cri::containers() {
  TRY_ASSIGN(const auto answer, ask_service<cri::ListContainersResponse>("RuntimeService/ListContainers", cri::ListContainersRequest()));
  std::vector<CriContainer> containers;
  containers.reserve(static_cast<std::size_t>(answer.containers_size()));
  for (const auto& one : answer.containers()) {
    CriContainer container;
    container.id = one.id();
    container.sandbox = one.pod_sandbox_id();
    container.name = one.metadata().name();
    container.attempt = one.metadata().attempt();
    container.image = one.image().image();
    container.image_ref = one.image_ref();
    container.state = state_of(one.state());
    container.created = time_of(one.created_at());
    for (const auto& pair : one.labels())
      if (std::string_view(pair.key()).starts_with("io.kubernetes.")) container.labels.emplace(pair.key(), pair.value());
    containers.push_back(std::move(container));
  }
  return containers;
}

Result<std::vector<CriSandbox>> Cri::sandboxes() {
  TRY_ASSIGN(const auto answer, ask_service<cri::ListPodSandboxResponse>("RuntimeService/ListPodSandbox", cri::ListPodSandboxRequest()));
  std::vector<CriSandbox> sandboxes;
  sandboxes.reserve(static_cast<std::size_t>(answer.items_size()));
  for (const auto& one : answer.items())
    sandboxes.push_back({one.id(), one.metadata().name(), one.metadata().uid(), one.metadata().namespace_(), one.metadata().attempt(),
                         one.state() == cri::SANDBOX_READY, time_of(one.created_at()), one.runtime_handler()});
  return sandboxes;
}

Result<std::string> Cri::pull(const std::string& image, const std::string& user, const Secret& password, std::chrono::milliseconds limit) {
  cri::PullImageRequest request;
  request.mutable_image()->set_image(image);
  if (!user.empty()) {
    request.mutable_auth()->set_username(user);
    request.mutable_auth()->set_password(password.reveal());
  }
  TRY_ASSIGN(const auto answer, ask_service<cri::PullImageResponse>("ImageService/PullImage", request, limit));
  return answer.image_ref();
}

Result<void*> Cri::remove(const std::string& image) {
  cri::RemoveImageRequest request;
  request.mutable_image()->set_image(image);
  TRY(ask_service<cri::RemoveImageResponse>("ImageService/RemoveImage", request));
  return nullptr;
}

}  // namespace unsnag::runtimes
