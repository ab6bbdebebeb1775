// SPDX-License-Identifier: Apache-2.0
// An image whose content in containerd's store is damaged or half gone. A pull takes a blob that is listed for whole, and
// fetches no layer whose snapshot is there: so the damaged blobs go first, then the image with its snapshots, then it is pulled.
#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "remedy/actions.h"
#include "remedy/image_check.h"
#include "timeline/timeline.h"

namespace unsnag::remedy {
namespace {

Result<std::string> check_image_name(std::string_view value) {
  if (value.empty() || contains(value, " ")) return fail(Errc::invalid_argument, fmt::format("\"{}\" is no image's name", value));
  return std::string(value);
}

struct Found {
  runtimes::CriImage image;  // with all of its names
  std::string target;        // digest of its manifest or index
  std::string pull;          // the name to pull it by
};

/// Errors: unsupported: the store has no such image, or it can't be pulled by any name.
Result<Found> find_image(Store& store, const std::string& wanted) {
  const auto full = timeline::normalize_image(wanted);
  TRY_ASSIGN(const auto names, store.names());
  const auto is_wanted = [&](const std::string& name) { return name == wanted || name == full || name == "sha256:" + wanted; };
  const auto name = std::find_if(names.begin(), names.end(), [&](const auto& one) { return is_wanted(one.name); });
  if (name == names.end())
    return fail(Errc::unsupported,
                fmt::format("containerd has no image {}: nothing of it can be damaged, and its next pull begins anew. crictl images lists "
                            "what it has",
                            full));
  Found found;
  found.target = name->digest;
  // CRI knows it by its config's digest; a store that is too damaged for CRI still has the names.
  TRY_ASSIGN(const auto images, store.images());
  for (const auto& image : images) {
    std::vector<std::string> all = image.tags;
    all.insert(all.end(), image.digests.begin(), image.digests.end());
    all.push_back(image.id);
    if (std::find(all.begin(), all.end(), name->name) != all.end()) found.image = image;
  }
  if (found.image.id.empty()) {
    found.image.id = name->name;
    found.image.tags = {name->name};
  }
  if (!name->name.starts_with("sha256:")) found.pull = name->name;
  else if (!found.image.tags.empty()) found.pull = found.image.tags.front();
  else if (!found.image.digests.empty()) found.pull = found.image.digests.front();
  if (found.pull.empty() || found.pull.starts_with("sha256:"))
    return fail(Errc::unsupported,
                fmt::format("{} has no name that it could be pulled by: it was loaded from a file, load it again", full));
  return found;
}

/// "shop/web-7c5 container web", for those that run and use the image.
Result<std::vector<std::string>> users_of(Store& store, const runtimes::CriImage& image) {
  TRY_ASSIGN(const auto containers, store.containers());
  std::vector<std::string> names = image.tags;
  names.insert(names.end(), image.digests.begin(), image.digests.end());
  names.push_back(image.id);
  std::vector<std::string> users;
  for (const auto& one : containers) {
    const auto is_of = [&](const std::string& name) { return std::find(names.begin(), names.end(), name) != names.end(); };
    if (one.state != runtimes::ContainerState::running || (!is_of(one.image) && !is_of(one.image_ref))) continue;
    const auto label = [&](const char* key) {
      const auto at = one.labels.find(key);
      return at == one.labels.end() ? std::string("?") : at->second;
    };
    users.push_back(fmt::format("{}/{} container {}", label("io.kubernetes.pod.namespace"), label("io.kubernetes.pod.name"), one.name));
  }
  return users;
}

bool wants_credentials(std::string_view words) {
  for (const auto one : {"401 Unauthorized", "403 Forbidden", "authorization failed", "failed to authorize", "access denied",
                         "no basic auth", "insufficient_scope"})
    if (contains(words, one)) return true;
  return false;
}

Result<std::string> pull(Store& store, const std::string& image) {
  const auto pulled = store.pull(image);
  if (pulled) return std::string();
  const auto words = pulled.error().message();
  if (!wants_credentials(words))
    return fail(pulled.error().code,
                fmt::format("{}. The damaged content is gone, so that kubelet's next try pulls all of it once that is mended", words));
  return fmt::format(
      "the registry gives {} to those with credentials alone, and unsnag has none: the damaged content is gone, and kubelet "
      "pulls it with the pod's own credentials at its next try",
      image);
}

Result<std::string> look_again(const Ground& ground, Store& store, const std::string& image) {
  TRY_ASSIGN(const auto names, store.names());
  const auto found = std::find_if(names.begin(), names.end(), [&](const auto& one) { return one.name == image; });
  if (found == names.end()) return fmt::format("{} is not in the store: kubelet pulls it anew when a pod wants it", image);
  TRY_ASSIGN(const auto state, check_image(store, found->digest, ground.reading));
  for (const auto& one : state.damaged()) return fail(Errc::io, "it is still damaged: " + describe(one));
  for (const auto& one : state.missing()) return fail(Errc::io, "it is not whole: " + describe(one));
  const auto whole = std::count_if(state.blobs.begin(), state.blobs.end(), [](const auto& one) { return one.is == BlobState::Is::whole; });
  const auto kept = static_cast<std::size_t>(whole);
  auto text = fmt::format("{} is there, and {} of its {} blobs read as their digests say", image, kept, state.blobs.size());
  if (kept != state.blobs.size())
    text +=
        "; the others are layers that are unpacked: in use by other images or containers, so that they were not fetched again, or "
        "discarded after unpacking (discard_unpacked_layers)";
  return text;
}

Result<ActionPlan> plan_corrupt_store(const Ground& ground, const Values& values) {
  if (!values.has("image")) return fail(Errc::invalid_argument, "which image is damaged? --image REF");
  TRY_ASSIGN(const auto store, ground.store());
  TRY_ASSIGN(const auto found, find_image(*store, values.get("image")));
  TRY_ASSIGN(const auto state, check_image(*store, found.target, ground.reading));
  ActionPlan plan;
  const auto damaged = state.damaged();
  const auto missing = state.missing();
  for (const auto& one : damaged) plan.found.push_back(describe(one));
  for (const auto& one : missing) plan.found.push_back(describe(one));
  if (state.is_whole()) {
    plan.found.push_back(fmt::format("{} is whole: each of its blobs that is there reads as its digest says", found.pull));
    if (values.get("anew") != "true") {
      plan.notes.emplace_back(
          "if a pod still fails on it, its unpacked layers may be damaged, which no digest tells: --anew yes removes it and pulls it "
          "again");
      return plan;
    }
  }
  for (const auto& one : damaged)
    plan.steps.push_back({"remove the " + std::string(to_string(one.part)) + " " + one.digest,
                          "running containers have it unpacked, and go on", [store, one]() -> Result<std::string> {
                            const auto done = store->remove_blob(one.digest);
                            if (!done && done.error().code != Errc::not_found) return tl::unexpected<Error>(done.error());
                            return std::string();
                          }});
  plan.steps.push_back({fmt::format("remove the image {}", found.pull), "pods that start meanwhile wait for the pull",
                        [store, id = found.image.id]() -> Result<std::string> {
                          TRY(store->remove_image(id));
                          return std::string();
                        }});
  plan.steps.push_back({fmt::format("pull {}", found.pull), "without credentials: where it needs some, kubelet pulls it with the pod's own",
                        [store, name = found.pull] { return pull(*store, name); }});
  TRY_ASSIGN(const auto users, users_of(*store, found.image));
  for (const auto& user : users) plan.in_the_way.push_back("it runs in " + user);
  if (!users.empty())
    plan.notes.emplace_back("layers that a running container uses stay unpacked as they are; end those pods first for a clean start");
  if (found.image.tags.size() > 1)
    plan.notes.push_back(fmt::format("the image has {} tags ({}): the others are pulled when a pod wants them", found.image.tags.size(),
                                     fmt::join(found.image.tags, ", ")));
  if (!damaged.empty())
    plan.notes.emplace_back("content goes bad on a disk that fails, too: dmesg -T | grep -iE 'i/o error|ext4-fs|xfs|remount'");
  plan.undo = "this can't be undone: what is removed is damaged, and comes from the registry again";
  plan.check = "every blob of the image is read again";
  plan.verify = [&ground, store, name = found.pull] { return look_again(ground, *store, name); };
  return plan;
}

}  // namespace

const Action k_corrupt_store{"corrupt-store",
                             "the damaged content of an image out of containerd's store, and pulled again",
                             {{"image", "REF", "", "the image that is damaged, as pods name it", check_image_name},
                              {"anew", "YES", "no", "pull it again though each of its blobs is whole", check_yes_no}},
                             plan_corrupt_store};

}  // namespace unsnag::remedy
