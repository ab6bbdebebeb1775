// SPDX-License-Identifier: Apache-2.0
// kubectl's output → events. The text is cut into what kubectl prints (describes, tables, objects) and what is
// somebody else's; nothing is emitted before all of it was seen, since the last line can name the first one's node.
#include "readers/kubernetes.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "readers/envelope.h"
#include "readers/kubernetes_describe.h"
#include "readers/kubernetes_documents.h"
#include "readers/kubernetes_lines.h"
#include "readers/kubernetes_row.h"
#include "readers/kubernetes_say.h"
#include "readers/kubernetes_wrap.h"
#include "readers/shell.h"

namespace unsnag::readers {
namespace kubernetes {
namespace {

class TextReader {
 public:
  TextReader(const File& file, timeline::Sink& sink, const Voice& voice)
      : lines_(file.text), collector_(file, sink, voice), describe_(lines_, collector_), documents_(lines_, collector_) {}

  /// Sorts all lines; false: none of them is kubectl's.
  bool sort();
  [[nodiscard]] const std::vector<std::size_t>& others() const { return others_; }
  [[nodiscard]] const Lines& lines() const { return lines_; }
  void emit();

 private:
  struct Row {
    RowLines lines;
    Layout layout;
    std::size_t block;
  };

  std::size_t take(std::size_t i);
  bool take_prompt(std::size_t i);
  bool take_header(std::size_t i);
  std::size_t take_event_row(std::size_t i, Layout layout);
  bool take_pod_row(std::size_t i);
  bool take_secret_row(std::size_t i);
  bool take_reason(std::size_t i);
  [[nodiscard]] bool ends_row(std::size_t i) const;

