// SPDX-License-Identifier: Apache-2.0
// What a text of kubectl's says, held until the text is read whole. Only then is it known on which node a pod is,
// which container has which image, and when the command ran; then everything is emitted, oldest first.
#pragma once

#include <cstdint>
#include <deque>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "readers/kubernetes.h"
#include "readers/kubernetes_row.h"
#include "readers/kubernetes_time.h"
#include "timeline/event.h"

namespace unsnag::readers::kubernetes {

/// One line's statement.
struct Saying {
  Context context;                    // scope as far as the line itself says
  std::string_view text;              // words for interpret(); may be empty
  std::vector<timeline::Fact> facts;  // what this reader concludes from the structure
  std::string_view reason;            // an event's reason: noted when the catalogue knows none of its words
  std::optional<Age> last, first;     // before the command of its block
  bool about_pod = true;              // it takes the block's pod when it names none
  bool about_container = false;       // it is about one container, named or not
  bool only_if_used = false;          // dropped unless a pod of the text uses the scope's image
};

class Collector {
 public:
  Collector(const File& file, timeline::Sink& sink, const Voice& voice) : file_(file), sink_(sink), voice_(voice) {}

  /// A new command's output begins: nothing said of the last one's pod, node and moment holds any more.
  void begin_block();
  /// The block's index for say_event(); from now on the next command gets a block of its own.
  std::size_t use_block();
  void set_namespace(std::string_view name) { block().name_space = name; }  // of the command line
  /// The object that a describe is about.
  void describe_pod(std::string_view name_space, std::string_view name);
  void describe_node(std::string_view name) { blocks_[use_block()].node = name; }
  /// Something with both a date and an age: the command's moment. The narrowest one counts.
  void anchor(const Moment& moment);

  void place_pod(std::string_view pod, std::string_view node);  // pod: namespace/name
  void add_container(std::string_view pod, std::string_view container, std::string_view image);
  /// "namespace/name", or the name alone when nothing says the namespace.
  [[nodiscard]] std::string pod_name(std::string_view name_space, std::string_view name);

  /// A statement of line `line` (counted from 1); fields of the context that hold for the file are filled in.
  Saying& say(std::uint64_t line, std::string_view shown);
  /// An event, whole row.
  void say_event(const EventRow& row, std::size_t block, std::uint64_t line, std::string_view shown);
  [[nodiscard]] const std::string& block_pod() { return block().pod; }

  /// Keeps a string for views in sayings.
  std::string_view keep(std::string text) { return kept_.emplace_back(std::move(text)); }

  void emit_all();

 private:
  struct Container {
    std::string name, image;
  };
  struct Pod {
    std::string node;
    std::vector<Container> containers;
  };
  struct Block {
    bool used = false;
    std::string name_space, pod, node;
    std::optional<Moment> moment;
    std::set<std::string, std::less<>> images;  // that rows without a pod name
    std::vector<Saying> sayings;
  };

  Block& block();
  static std::string full_name(const Block& block, std::string_view name_space, std::string_view name);
  void complete_scope(const Block& block, Saying& saying) const;
  void emit(const Block& block, Saying& saying);

  File file_;
  timeline::Sink& sink_;
  Voice voice_;
  std::deque<Block> blocks_;
  std::map<std::string, Pod, std::less<>> pods_;                // by namespace/name
  std::map<std::string, std::string, std::less<>> full_names_;  // by bare name; "" when two pods share it
  std::set<std::string, std::less<>> images_;                   // that pods of the text use
  std::deque<std::string> kept_;
};

/// Parts of a pod's state that facts follow from.
/// What kubelet's reason for a container that waits or ended says. Empty: not a reason that is known here.
std::vector<timeline::Fact> facts_of_reason(std::string_view reason);
/// ErrImagePull and its kin, with or without "Init:".
bool is_image_reason(std::string_view reason);

}  // namespace unsnag::readers::kubernetes
