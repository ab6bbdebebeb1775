// SPDX-License-Identifier: Apache-2.0
#include "remedy/record.h"

#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>

#include <fmt/format.h>

#include "base/document.h"
#include "base/json_writer.h"
#include "base/text.h"
#include "codec/sha256.h"

namespace unsnag::remedy {
namespace {

constexpr std::string_view k_folder = "/var/lib/unsnag/fix";

std::string folder_of(std::uint32_t id) { return fmt::format("{}/{}", k_folder, id); }

struct StageName {
  Stage stage;
  std::string_view key, words;
};
constexpr std::array<StageName, 6> k_stages{{{Stage::applying, "applying", "interrupted while it was applied"},
                                             {Stage::applied, "applied", "applied"},
                                             {Stage::undoing, "undoing", "interrupted while it was undone"},
                                             {Stage::undone, "undone", "undone"},
                                             {Stage::failed_undone, "failed-undone", "failed and undone"},
                                             {Stage::failed, "failed", "failed half way"}}};

const StageName& name_of(Stage stage) { return k_stages[static_cast<std::size_t>(stage)]; }

std::string to_hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
  return text;
}

std::string from_hex(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    unsigned value = 0;
    std::from_chars(text.data() + i, text.data() + i + 2, value, 16);
    bytes += static_cast<char>(value);
  }
  return bytes;
}

template <typename T>
T number_in(const Value& value) {
  T number{};
  std::from_chars(value.scalar.data(), value.scalar.data() + value.scalar.size(), number);
  return number;
}

bool yes(const Value& value) { return value.scalar == "true"; }

void write_file_entry(JsonWriter& json, const KeptFile& file) {
  json.begin_object().member("path", file.path).key("new").boolean(file.is_new).member("sha256", file.new_digest);
  if (!file.is_new) {
    json.member("old_sha256", file.old_digest).member("lies_at", file.old.path);
    json.key("mode").number(static_cast<std::uint64_t>(file.old.attributes.mode));
    json.key("owner").number(static_cast<std::uint64_t>(file.old.attributes.owner));
    json.key("group").number(static_cast<std::uint64_t>(file.old.attributes.group));
    json.key("attributes").begin_array();
    for (const auto& [name, value] : file.old.xattrs) json.begin_object().member("name", name).member("hex", to_hex(value)).end_object();
    json.end_array();
  }
  json.end_object();
}

std::string to_json(const Record& record) {
  JsonWriter json(JsonWriter::Style::pretty);
  json.begin_object().key("version").number(std::uint64_t{1}).key("id").number(std::uint64_t{record.id});
  json.member("cause", record.cause).member("command", record.command).member("when", format_rfc3339(record.when));
  json.key("files").begin_array();
  for (const auto& file : record.files) write_file_entry(json, file);
  json.end_array().key("folders").begin_array();
  for (const auto& folder : record.folders) json.string(folder);
  json.end_array().key("kernel").begin_array();
  for (const auto& one : record.kernel)
    json.begin_object().member("key", one.key).member("before", one.before).member("after", one.after).end_object();
  json.end_array().key("reload_units").boolean(record.reload_units).key("restarts").begin_array();
  for (const auto& one : record.restarts)
    json.begin_object()
        .member("unit", one.unit)
        .member("how", one.how == Restart::How::reload ? "reload" : "restart")
        .member("effect", one.effect)
        .end_object();
  json.end_array().key("actions").begin_array();
  for (const auto& one : record.actions) json.string(one);
  json.end_array().key("units").begin_array();
  for (const auto& one : record.units)
    json.begin_object().member("unit", one.unit).key("ran").boolean(one.ran).key("enabled").boolean(one.enabled).end_object();
  json.end_array().end_object();
  return json.take() + "\n";
}

