// SPDX-License-Identifier: Apache-2.0
// What ran on the node: other clients that pull (`ps`), the runtime's connections (`ss -p`), the limits of its
// process (/proc/<pid>/limits), and what containerd's store was doing (`ctr content active`, `ctr snapshots ls`):
// a blob that is being fetched, and since when, or a snapshot that is being unpacked.
#include <array>

#include "base/text.h"
#include "readers/node_parts.h"

namespace unsnag::readers::node {
namespace {

constexpr std::array<std::string_view, 9> k_clients{"ctr", "docker", "crictl", "nerdctl", "podman", "skopeo", "crane", "regctl", "oras"};

/// The image that a client's command pulls; "" when it pulls none.
std::string pulled_image(const std::vector<std::string_view>& words, std::size_t client) {
  bool pull = false;
  std::string image;
  for (std::size_t i = client + 1; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (!pull) {
      pull = word == "pull" || ((base_name(words[client]) == "skopeo" || base_name(words[client]) == "oras") && word == "copy");
      continue;
    }
    if (word.starts_with("docker://")) return std::string(word.substr(9));  // skopeo: the first is the source
    // Values of flags are mostly paths, user:password and digits; an image has a name and a slash or a tag.
    if (word.starts_with('-') || word.starts_with('/') ||
        (word.find('/') == std::string_view::npos && word.find(':') == std::string_view::npos))
      continue;
    if (i > 0 && (words[i - 1] == "-u" || words[i - 1] == "--user" || words[i - 1] == "--creds" || words[i - 1] == "--platform")) continue;
    image = std::string(word);
  }
  return pull ? image : std::string{};
}

class Processes : public LineReader {
 public:
  explicit Processes(Notes& notes) : notes_(notes), named_(lower(notes.basename()).starts_with("ps")) {}

  bool line(std::string_view text, std::uint64_t number) override {
    const std::vector<std::string_view> words = split_words(text);
    if (words.size() >= 3 && contains(text, "PID") && (words.back() == "COMMAND" || words.back() == "CMD" || words.back() == "ARGS")) {
      header_.clear();
      for (std::string_view name : words) header_.push_back(lower(name));
      return true;
    }
    if (text.starts_with("Recv-Q") || contains(text, "Local Address:Port")) {
      sockets_ = true;
      return true;
    }
    if (sockets_ && (contains(text, "users:((") || words.size() >= 4)) return socket(words, text, number);
    sockets_ = false;
    if (words.empty()) return false;
    const bool row =
        !header_.empty() ? words.size() >= header_.size() : named_ && !words[0].empty() && words[0][0] >= '0' && words[0][0] <= '9';
    if (!row) {
      header_.clear();
      return false;
    }
    process(words, number);
    return true;
  }

 private:
  std::string_view column(const std::vector<std::string_view>& words, std::string_view name) const {
    for (std::size_t i = 0; i + 1 < header_.size() && i < words.size(); ++i) {
      if (header_[i] == name) return words[i];
    }
    return {};
  }

  void process(const std::vector<std::string_view>& words, std::uint64_t number) {
    notes_.reader = "reader.processes";
    const std::size_t first = header_.empty() ? 1 : header_.size() - 1;
    for (std::size_t i = first; i < words.size(); ++i) {
      const std::string_view binary = base_name(words[i]);
      for (std::string_view client : k_clients) {
        if (binary != client) continue;
        const std::string image = pulled_image(words, i);
        if (image.empty()) continue;
        std::string_view age = column(words, "elapsed");
        if (header_.empty() && words.size() > 1 && words[1].find(':') != std::string_view::npos) age = words[1];
        notes_.add(make_fact("other-puller", {{"program", client}, {"target", image}, {"age", age}}), number);
        return;
      }
      // Only the words of the command's beginning can be a program: "sudo", "k3s" and the tree's "\_" stand before it.
      if (i > first + 3) break;
    }
    const std::string_view state = column(words, "stat").empty() ? column(words, "s") : column(words, "stat");
    if (state.starts_with('D')) {
      const std::string_view binary = base_name(words[first]);
      for (std::string_view known : {"containerd", "dockerd", "crio", "unpigz", "igzip", "tar", "kubelet"}) {
        if (binary == known) notes_.add(make_fact("process-state", {{"process", binary}, {"state", "D"}}), number);
      }
    }
  }

  bool socket(const std::vector<std::string_view>& words, std::string_view text, std::uint64_t number) {
    // ss: [Netid] [State] Recv-Q Send-Q Local Peer Process; the two addresses are the first words with ':'.
    std::string_view peer, state;
    std::size_t addresses = 0;
    for (std::string_view word : words) {
      if (word.find(':') == std::string_view::npos || word.starts_with("users:") || word.starts_with("timer:")) {
        if (addresses == 0 && !word.empty() && word[0] >= 'A' && word[0] <= 'Z') state = word;
        continue;
      }
      if (++addresses == 2) peer = word;
    }
    if (addresses < 2) return false;
    const std::size_t quote = text.find("users:((\"");
    if (quote == std::string_view::npos) return true;
    const std::string_view rest = text.substr(quote + 9);
    const std::string_view process = rest.substr(0, rest.find('"'));
    if (process == "containerd" || process == "dockerd" || process == "crio") {
      notes_.reader = "reader.sockets";
      notes_.add(make_fact("connection", {{"process", process}, {"peer", peer}, {"state", state}}), number);
    }
    return true;
  }