  Lines lines_;
  Collector collector_;
  DescribeReader describe_;
  DocumentReader documents_;
  std::vector<Row> rows_;
  std::vector<std::size_t> others_;
  std::size_t taken_ = 0;        // lines that only kubectl prints
  std::size_t pending_end_ = 0;  // lines before it are a document that was not understood
  bool after_blank_ = false;
};

bool TextReader::sort() {
  constexpr std::size_t k_paste = 1 << 20, k_head = 64 << 10;
  std::size_t bytes = 0, total = 0;
  for (std::size_t i = 0; i < lines_.size(); ++i) total += lines_.raw(i).size() + 1;
  for (std::size_t i = 0; i < lines_.size();) {
    const auto next = std::max(take(i), i + 1);
    for (; i < next; ++i) bytes += lines_.raw(i).size() + 1;
    // A big file that does not begin as kubectl's is a log, whatever is quoted somewhere in it.
    if (taken_ == 0 && bytes > k_head && total > k_paste) return false;
  }
  describe_.finish();
  return taken_ > 0;
}

/// Returns the index behind what was taken with line `i`.
std::size_t TextReader::take(std::size_t i) {
  const auto line = lines_[i];
  if (i < pending_end_) {
    if (take_reason(i)) return ++taken_, i + 1;
    others_.push_back(i);
    return i + 1;
  }
  if (is_blank(line)) {
    after_blank_ = true;
    return i + 1;
  }
  const bool after_blank = std::exchange(after_blank_, false);
  if (take_prompt(i)) return i + 1;
  if (const auto layout = row_layout(line); layout != Layout::none) return take_event_row(i, layout);
  if (take_header(i)) return i + 1;
  if (const auto document = documents_.take(i)) {
    if (document->understood) {
      taken_ += document->end - i;
      describe_.finish();
      return document->end;
    }
    if (document->secret) return document->end;
    pending_end_ = document->end;
    return take(i);
  }
  if (take_pod_row(i) || take_secret_row(i) || take_reason(i) || describe_.take(i)) {
    ++taken_;
    return i + 1;
  }
  // A new paragraph of other words ends what came before. (A registry's HTML in a message has paragraphs too.)
  if (after_blank && trim(line).front() != '<') {
    describe_.finish();
    collector_.begin_block();
  }
  others_.push_back(i);
  return i + 1;
}

bool TextReader::take_prompt(std::size_t i) {
  const auto prompt = parse_prompt(lines_[i]);
  if (!prompt) {
    if (shell_command(lines_[i]).empty()) return false;
    // Another program's output begins.
    describe_.finish();
    collector_.begin_block();
    others_.push_back(i);
    return true;
  }
  describe_.finish();
  collector_.begin_block();
  collector_.set_namespace(prompt->name_space);
  return true;  // by itself no proof: the output of `kubectl logs` is a log
}

bool TextReader::take_header(std::size_t i) {
  if (is_describe_header(lines_[i])) {
    ++taken_;
    return true;
  }
  const auto table = table_header(lines_[i]);
  if (table == Table::none) return false;
  describe_.finish();
  collector_.begin_block();
  if (table != Table::other) ++taken_;
  return true;
}

bool TextReader::ends_row(std::size_t i) const {
  const auto line = lines_[i];
  if (is_blank(line) || row_layout(line) != Layout::none || is_describe_header(line) || parse_prompt(line)) return true;
  if (table_header(line) != Table::none || parse_pod_row(line) || describe_.begins_object(i)) return true;
  const auto text = trim(line);
  const bool disks = text.substr(0, 10) == "Filesystem" && contains(text, "Mounted on");  // df
  if (disks || !shell_command(text).empty()) return true;
  return text.substr(0, 3) == "---" || text.substr(0, 3) == "```" || text.substr(0, 11) == "apiVersion:" || starts_record(text);
}

std::size_t TextReader::take_event_row(std::size_t i, Layout layout) {
  const bool of_describe = layout == Layout::describe || layout == Layout::describe_old;
  if (!of_describe && describe_.active()) {
    describe_.finish();
    collector_.begin_block();
  }
  std::size_t end = i + 1;
  constexpr std::size_t k_max_lines = 64;
  while (end < lines_.size() && end < i + k_max_lines && !ends_row(end)) ++end;
  if (const auto head = parse_row(lines_[i], layout)) {
    describe_.anchor_by(*head);
    // kubelet ends these texts itself, so what follows is no part of them unless a terminal cut the line.
    const auto words = split_words(head->message);
    const bool whole = (words.size() == 2 && words[0] == "Error:" && !facts_of_reason(words[1]).empty()) ||
                       (!head->message.empty() && head->message.back() == '"' && head->message.size() > 20 &&
                        std::count(head->message.begin(), head->message.end(), '"') == 2);
    if (whole) end = i + 1;
  }
  rows_.push_back({{i, end}, layout, collector_.use_block()});
  taken_ += end - i;
  return end;
}

bool TextReader::take_pod_row(std::size_t i) {
  const auto row = parse_pod_row(lines_[i]);
  if (!row) return false;
  describe_.finish();
  const auto pod = collector_.pod_name(row->name_space, row->name);
  collector_.place_pod(pod, row->node);
  auto facts = facts_of_reason(row->status);
  if (row->status == "Running" && row->ready > 0 && row->ready == row->wanted) facts.push_back(make_fact("container-started"));
  auto& saying = collector_.say(i + 1, lines_[i]);
  saying.context.scope.pod = pod;
  saying.context.scope.node = row->node;
  saying.facts = std::move(facts);
  return true;
}

/// `kubectl get secrets`: NAME TYPE DATA AGE.
bool TextReader::take_secret_row(std::size_t i) {
  constexpr std::string_view k_docker = "kubernetes.io/docker";
  if (!contains(lines_[i], k_docker)) return false;
  const auto words = split_words(lines_[i]);
  if (words.size() < 4 || words.size() > 5 || !is_age_word(words.back())) return false;
  const auto type = words[words.size() - 3];
  if (type.substr(0, k_docker.size()) != k_docker) return false;
  auto& saying = collector_.say(i + 1, lines_[i]);
  saying.facts = {
      make_fact("secret-for",
                {{"secret", words[words.size() - 4]}, {"namespace", words.size() == 5 ? words[0] : std::string_view{}}, {"type", type}})};
  saying.about_pod = false;
  return true;
}

/// A piece of a pod's status: `reason: ErrImagePull`, `"reason": "ErrImagePull",`.
bool TextReader::take_reason(std::size_t i) {
  const auto line = trim(lines_[i]);
  if (line.size() > 64) return false;
  if (line.find("eason") == std::string_view::npos || line.find("Reason") == 0) return false;
  constexpr std::string_view k_quotes = "\", ";
  std::string bare;
  for (const char c : line)
    if (k_quotes.find(c) == std::string_view::npos) bare += c;
  constexpr std::string_view k_reason = "reason:";
  if (bare.substr(0, k_reason.size()) != k_reason || !is_image_reason(std::string_view(bare).substr(k_reason.size()))) return false;
  collector_.say(i + 1, lines_[i]).facts = facts_of_reason(std::string_view(bare).substr(k_reason.size()));
  return true;
}

void TextReader::emit() {
  for (std::size_t from = 0; from < rows_.size();) {
    auto to = from;  // one command's rows were wrapped by one terminal
    std::vector<RowLines> spans;
    for (; to < rows_.size() && rows_[to].block == rows_[from].block; ++to) spans.push_back(rows_[to].lines);
    const auto wrapping = find_wrapping(lines_, spans);
    for (; from < to; ++from) {
      const auto& row = rows_[from];
      const bool single = row.lines.end == row.lines.first + 1;
      const auto whole = single ? lines_[row.lines.first] : collector_.keep(join_row(lines_, row.lines, wrapping));
      if (const auto event = parse_row(whole, row.layout)) collector_.say_event(*event, row.block, row.lines.first + 1, whole);
    }
  }
  collector_.emit_all();
}

}  // namespace

bool read_text(const File& file, const OtherLine& other_line, timeline::Sink& sink, const Voice& voice) {
  constexpr std::size_t k_max_text = 64U << 20;  // what kubectl prints is never that long
  if (file.text.size() > k_max_text) return false;
  TextReader reader(file, sink, voice);
  if (!reader.sort()) return false;
  if (other_line)
    for (const auto i : reader.others()) other_line(reader.lines().raw(i), i + 1);
  reader.emit();
  return true;
}

}  // namespace kubernetes

bool read_kubernetes(const File& file, const OtherLine& other_line, timeline::Sink& sink) {
  return kubernetes::read_text(file, other_line, sink);
}

}  // namespace unsnag::readers