KeptFile file_from(const Value& entry) {
  KeptFile file;
  file.path = entry["path"].scalar;
  file.is_new = yes(entry["new"]);
  file.new_digest = entry["sha256"].scalar;
  file.old_digest = entry["old_sha256"].scalar;
  file.old.path = entry["lies_at"].scalar;
  file.old.attributes = {number_in<mode_t>(entry["mode"]), number_in<uid_t>(entry["owner"]), number_in<gid_t>(entry["group"])};
  for (const auto& [key, one] : entry["attributes"].entries) file.old.xattrs.emplace_back(one["name"].scalar, from_hex(one["hex"].scalar));
  return file;
}

Result<Record> from_json(std::string_view plan, std::string_view state) {
  TRY_ASSIGN(const auto document, context(parse_json(plan), "plan.json"));
  TRY_ASSIGN(const auto now, context(parse_json(state), "state.json"));
  if (document["version"].scalar != "1") return fail(Errc::unsupported, "a newer unsnag wrote it");
  Record record;
  record.id = number_in<std::uint32_t>(document["id"]);
  record.cause = document["cause"].scalar;
  record.command = document["command"].scalar;
  if (const auto when = parse_rfc3339(document["when"].scalar); when && when->at) record.when = *when->at;
  for (const auto& [key, entry] : document["files"].entries) record.files.push_back(file_from(entry));
  for (const auto& [key, entry] : document["folders"].entries) record.folders.push_back(entry.scalar);
  for (const auto& [key, entry] : document["kernel"].entries)
    record.kernel.push_back({entry["key"].scalar, entry["before"].scalar, entry["after"].scalar});
  record.reload_units = yes(document["reload_units"]);
  for (const auto& [key, entry] : document["restarts"].entries)
    record.restarts.push_back(
        {entry["how"].scalar == "reload" ? Restart::How::reload : Restart::How::restart, entry["unit"].scalar, entry["effect"].scalar});
  for (const auto& [key, entry] : document["actions"].entries) record.actions.push_back(entry.scalar);
  for (const auto& [key, entry] : document["units"].entries)
    record.units.push_back({entry["unit"].scalar, yes(entry["ran"]), yes(entry["enabled"])});
  record.done = number_in<std::size_t>(now["done"]);
  const auto* const stage =
      std::find_if(k_stages.begin(), k_stages.end(), [&](const StageName& one) { return one.key == now["stage"].scalar; });
  if (stage == k_stages.end()) return fail(Errc::malformed, fmt::format("state.json: \"{}\" is no stage", now["stage"].scalar));
  record.stage = stage->stage;
  record.note = now["note"].scalar;
  return record;
}

/// The folders above `path` that are missing, the outermost first: known before they are made, so that a run that is killed
/// in between is undone too.
std::vector<std::string> missing_folders(const node::Root& root, const std::string& path) {
  std::vector<std::string> missing;
  for (auto slash = path.rfind('/'); slash != 0 && slash != std::string::npos; slash = path.rfind('/', slash - 1)) {
    const auto folder = path.substr(0, slash);
    if (root.exists(folder)) break;
    missing.insert(missing.begin(), folder);
  }
  return missing;
}

node::FileState as_private() {
  node::FileState as;
  as.attributes = {0600, ::geteuid(), ::getegid()};
  return as;
}

}  // namespace

std::string_view to_string(Stage stage) { return name_of(stage).words; }

Result<std::vector<Record>> Records::list(std::vector<std::string>* unreadable) const {
  std::vector<Record> all;
  const auto entries = root_.list(k_folder);
  if (!entries) {
    if (entries.error().code == Errc::not_found) return all;
    return context<std::vector<Record>>(tl::unexpected<Error>(entries.error()), "{}", k_folder);
  }
  for (const auto& entry : *entries) {
    std::uint32_t id = 0;
    const auto* const end = entry.name.data() + entry.name.size();
    if (std::from_chars(entry.name.data(), end, id).ptr != end) continue;
    auto record = get(id);
    if (record) all.push_back(std::move(*record));
    else if (record.error().code != Errc::not_found && unreadable != nullptr)
      unreadable->push_back(fmt::format("{}: {}", folder_of(id), record.error().message()));
  }
  std::sort(all.begin(), all.end(), [](const Record& a, const Record& b) { return a.id < b.id; });
  return all;
}

