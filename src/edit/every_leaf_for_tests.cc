// SPDX-License-Identifier: Apache-2.0
// The editors check what they hand out against the file's meaning; this checks it again from outside and by bytes: the
// lines that an edit leaves alone are those of the original, in their order.
#include "edit/every_leaf_for_tests.h"

#include <algorithm>
#include <utility>

#include "base/document.h"
#include "edit/diff.h"
#include "edit/env.h"
#include "edit/json.h"
#include "edit/model.h"
#include "edit/toml.h"
#include "edit/toml_scan.h"
#include "edit/unit.h"
#include "edit/yaml.h"

namespace unsnag::edit {
namespace {

struct Editor {
  Result<std::string> (*set)(std::string_view, const Path&, const NewValue&);
  Result<std::string> (*remove)(std::string_view, const Path&);
  Result<std::string> (*add)(std::string_view, const Path&, std::string_view);
  Result<std::string> (*take)(std::string_view, const Path&, std::string_view);
};

Editor editor_of(Format format) {
  if (format == Format::toml) return {set_toml, remove_toml, add_to_list_toml, remove_from_list_toml};
  if (format == Format::yaml) return {set_yaml, remove_yaml, add_to_list_yaml, remove_from_list_yaml};
  return {set_json, remove_json, add_to_list_json, remove_from_list_json};
}

Result<Value> read(std::string_view text, Format format) {
  if (format == Format::toml) {
    auto meaning = parse_toml(text);
    return meaning || text.find("{{") == std::string_view::npos ? std::move(meaning) : parse_toml(mask_template(text).masked);
  }
  if (format == Format::json) return parse_json(text);
  TRY_ASSIGN(auto documents, parse_yaml(text));
  Value list;
  list.kind = Value::Kind::list;
  for (auto& document : documents) list.entries.emplace_back(std::string(), std::move(document));
  return list;
}

struct Place {
  Path path;
  Value value;
};

void collect(const Value& value, Path& path, std::vector<Place>& places) {
  if (!path.empty()) {
    Place place{path, {}};
    if (value.is_scalar()) place.value = value;
    place.value.kind = value.kind;
    // Of a list of texts, one: that says that it is one.
    if (value.is_list() &&
        std::all_of(value.entries.begin(), value.entries.end(), [](const auto& entry) { return entry.second.is_scalar(); }) &&
        !value.entries.empty())
      place.value.entries.emplace_back(std::string(), value.entries.front().second);
    places.push_back(std::move(place));
  }
  for (std::size_t i = 0; i < value.entries.size(); ++i) {
    path.push_back(value.is_list() ? fmt::format("[{}]", i) : value.entries[i].first);
    collect(value.entries[i].second, path, places);
    path.pop_back();
  }
}

class Trial {
 public:
  Trial(std::string_view text, Format format) : text_(text), format_(format), editor_(editor_of(format)) {}

  void at(const Place& place) {
    where_ = fmt::format("{}", fmt::join(place.path, "/"));
    switch (place.value.kind) {
      case Value::Kind::scalar: scalar(place); break;
      case Value::Kind::map: map(place); break;
      case Value::Kind::list: list(place); break;
      case Value::Kind::null: break;
    }
  }

  void assignment(const std::string& section, const std::string& key, const std::string& value) {
    where_ = section + "/" + key;
    if (format_ == Format::env) {
      changed(
          set_env(text_, key, value + "x"), [&](std::string_view after) { return get_env(after, key) == value + "x"; },
          [&](std::string_view after) { return set_env(after, key, value); });
      const auto again = get_env(text_, "UNSNAG_NEW");
      if (!again)
        changed(
            set_env(text_, "UNSNAG_NEW", "a b"), [&](std::string_view after) { return get_env(after, "UNSNAG_NEW") == "a b"; },
            [&](std::string_view after) { return remove_env(after, "UNSNAG_NEW"); });
      return;
    }
    const auto other = value.empty() ? std::string("x") : value + " --x=1";
    changed(
        set_unit(text_, section, key, other), [&](std::string_view after) { return get_unit(after, section, key).has_value(); },
        [&](std::string_view after) { return value.empty() ? fail_as_is() : set_unit(after, section, key, value); });
    if (!get_unit(text_, section, "UnsnagNew"))
      changed(
          set_unit(text_, section, "UnsnagNew", "1"), [&](std::string_view after) { return get_unit(after, section, "UnsnagNew") == "1"; },
          [&](std::string_view after) { return remove_unit(after, section, "UnsnagNew"); });
    if (section == "Service" && !get_unit_environment(text_, section, "UNSNAG_NEW"))
      changed(
          set_unit_environment(text_, section, "UNSNAG_NEW", "50% b"),
          [&](std::string_view after) { return get_unit_environment(after, section, "UNSNAG_NEW") == "50% b"; },
          [&](std::string_view after) { return remove_unit_environment(after, section, "UNSNAG_NEW"); });
  }

  Tried take() { return std::move(tried_); }

 private:
  static Result<std::string> fail_as_is() { return fail(Errc::unsupported, "a reset"); }

