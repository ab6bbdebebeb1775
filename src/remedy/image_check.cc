// SPDX-License-Identifier: Apache-2.0
#include "remedy/image_check.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/document.h"
#include "base/time.h"
#include "codec/sha256.h"

namespace unsnag::remedy {
namespace {

using Is = BlobState::Is;

std::uint64_t size_in(const Value& descriptor) {
  const auto& text = descriptor["size"].scalar;
  std::uint64_t size = 0;
  std::from_chars(text.data(), text.data() + text.size(), size);
  return size;
}

class Walk {
 public:
  Walk(Store& store, const std::function<void(std::string_view)>& reading) : store_(store), reading_(reading) {}

  Result<void> target(const std::string& digest) {
    TRY_ASSIGN(const auto is, look(digest, Part::manifest, 0));
    if (is != Is::whole) return {};
    TRY_ASSIGN(const auto document, parsed(digest));
    if (!document["manifests"].is_list()) return manifest(document);
    state_.blobs.back().part = Part::index;
    bool any = false;
    for (const auto& [key, one] : document["manifests"].entries) {
      const auto& inner = one["digest"].scalar;
      // Those of other platforms are not pulled.
      TRY_ASSIGN(const bool listed, store_.lists(inner));
      if (!listed) continue;
      any = true;
      TRY_ASSIGN(const auto inner_is, look(inner, Part::manifest, size_in(one)));
      if (inner_is != Is::whole) continue;
      TRY_ASSIGN(const auto inner_document, parsed(inner));
      TRY(manifest(inner_document));
    }
    if (!any && !document["manifests"].entries.empty())
      state_.blobs.push_back({document["manifests"].entries.front().second["digest"].scalar, Part::manifest, 0, Is::missing, ""});
    return {};
  }

  ImageState take() { return std::move(state_); }

 private:
  Result<Is> look(const std::string& digest, Part part, std::uint64_t bytes) {
    if (reading_) reading_(digest);
    BlobState blob{digest, part, bytes, Is::whole, ""};
    const auto checked = store_.check(digest);
    if (checked) {
      if (bytes == 0) blob.bytes = checked->bytes;
      if (!checked->whole) {
        blob.is = Is::damaged;
        blob.reads_as = checked->digest;
      }
    } else if (checked.error().code == Errc::not_found) {
      TRY_ASSIGN(const bool listed, store_.lists(digest));
      blob.is = listed ? Is::damaged : Is::missing;
    } else {
      return context<Is>(tl::unexpected<Error>(checked.error()), "reading {}", digest);
    }
    const auto is = blob.is;
    // The same layer may stand in a manifest twice.
    if (std::none_of(state_.blobs.begin(), state_.blobs.end(), [&](const BlobState& one) { return one.digest == digest; }))
      state_.blobs.push_back(std::move(blob));
    return is;
  }

  Result<Value> parsed(const std::string& digest) {
    TRY_ASSIGN(const auto text, context(store_.read(digest), "reading {}", digest));
    return context(parse_json(text), "{}", digest);
  }

  Result<void> manifest(const Value& document) {
    const auto& config = document["config"];
    if (!document["layers"].is_list()) return {};  // an attestation, or a form of before 2016
    TRY_ASSIGN(const auto is, look(config["digest"].scalar, Part::config, size_in(config)));
    for (const auto& [key, layer] : document["layers"].entries) TRY(look(layer["digest"].scalar, Part::layer, size_in(layer)));
    if (is == Is::whole) TRY(look_unpacked(config["digest"].scalar));
    return {};
  }

  /// The snapshot of the last layer is there (OCI image-spec, config.md: ChainID).
  Result<void> look_unpacked(const std::string& config) {
    TRY_ASSIGN(const auto document, parsed(config));
    std::string chain;
    for (const auto& [key, diff] : document["rootfs"]["diff_ids"].entries)
      chain = chain.empty() ? diff.scalar : "sha256:" + codec::sha256_hex(chain + " " + diff.scalar);
    TRY_ASSIGN(const auto all, store_.unpacked());
    state_.unpacked = state_.unpacked || std::find(all.begin(), all.end(), chain) != all.end();
    return {};
  }

  Store& store_;
  const std::function<void(std::string_view)>& reading_;
  ImageState state_;
};

}  // namespace

std::string_view to_string(Part part) {
  switch (part) {
    case Part::index: return "index";
    case Part::manifest: return "manifest";
    case Part::config: return "config";
    case Part::layer: return "layer";
  }
  return "blob";
}

std::vector<BlobState> ImageState::damaged() const {
  std::vector<BlobState> some;
  std::copy_if(blobs.begin(), blobs.end(), std::back_inserter(some), [](const BlobState& one) { return one.is == Is::damaged; });
  return some;
}

std::vector<BlobState> ImageState::missing() const {
  std::vector<BlobState> some;
  std::copy_if(blobs.begin(), blobs.end(), std::back_inserter(some),
               [&](const BlobState& one) { return one.is == Is::missing && !(one.part == Part::layer && unpacked); });
  return some;
}

std::string describe(const BlobState& blob) {
  auto text = fmt::format("{} {}", to_string(blob.part), blob.digest);
  if (blob.bytes != 0) text += fmt::format(" ({})", format_size(blob.bytes));
  if (blob.is == Is::missing) return text + ": it is not there";
  if (blob.is == Is::whole) return text;
  return text + (blob.reads_as.empty() ? ": its file is gone" : ": what is there digests to " + blob.reads_as);
}

Result<ImageState> check_image(Store& store, const std::string& target, const std::function<void(std::string_view)>& reading) {
  Walk walk(store, reading);
  TRY(walk.target(target));
  return walk.take();
}

}  // namespace unsnag::remedy