Result<Record> Records::get(std::uint32_t id) const {
  // The state is written last: without it nothing was changed, and there is nothing to undo.
  TRY_ASSIGN(const auto state, root_.read(folder_of(id) + "/state.json"));
  TRY_ASSIGN(const auto plan, context(root_.read(folder_of(id) + "/plan.json"), "plan.json"));
  return from_json(plan, state);
}

Result<Fd> Records::lock() const {
  TRY(context(node::make_folders(root_, "/var/lib"), "/var/lib"));  // where it is missing it is as everywhere
  TRY(context(node::make_folders(root_, k_folder, 0700), "{}", k_folder));
  const auto path = std::string(k_folder) + "/lock";
  if (!root_.exists(path)) {
    const auto as = as_private();
    TRY(context(node::write_file(root_, path, "", &as), "{}", path));
  }
  TRY_ASSIGN(auto fd, context(root_.open_file(path), "{}", path));
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return fd;
  if (errno == EWOULDBLOCK) return fail(Errc::io, "another unsnag fix is at work on this node");
  return fail_errno(errno);
}

Result<Record> Records::begin(const Plan& plan, SysTime now) const {
  Record record;
  TRY_ASSIGN(const auto entries, root_.list(k_folder));
  for (const auto& entry : entries) {
    std::uint32_t id = 0;
    if (std::from_chars(entry.name.data(), entry.name.data() + entry.name.size(), id).ec == std::errc{})
      record.id = std::max(record.id, id);
  }
  ++record.id;
  record.cause = plan.cause;
  record.command = plan.command;
  record.when = now;
  record.kernel = plan.kernel;
  record.reload_units = plan.reload_units;
  record.restarts = plan.restarts;
  record.actions = plan.actions;
  record.units = plan.units;
  const auto folder = folder_of(record.id);
  TRY(context(node::make_folders(root_, folder, 0700), "{}", folder));
  const auto as = as_private();
  for (const auto& change : plan.files) {
    TRY_ASSIGN(auto state, context(node::file_state(root_, change.path), "{}", change.path));
    if (state.has_value() != change.before.has_value() || (state && state->content != *change.before))
      return fail(Errc::malformed, fmt::format("{} was changed by somebody else meanwhile: plan again", change.path));
    KeptFile kept;
    kept.path = change.path;
    kept.is_new = !state;
    kept.new_digest = codec::sha256_hex(change.after);
    if (state) {
      kept.old_digest = codec::sha256_hex(state->content);
      const auto path = fmt::format("{}/old.{}", folder, record.files.size());
      TRY(context(node::write_file(root_, path, state->content, &as), "{}", path));
      state->content.clear();
      kept.old = std::move(*state);
    } else {
      for (auto& missing : missing_folders(root_, change.path))
        if (std::find(record.folders.begin(), record.folders.end(), missing) == record.folders.end())
          record.folders.push_back(std::move(missing));
    }
    record.files.push_back(std::move(kept));
  }
  TRY(context(node::write_file(root_, folder + "/plan.json", to_json(record), &as), "{}/plan.json", folder));
  TRY(set_stage(record, Stage::applying));
  return record;
}

Result<void> Records::set_stage(Record& record, Stage stage, std::string note) const {
  JsonWriter json;
  json.begin_object().member("stage", name_of(stage).key).member("note", note);
  if (!record.actions.empty()) json.key("done").number(std::uint64_t{record.done});
  json.end_object();
  const auto as = as_private();
  const auto path = folder_of(record.id) + "/state.json";
  TRY(context(node::write_file(root_, path, json.take() + "\n", &as), "{}", path));
  record.stage = stage;
  record.note = std::move(note);
  return {};
}

Result<std::string> Records::old_content(const Record& record, std::size_t file) const {
  const auto path = fmt::format("{}/old.{}", folder_of(record.id), file);
  TRY_ASSIGN(auto content, context(root_.read(path), "{}", path));
  if (codec::sha256_hex(content) != record.files[file].old_digest)
    return fail(Errc::malformed, fmt::format("{} is not what was kept: its digest differs", path));
  return content;
}

}  // namespace unsnag::remedy
