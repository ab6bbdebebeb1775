// SPDX-License-Identifier: Apache-2.0
#include "pull/oci_layout.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/document.h"
#include "base/json_writer.h"

namespace unsnag::pull {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view k_ref_name = "org.opencontainers.image.ref.name";
constexpr std::size_t k_most_index = std::size_t{16} << 20U;

Result<void*> make_folder(const std::string& folder) {
  if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) return fail_errno(errno);
  return nullptr;
}

Result<void*> write_staged(const std::string& where, const std::string& name, std::string_view bytes, Sync sync) {
  TRY_ASSIGN(auto staging, Staging::create(where, Staging::Kind::file));
  TRY(write_all(staging.fd(), bytes));
  return staging.commit(name, sync);
}

Result<std::string> read_all(const std::string& path) {
  std::error_code error;
  const auto size = fs::file_size(path, error);
  if (error) return fail_errno(error.value());
  if (size > k_most_index) return fail(Errc::too_large, fmt::format("an index of {} bytes", size));
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void write_descriptor(JsonWriter& json, std::string_view tag, const oci::Descriptor& manifest) {
  json.begin_object();
  json.member("mediaType", manifest.media_type).member("digest", manifest.digest.to_string());
  json.key("size").number(manifest.size);
  if (manifest.platform) {
    json.key("platform").begin_object().member("architecture", manifest.platform->architecture).member("os", manifest.platform->os);
    if (!manifest.platform->variant.empty()) json.member("variant", manifest.platform->variant);
    json.end_object();
  }
  json.key("annotations").begin_object().member(k_ref_name, tag).end_object().end_object();
}

}  // namespace

Result<OciLayout> OciLayout::open(const std::string& folder) {
  const auto layout = folder + "/oci-layout";
  std::error_code error;
  if (!fs::exists(layout, error)) {
    if (fs::exists(folder, error) && !fs::is_empty(folder, error))
      return fail(Errc::unsupported, folder + " is no OCI layout, and not empty");
    fs::create_directories(folder, error);
    if (error) return context(Result<OciLayout>(fail_errno(error.value())), "{}", folder);
  }
  TRY(context(make_folder(folder + "/blobs"), "{}", folder));
  TRY(context(make_folder(folder + "/blobs/sha256"), "{}", folder));
  Staging::clean(folder);
  Staging::clean(folder + "/blobs/sha256");
  if (!fs::exists(layout, error)) TRY(context(write_staged(folder, layout, R"({"imageLayoutVersion":"1.0.0"})", Sync::yes), "{}", layout));
  return OciLayout(folder);
}

bool OciLayout::has(const oci::Digest& digest, std::uint64_t size) const {
  struct stat found {};
  return ::lstat(path_of(digest).c_str(), &found) == 0 && S_ISREG(found.st_mode) && static_cast<std::uint64_t>(found.st_size) == size;
}

Result<void*> OciLayout::put(const content::Spool& spool, Sync sync) const {
  if (has(spool.digest(), spool.size())) return nullptr;
  const auto where = folder_ + "/blobs/sha256", path = path_of(spool.digest());
  TRY_ASSIGN(auto staging, context(Staging::create(where, Staging::Kind::file), "{}", where));
  const auto copy = [&]() -> Result<void*> {
    std::vector<char> buffer(std::size_t{1} << 20U);
    for (std::uint64_t at = 0; at < spool.size();) {
      TRY_ASSIGN(const auto got, spool.read(at, buffer));
      TRY(write_all(staging.fd(), {buffer.data(), got}));
      at += got;
    }
    return nullptr;
  };
  // The spool's file itself under another name, where both are on one file system.
  if (::unlink(staging.path().c_str()) != 0) return fail_errno(errno);
  TRY_ASSIGN(const bool linked, context(spool.link_to(staging.path()), "{}", path));
  if (linked) {
    const Fd file(::open(staging.path().c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW));
    if (!file || ::fchmod(file.get(), 0644) != 0 || (sync == Sync::yes && ::fdatasync(file.get()) != 0)) return fail_errno(errno);
    return context(staging.commit(path, sync), "{}", path);
  }
  TRY_ASSIGN(staging, Staging::create(where, Staging::Kind::file));
  TRY(context(copy(), "{}", path));
  return context(staging.commit(path, sync), "{}", path);
}

Result<void*> OciLayout::put(const oci::Digest& digest, std::string_view bytes, Sync sync) const {
  if (has(digest, bytes.size())) return nullptr;
  return context(write_staged(folder_ + "/blobs/sha256", path_of(digest), bytes, sync), "{}", path_of(digest));
}

Result<void*> OciLayout::name(std::string_view tag, const oci::Descriptor& manifest, Sync sync) const {
  // Two pulls into one layout name their images one after the other.
  const Fd folder(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder || ::flock(folder.get(), LOCK_EX) != 0) return fail_errno(errno);
  const auto path = folder_ + "/index.json";
  JsonWriter json;
  json.begin_object();
  Value old;
  if (std::error_code error; fs::exists(path, error)) {
    TRY_ASSIGN(const auto text, context(read_all(path), "{}", path));
    TRY_ASSIGN(old, context(parse_json(text), "{}", path));
    if (!old.is_map()) return fail(Errc::malformed, path + " is no JSON object");
  }
  for (const auto& [key, value] : old.entries)
    if (key != "manifests" && key != "schemaVersion") json.key(key).document(value);
  json.key("schemaVersion").number(std::int64_t{2});
  json.key("manifests").begin_array();
  for (const auto& [key, image] : old["manifests"].entries)
    if (image["annotations"][k_ref_name].scalar != tag) json.document(image);
  write_descriptor(json, tag, manifest);
  json.end_array().end_object();
  return context(write_staged(folder_, path, json.take(), sync), "{}", path);
}

}  // namespace unsnag::pull
