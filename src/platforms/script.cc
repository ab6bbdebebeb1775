// SPDX-License-Identifier: Apache-2.0
#include "platforms/script.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "platforms/containerd.h"
#include "platforms/write.h"

namespace unsnag::platforms {
namespace {

constexpr std::string_view k_put = R"sh(# put FILE MODE: standard input becomes FILE, at once. Owner and mode of a file that is there stay.
put() {
  [ ! -L "$1" ] || set -- "$(readlink -f "$1")" "$2"
  mkdir -p "$(dirname "$1")"
  rm -f "$1.unsnag"
  if [ -e "$1" ]; then cp -p "$1" "$1.unsnag"; else : > "$1.unsnag"; chmod "$2" "$1.unsnag"; fi
  cat > "$1.unsnag"
  if [ -e "$1" ] && [ "$(cat "$1")" = "$(cat "$1.unsnag")" ]; then rm "$1.unsnag"; else mv "$1.unsnag" "$1"; echo "changed $1"; fi
}
)sh";

constexpr std::string_view k_toml =
    R"sh(# toml_set FILE TABLE KEY VALUE: prints FILE with that key in that table, and everything else as it is.
toml_set() {
  table=$2 key=$3 line="$3 = $4" awk '
    function plain(text) { sub(/#.*/, "", text); gsub(/[][ \t"\047]/, "", text); return text }
    BEGIN { table = ENVIRON["table"]; key = ENVIRON["key"]; line = ENVIRON["line"] }
    /^[ \t]*\[/ {
      inside = $0 !~ /^[ \t]*\[\[/ && plain($0) == plain(table)
      print
      if (inside) { print line; done = 1 }
      next
    }
    inside { name = $0; sub(/=.*/, "", name); if (plain(name) == key) next }
    { print }
    END { if (!done) { print ""; print "[" table "]"; print line } }' "$1"
}
)sh";

constexpr std::string_view k_containerd =
    R"sh(# containerd_set FILE KEY2 KEY3 VALUE: a key of the images' settings, as it is called in configuration versions 2 and 3;
# KEY2 is - for one that version 2 does not have.
containerd_set() {
  [ -s "$1" ] || echo 'version = 2' | put "$1" 644
  case $(sed -n 's/^ *version *= *\([0-9]\).*/\1/p' "$1" | head -n 1) in
    3) table="plugins.'io.containerd.cri.v1.images'" path=$3 ;;
    2) table='plugins."io.containerd.grpc.v1.cri"' path=$2 ;;
    *) table=plugins.cri path=$2 ;;
  esac
  if [ "$2" = - ]; then table="plugins.'io.containerd.cri.v1.images'" path=$3; fi
  case $path in *.*) table=$table.$(echo "$path" | sed 's/\.[^.]*$//') path=$(echo "$path" | sed 's/.*\.//') ;; esac
  new=$(toml_set "$1" "$table" "$path" "$4") || return 1
  if command -v containerd > /dev/null; then
    printf '%s\n' "$new" > "$1.check"
    if ! containerd --config "$1.check" config dump > /dev/null; then
      rm "$1.check"
      echo "containerd does not take $1 with $path in it: the file stays as it is" >&2
      return 1
    fi
    rm "$1.check"
  fi
  printf '%s\n' "$new" | put "$1" 644
}
)sh";

constexpr std::string_view k_json = R"sh(# json_set FILE FILTER: FILE as jq changes it.
json_set() {
  [ -s "$1" ] || echo '{}' | put "$1" 644
  new=$(jq "$2" "$1") || return 1
  printf '%s\n' "$new" | put "$1" 644
}
)sh";