  void scalar(const Place& place) {
    const auto& old = place.value;
    NewValue next, back;
    if (format_ == Format::toml && old.scalar.find("__") != std::string::npos) return;  // an action of a template, masked
    // 1.5e2, 0x10, a date: not what these editors write.
    if (format_ != Format::yaml && !old.quoted && old.scalar != "true" && old.scalar != "false" && !is_number(old.scalar)) return;
    if (old.quoted || (old.scalar != "true" && old.scalar != "false" && !is_number(old.scalar))) {
      next = text_value(old.scalar + "x");
      back = text_value(old.scalar);
    } else if (is_number(old.scalar)) {
      next = number_value(old.scalar == "7" ? "8" : "7");
      back = number_value(old.scalar);
    } else {
      next = boolean_value(old.scalar == "false");
      back = boolean_value(old.scalar == "true");
    }
    changed(
        editor_.set(text_, place.path, next), [&](std::string_view after) { return holds(after, place.path, next); },
        [&](std::string_view after) { return editor_.set(after, place.path, back); });
  }

  void map(const Place& place) {
    auto path = place.path;
    path.emplace_back("unsnag-new");
    const auto next = text_value("a b");
    changed(
        editor_.set(text_, path, next), [&](std::string_view after) { return holds(after, path, next); },
        [&](std::string_view after) { return editor_.remove(after, path); });
  }

  void list(const Place& place) {
    if (place.value.entries.empty()) return;
    changed(
        editor_.add(text_, place.path, "unsnag-new"), [](std::string_view) { return true; },
        [&](std::string_view after) { return editor_.take(after, place.path, "unsnag-new"); });
  }

  static bool is_number(std::string_view text) { return check({"x"}, number_value(text)).has_value(); }

  [[nodiscard]] bool holds(std::string_view after, const Path& path, const NewValue& wanted) const {
    const auto meaning = read(after, format_);
    if (!meaning) return false;
    auto whole = path;
    if (format_ == Format::yaml && meaning->entries.size() == 1 && meaning->entries[0].second.is_list()) whole.insert(whole.begin(), "[0]");
    const auto* found = find(*meaning, whole);
    return found != nullptr && is(*found, wanted);
  }

  template <typename Holds, typename Undo>
  void changed(Result<std::string> after, Holds&& holds, Undo&& undo) {
    if (!after) {
      tried_.refused.push_back(fmt::format("{}: {}", where_, after.error().message()));
      return;
    }
    ++tried_.edits;
    if (!holds(*after)) {
      tried_.wrong.push_back(fmt::format("{}: does not hold:\n{}", where_, unified_diff(text_, *after, "x")));
      return;
    }
    const auto before = undo(*after);
    if (before && (*before == text_ || left_a_header(*before))) {
      ++tried_.undone;
      return;
    }
    auto& where = before && !means_the_same(*before) ? tried_.wrong : tried_.not_undone;
    where.push_back(fmt::format("{}: {}", where_, before ? unified_diff(text_, *before, "undone") : before.error().message()));
  }

  [[nodiscard]] bool means_the_same(std::string_view before) const {
    if (format_ == Format::unit) return read_unit(before).size() == read_unit(text_).size();
    if (format_ == Format::env) return read_env(before).size() == read_env(text_).size();
    const auto was = read(text_, format_), is = read(before, format_);
    // What YAML wrote without quotes may have got some.
    return was && is && (format_ == Format::yaml || same(*was, *is));
  }

  /// Of a table that only was implied, the header that was made for the key stays.
  [[nodiscard]] bool left_a_header(std::string_view before) const {
    if (format_ != Format::toml || before.size() <= text_.size()) return false;
    std::size_t front = 0;
    while (front < text_.size() && text_[front] == before[front]) ++front;
    const auto back = text_.size() - front;
    if (before.substr(before.size() - back) != text_.substr(front)) return false;
    const auto more = before.substr(front, before.size() - back - front);
    return std::count(more.begin(), more.end(), '[') <= 2 && more.find('=') == std::string_view::npos;
  }

  std::string_view text_;
  Format format_;
  Editor editor_;
  std::string where_;
  Tried tried_;
};

}  // namespace

Tried try_every_leaf(std::string_view text, Format format, std::size_t limit) {
  Trial trial(text, format);
  if (format == Format::unit) {
    const auto all = read_unit(text);
    for (std::size_t i = 0; i < std::min(all.size(), limit); ++i)
      trial.assignment(all[i].section, all[i].key, get_unit(text, all[i].section, all[i].key).value_or(""));
    return trial.take();
  }
  if (format == Format::env) {
    const auto all = read_env(text);
    for (std::size_t i = 0; i < std::min(all.size(), limit); ++i)
      trial.assignment({}, all[i].name, get_env(text, all[i].name).value_or(""));
    return trial.take();
  }
  std::vector<Place> places;
  Path path;
  bool only_list = false;
  const auto meaning = read(text, format);
  if (meaning) {
    collect(*meaning, path, places);
    only_list = format == Format::yaml && meaning->entries.size() == 1 && meaning->entries[0].second.is_list();
  }
  const auto step = limit == 0 ? places.size() + 1 : places.size() / limit + 1;
  for (std::size_t i = 0; i < places.size(); i += step) {
    // Of a key that stands twice, the first has no path.
    const auto* found = find(*meaning, places[i].path);
    if (found == nullptr || found->kind != places[i].value.kind || found->scalar != places[i].value.scalar ||
        found->quoted != places[i].value.quoted)
      continue;
    // A single document that is a list goes without its number.
    if (format == Format::yaml && places[i].path.size() > 1 && only_list) places[i].path.erase(places[i].path.begin());
    else if (only_list) continue;
    trial.at(places[i]);
  }
  return trial.take();
}

}  // namespace unsnag::edit