  Notes& notes_;
  bool named_;
  bool sockets_ = false;
  std::vector<std::string> header_;  // lower case
};

class Limits : public LineReader {
 public:
  explicit Limits(Notes& notes) : notes_(notes) {}

  bool line(std::string_view text, std::uint64_t number) override {
    if (text.starts_with("Limit ") && contains(text, "Soft Limit")) return inside_ = true;
    if (!inside_) return false;
    if (!text.starts_with("Max ")) return inside_ = false;
    const bool files = text.starts_with("Max open files"), processes = text.starts_with("Max processes");
    if (!files && !processes) return true;
    const std::vector<std::string_view> words = split_words(text.substr(files ? 14 : 13));
    if (words.size() < 2) return true;
    double soft = 0;
    // 1024 is what a shell gives; a runtime's unit asks for a million. Below that a parallel pull runs dry.
    const bool low = parse_number(words[0], soft) && soft < 1024;
    notes_.reader = "reader.limits";
    notes_.add(make_fact("process-limit",
                         {{"what", files ? "files" : "processes"}, {"soft", words[0]}, {"hard", words[1]}, {"low", low ? "yes" : ""}}),
               number);
    return true;
  }

 private:
  Notes& notes_;
  bool inside_ = false;
};

class StoreState : public LineReader {
 public:
  explicit StoreState(Notes& notes) : notes_(notes) {}

  bool line(std::string_view raw, std::uint64_t number) override {
    const std::string_view text = trim(raw);
    const std::vector<std::string_view> words = split_words(text);
    if (words.size() == 3 && words[0] == "REF" && words[1] == "SIZE" && words[2] == "AGE") return begin(Table::active);
    if (words.size() >= 3 && words[0] == "DIGEST" && words[1] == "SIZE" && words[2] == "AGE") return begin(Table::content);
    if (words.size() >= 3 && words[0] == "KEY" && words[1] == "PARENT" && words[2] == "KIND") return begin(Table::snapshots);
    if (table_ == Table::none || text.empty()) return false;
    if (text.starts_with("time=\"") && contains(text, "level=")) return true;  // ctr's own warnings between them
    notes_.reader = "reader.store-state";
    switch (table_) {
      case Table::active: return active(raw, words, number);
      case Table::content: return words[0].starts_with("sha256:");
      case Table::snapshots: return snapshot(words, number);
      case Table::none: break;
    }
    return false;
  }

 private:
  enum class Table { none, active, content, snapshots };
  bool begin(Table table) {
    table_ = table;
    return true;
  }

  bool active(std::string_view raw, const std::vector<std::string_view>& words, std::uint64_t number) {
    // "layer-sha256:… \t1.049MB\tAbout a minute\t"; the age is docker/go-units' words.
    const std::vector<std::string_view> columns = split_columns(trim(raw));
    const std::size_t dash = words[0].find("-sha256:");
    if (words.size() < 3 || dash == std::string_view::npos || columns.size() < 3) {
      table_ = Table::none;
      return false;
    }
    const std::string_view digest = words[0].substr(dash + 1);
    std::string kind(words[0].substr(0, dash));
    if (const std::size_t slash = kind.rfind('/'); slash != std::string::npos) kind = kind.substr(slash + 1);  // "k8s.io/1/layer"
    const std::string_view size = columns[1], age = columns[2];
    notes_.scope.layer = std::string(digest);
    notes_.add(make_fact("ingest", {{"kind", kind}, {"digest", digest}, {"done", size}, {"age", age}}), number);
    notes_.scope.layer.clear();
    return true;
  }

  bool snapshot(const std::vector<std::string_view>& words, std::uint64_t number) {
    if (words.back() != "Active" && words.back() != "Committed" && words.back() != "View") {
      table_ = Table::none;
      return false;
    }
    // "extract-<n>-<rand> sha256:<chain>": a layer that is being unpacked at this moment, or was left so.
    if (words[0].starts_with("extract-") && words.back() == "Active" && words.size() >= 3) {
      notes_.add(make_fact("unpacking", {{"chain", words[1]}, {"key", words[0]}}), number);
    }
    return true;
  }

  Notes& notes_;
  Table table_ = Table::none;
};

}  // namespace

std::unique_ptr<LineReader> make_processes(Notes& notes) { return std::make_unique<Processes>(notes); }
std::unique_ptr<LineReader> make_limits(Notes& notes) { return std::make_unique<Limits>(notes); }
std::unique_ptr<LineReader> make_store_state(Notes& notes) { return std::make_unique<StoreState>(notes); }

}  // namespace unsnag::readers::node