constexpr std::string_view k_kubelet_yaml = R"sh(# kubelet_set FILE KEY CHILD VALUE: a key of kubelet's configuration, or one below it.
kubelet_set() {
  if grep -q "^$2: *[{] *[^} ]" "$1"; then echo "$1: $2 stands between braces: change it by hand" >&2; return 1; fi
  new=$(key=$2 child=$3 value=$4 awk '
    function flush(blanks) { print blanks child ": " value; waiting = 0 }
    BEGIN { key = ENVIRON["key"]; child = ENVIRON["child"]; value = ENVIRON["value"] }
    waiting { match($0, /^ */); flush(RLENGTH > 0 ? substr($0, 1, RLENGTH) : "  ") }
    index($0, key ":") == 1 { inside = 1; seen = 1; if (child == "") print key ": " value; else { print key ":"; waiting = 1 }; next }
    /^[^ #-]/ { inside = 0 }
    inside && (child == "" || $1 == child ":") { next }
    { print }
    END { if (waiting) flush("  "); else if (!seen && child == "") print key ": " value; else if (!seen) { print key ":"; flush("  ") } }' "$1") || return 1
  printf '%s\n' "$new" | put "$1" 644
}
)sh";

constexpr std::string_view k_kubelet_flag =
    R"sh(# kubelet_flag NAME VALUE: appends to KUBELET_EXTRA_ARGS where this node sets it; what stands there stays.
kubelet_flag() {
  file=
  for one in /etc/systemd/system/kubelet.service.d/30-kubelet-extra-args.conf /etc/default/kubelet /etc/sysconfig/kubelet; do
    if grep -qs KUBELET_EXTRA_ARGS= "$one"; then file=$one; break; fi
  done
  if [ -z "$file" ]; then
    file=$(systemctl cat kubelet.service | sed -n 's/^EnvironmentFile=-*\(\/etc\/[a-z]*\/kubelet\)$/\1/p' | tail -n 1)
    if [ -z "$file" ]; then echo "kubelet's unit reads no KUBELET_EXTRA_ARGS: put --$1=$2 into its ExecStart" >&2; return 1; fi
    { cat "$file" 2> /dev/null || true; echo 'KUBELET_EXTRA_ARGS='; } | put "$file" 644
  fi
  new=$(flag="--$1" value=$2 awk '
    BEGIN { flag = ENVIRON["flag"]; value = ENVIRON["value"] }
    /KUBELET_EXTRA_ARGS=/ && !/^ *#/ {
      end = ""
      if (match($0, /["\047][ \t]*$/)) { end = substr($0, RSTART, 1); $0 = substr($0, 1, RSTART - 1) }
      at = index($0, "KUBELET_EXTRA_ARGS=") + 18
      head = substr($0, 1, at); words = substr($0, at + 1); kept = ""
      if (end == "\"" || end == "\047") if (substr(words, 1, 1) == end) { head = head end; words = substr(words, 2) }
      count = split(words, word, " ")
      for (i = 1; i <= count; i++) {
        if (word[i] == flag) { i++; continue }
        if (index(word[i], flag "=") == 1) continue
        kept = kept word[i] " "
      }
      print head kept flag "=" value end
      next
    }
    { print }' "$file") || return 1
  printf '%s\n' "$new" | put "$file" 644
}
)sh";

constexpr std::string_view k_cri_dockerd =
    R"sh(# cri_dockerd_flag NAME VALUE: the command line that cri-docker.service has, with the flag behind it.
cri_dockerd_flag() {
  now=$(systemctl cat cri-docker.service | sed -e ':a' -e '/\\$/N; s/\\\n *//; ta' | sed -n 's/^ExecStart=\(..*\)/\1/p' | tail -n 1 | sed "s/ --$1[= ][^ ]*//")
  if [ -z "$now" ]; then echo "cri-docker.service has no ExecStart" >&2; return 1; fi
  printf '[Service]\nExecStart=\nExecStart=%s --%s=%s\n' "$now" "$1" "$2" | put /etc/systemd/system/cri-docker.service.d/90-unsnag.conf 644
}
)sh";

// A word that ends a here-document and is no line of it.
std::string end_word(std::string_view text) {
  std::string word = "END";
  while (contains(text, word)) word += "_";
  return word;
}

}  // namespace

std::pair<std::string, std::string> kubelet_key(std::string_view key) {
  const auto dot = key.find('.');
  if (dot == std::string_view::npos) return {std::string(key), {}};
  return {std::string(key.substr(0, dot)), std::string(key.substr(dot + 1))};
}

std::string kubelet_yaml(const Settings& settings) {
  std::vector<std::pair<std::string, std::string>> top;
  for (const auto& setting : settings) {
    const auto [key, child] = kubelet_key(setting.key);
    const auto name = key;
    auto known = std::find_if(top.begin(), top.end(), [&](const auto& one) { return one.first == name; });
    if (known == top.end()) known = top.insert(top.end(), {key, {}});
    known->second =
        child.empty() ? " " + yaml_value(setting) : fmt::format("{}\n  {}: {}", known->second, yaml_text(child), yaml_value(setting));
  }
  std::string out;
  for (const auto& [key, value] : top) out += fmt::format("{}:{}\n", key, value);
  return out;
}

void Script::write(const NodeFile& file) {
  need(put);
  const auto end = end_word(file.text);
  steps_ += fmt::format("put {} 644 << '{}'\n{}{}\n", shell_word(file.path), end, file.text, end);
}

void Script::run(std::string_view command) { steps_ += fmt::format("{}\n", command); }

void Script::set_containerd(const Settings& settings, std::string_view file) {
  need(put | toml | containerd);
  for (const auto& setting : settings)
    steps_ += fmt::format("containerd_set {} {} {} {}\n", shell_word(file),
                          is_since_version_3(setting.key) ? "-" : shell_word(containerd_inner_key(setting.key, 2)),
                          shell_word(containerd_inner_key(setting.key, 3)), shell_word(toml_value(setting)));
}

void Script::set_json(const Settings& settings, std::string_view file) {
  need(put | json);
  std::string filter;
  for (const auto& setting : settings) {
    const auto [key, child] = kubelet_key(setting.key);
    filter += fmt::format("{}.{}{} = {}", filter.empty() ? "" : " | ", json_text(key),
                          child.empty() ? "" : fmt::format("[{}]", json_text(child)), json_value(setting));
  }
  if (!filter.empty()) steps_ += fmt::format("json_set {} {}\n", shell_word(file), shell_word(filter));
}

void Script::set_kubelet_yaml(const Settings& settings, std::string_view file) {
  need(put | kubelet_yaml);
  for (const auto& setting : settings) {
    const auto [key, child] = kubelet_key(setting.key);
    steps_ +=
        fmt::format("kubelet_set {} {} {} {}\n", shell_word(file), shell_word(key), shell_word(child), shell_word(yaml_value(setting)));
  }
}

void Script::add_kubelet_flags(const Settings& settings) {
  need(put | kubelet_flag);
  for (const auto& setting : settings)
    steps_ += fmt::format("kubelet_flag {} {}\n", shell_word(setting.key), shell_word(plain_value(setting)));
}

void Script::add_cri_dockerd_flags(const Settings& settings) {
  need(put | cri_dockerd);
  for (const auto& setting : settings)
    steps_ += fmt::format("cri_dockerd_flag {} {}\n", shell_word(setting.key), shell_word(plain_value(setting)));
}

void Script::add_eks_bootstrap_flags(const Settings& settings) {
  if (settings.empty()) return;
  std::string flags;
  for (const auto& setting : settings) flags += fmt::format(" --{}={}", setting.key, plain_value(setting));
  // The line that the program begins to read its flags into: behind it, and behind its loop over them, the variable is read.
  const auto line = fmt::format("KUBELET_EXTRA_ARGS=\"$KUBELET_EXTRA_ARGS{}\"", flags);
  steps_ += fmt::format("grep -qF -e {0} /etc/eks/bootstrap.sh ||\n  sed -i {1} /etc/eks/bootstrap.sh\n", shell_word(line),
                        shell_word(fmt::format("/^KUBELET_EXTRA_ARGS=/a {}", line)));
}

std::string Script::text() const {
  std::string out = "set -eu\n";
  const auto add = [&](Function function, std::string_view text) {
    if ((functions_ & function) != 0) out.append("\n").append(text);
  };
  add(put, k_put);
  add(toml, k_toml);
  add(containerd, k_containerd);
  add(json, k_json);
  add(kubelet_yaml, k_kubelet_yaml);
  add(kubelet_flag, k_kubelet_flag);
  add(cri_dockerd, k_cri_dockerd);
  return out + "\n" + steps_;
}

}  // namespace unsnag::platforms
