// SPDX-License-Identifier: Apache-2.0
#include "collect/tap.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace unsnag::collect {

/// The bytes of the file whose beginning was taken.
class Tap::PieceBytes : public evidence::Bytes {
 public:
  explicit PieceBytes(Tap& tap) : tap_(tap) {}

  Result<std::size_t> read(char* buffer, std::size_t size) override {
    while (!ended_ && used_ == text_.size()) next();
    const auto count = std::min(size, text_.size() - used_);
    std::memcpy(buffer, text_.data() + used_, count);
    used_ += count;
    return count;
  }

  /// What the reader did not want.
  void skip() {
    while (!ended_) next();
  }

 private:
  void next() {
    Piece piece;
    ended_ = !tap_.take(piece) || piece.what == Piece::What::end;
    text_ = std::move(piece.text);
    used_ = 0;
  }

  Tap& tap_;
  std::string text_;
  std::size_t used_ = 0;
  bool ended_ = false;
};

void Tap::begin(std::string path) { put({Piece::What::begin, std::move(path)}); }
void Tap::add(std::string_view bytes) {
  if (!bytes.empty()) put({Piece::What::bytes, std::string(bytes)});
}
void Tap::end() { put({Piece::What::end, {}}); }

void Tap::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

void Tap::put(Piece piece) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return size_ < most_ || unread_; });
  if (unread_) return;
  size_ += piece.text.size();
  pieces_.push_back(std::move(piece));
  changed_.notify_all();
}

bool Tap::take(Piece& piece) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return !pieces_.empty() || closed_; });
  if (pieces_.empty()) return false;
  piece = std::move(pieces_.front());
  pieces_.pop_front();
  size_ -= piece.text.size();
  changed_.notify_all();
  return true;
}

void Tap::walk(const evidence::Visitor& visitor) {
  Piece piece;
  while (take(piece)) {
    if (piece.what != Piece::What::begin) continue;
    if (visitor.stop && visitor.stop()) break;
    PieceBytes bytes(*this);
    visitor.file({piece.text, std::nullopt}, bytes);
    bytes.skip();
  }
  const std::lock_guard lock(mutex_);
  unread_ = true;
  pieces_.clear();
  size_ = 0;
  changed_.notify_all();
}

}  // namespace unsnag::collect
