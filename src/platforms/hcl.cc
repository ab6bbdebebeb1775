// SPDX-License-Identifier: Apache-2.0
#include "platforms/hcl.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "base/text.h"
#include "platforms/write.h"

namespace unsnag::platforms {
namespace {

constexpr std::size_t k_max_bytes = std::size_t{4} << 20;
constexpr std::size_t k_max_depth = 64;

bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-'; }

class Scanner {
 public:
  Scanner(std::string_view text, std::size_t at) : text_(text), at_(at) {}

  Result<HclBody> body() {
    HclBody out;
    while (true) {
      TRY(skip_blanks(true));
      if (at_ >= text_.size() || text_[at_] == '}') return out;
      if (text_[at_] == ',') {
        ++at_;
        continue;
      }
      const auto begin = at_;
      std::string name;
      if (text_[at_] == '"') {
        TRY_ASSIGN(name, quoted());
      } else if (text_[at_] == '(') {  // an object's computed key
        TRY(bracketed());
        name = text_.substr(begin, at_ - begin);
      } else {
        name = word();
        if (name.empty()) return bad("a name is missing");
      }
      TRY(skip_blanks(false));
      if (at_ < text_.size() && (text_[at_] == '=' || text_[at_] == ':') && text_.substr(at_, 2) != "==") {
        ++at_;
        TRY(skip_blanks(false));
        HclAttribute attribute{name, begin, at_, 0, at_ < text_.size() && text_[at_] == '{'};
        TRY(expression());
        attribute.end = at_;
        out.attributes.push_back(std::move(attribute));
        continue;
      }
      HclBlock block{name, {}, begin, 0, 0};
      while (at_ < text_.size() && text_[at_] != '{') {
        if (text_[at_] == '"') {
          TRY_ASSIGN(auto label, quoted());
          block.labels.push_back(std::move(label));
        } else {
          auto label = word();
          if (label.empty()) return bad("neither an attribute nor a block");
          block.labels.push_back(std::move(label));
        }
        TRY(skip_blanks(false));
      }
      if (at_ >= text_.size()) return bad("a block has no body");
      block.body = at_ + 1;
      TRY(bracketed());
      block.end = at_ - 1;
      out.blocks.push_back(std::move(block));
    }
  }

 private:
  tl::unexpected<Error> bad(std::string_view why) const {
    return fail(Errc::malformed, fmt::format("line {}: {}", 1 + count_of(text_.substr(0, std::min(at_, text_.size())), '\n'), why));
  }

  std::string word() {
    const auto begin = at_;
    while (at_ < text_.size() && is_name(text_[at_])) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  // Blanks and comments; with `lines`, line breaks too.
  Result<void*> skip_blanks(bool lines) {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == ' ' || c == '\t' || c == '\r' || (lines && c == '\n')) {
        ++at_;
      } else if (c == '#' || text_.substr(at_, 2) == "//") {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else if (text_.substr(at_, 2) == "/*") {
        const auto end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) return bad("a comment has no end");
        at_ = end + 2;
      } else {
        break;
      }
    }
    return nullptr;
  }

  // A string with what is in it, templates too; gives its inside as it is written.
  Result<std::string> quoted() {
    const auto begin = ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\n') break;
      if (c == '\\') {
        at_ += 2;
      } else if (c == '"') {
        return std::string(text_.substr(begin, at_++ - begin));
      } else if ((c == '$' || c == '%') && text_.substr(at_ + 1, 1) == "{") {
        if (at_ > begin && text_[at_ - 1] == c) {  // $${ is no template
          at_ += 2;
          continue;
        }
        ++at_;
        TRY(bracketed());
      } else {
        ++at_;
      }
    }
    return bad("a string has no end");
  }

  Result<void*> here_document() {
    at_ += 2;
    if (at_ < text_.size() && text_[at_] == '-') ++at_;
    const auto end_word = word();
    const auto line_end = text_.find('\n', at_);
    if (end_word.empty() || line_end == std::string_view::npos) return bad("a here-document has no end word");
    at_ = line_end + 1;
    while (at_ < text_.size()) {
      const auto end = std::min(text_.find('\n', at_), text_.size());
      if (trim(text_.substr(at_, end - at_)) == end_word) {
        at_ = end;
        return nullptr;
      }
      at_ = std::min(end + 1, text_.size());
    }
    return bad("a here-document has no end");
  }

  // One step of an expression: a string, a here-document, brackets, a comment, or a byte.
  Result<void*> step() {
    const char c = text_[at_];
    if (c == '"') {
      TRY(quoted());
    } else if (text_.substr(at_, 2) == "<<" && at_ + 2 < text_.size() &&
               (text_[at_ + 2] == '-' || std::isalpha(static_cast<unsigned char>(text_[at_ + 2])) != 0)) {
      TRY(here_document());
    } else if (c == '(' || c == '[' || c == '{') {
      TRY(bracketed());
    } else if (c == '#' || text_.substr(at_, 2) == "//" || text_.substr(at_, 2) == "/*") {
      TRY(skip_blanks(false));
    } else {
      ++at_;
    }
    return nullptr;
  }

  // From an opening bracket to behind the one that closes it.
  Result<void*> bracketed() {
    if (++depth_ > k_max_depth) return fail(Errc::too_large, "brackets are nested too deep");
    const char close = text_[at_] == '(' ? ')' : text_[at_] == '[' ? ']' : '}';
    ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == close) {
        ++at_;
        --depth_;
        return nullptr;
      }
      if (c == ')' || c == ']' || c == '}') return bad("brackets cross");
      TRY(step());
    }
    return bad("a bracket is not closed");
  }

  // To the end of its line, or to the comma or brace that ends it in an object.
  Result<void*> expression() {
    if (at_ >= text_.size() || text_[at_] == '\n') return bad("a value is missing");
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\n' || c == ',' || c == '}') break;
      if (c == '#' || text_.substr(at_, 2) == "//") break;
      TRY(step());
    }
    while (at_ > 0 && (text_[at_ - 1] == ' ' || text_[at_ - 1] == '\t' || text_[at_ - 1] == '\r')) --at_;
    return nullptr;
  }

  std::string_view text_;
  std::size_t at_;
  std::size_t depth_ = 0;
};

}  // namespace

std::string hcl_template(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if ((text[i] == '$' || text[i] == '%') && i + 1 < text.size() && text[i + 1] == '{') out += text[i];
  }
  return out;
}

Result<HclBody> read_hcl(std::string_view text, std::size_t from) {
  if (text.size() > k_max_bytes) return fail(Errc::too_large, "the file has more than 4 MiB");
  return Scanner(text, from).body();
}

std::string insert_into_body(std::string_view text, std::size_t body, std::size_t end, std::string_view lines) {
  // As far in as the body's first line, or two blanks further than the brace that closes it.
  std::size_t blanks = std::string_view::npos;
  for (const auto line : split(text.substr(body, end - body), '\n')) {
    const auto first = line.find_first_not_of(" \t\r");
    if (first != std::string_view::npos && first > 0) {
      blanks = first;
      break;
    }
  }
  const auto line_begin = text.rfind('\n', end) == std::string_view::npos ? 0 : text.rfind('\n', end) + 1;
  const bool brace_alone = trim(text.substr(line_begin, end - line_begin)).empty();
  if (blanks == std::string_view::npos) blanks = brace_alone ? end - line_begin + 2 : 2;
  const auto at = brace_alone ? line_begin : end;
  const auto before = text.substr(0, at);
  return fmt::format("{}{}{}{}", before, brace_alone ? "" : "\n", indent(lines, blanks), text.substr(at));
}

}  // namespace unsnag::platforms
