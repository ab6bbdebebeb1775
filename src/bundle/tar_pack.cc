// SPDX-License-Identifier: Apache-2.0
// A tar whose members are compressed before their sizes are known, into whatever can only be written to: a tar's header holds
// the size and comes first. So a content becomes compressed frames in memory, and only when it ends, its header's frame is
// made and written before them; frames that follow each other are one stream for all readers. What is kept is bounded: a
// content with more compressed bytes than that goes on in a further member, at a line's end. Small contents are kept as
// they are and share a frame, for a frame of its own would double a small file's size.
#include <algorithm>

#include "bundle/layout.h"
#include "bundle/pack.h"
#include "bundle/tar.h"

namespace unsnag::bundle {
namespace {

constexpr std::size_t k_shared = std::size_t{1} << 20U;  // a shared frame gets about this long
constexpr std::size_t k_slab = std::size_t{1} << 20U;

class TarPack final : public Pack {
 public:
  TarPack(std::unique_ptr<Output> output, std::unique_ptr<codec::Compressor> compressor, std::string prefix, TarLimits limits)
      : output_(std::move(output)), compressor_(std::move(compressor)), prefix_(std::move(prefix)), limits_(limits) {}

  Result<void*> begin(std::string path, SysTime mtime, const std::stop_token&) override {
    path_ = std::move(path);
    mtime_ = mtime;
    parts_.clear();
    return nullptr;
  }

  Result<void*> add(std::string_view bytes, const std::stop_token& stop) override {
    if (packed_size() >= limits_.part || size_ >= limits_.content) {
      // The line that is being written ends in this part, unless it has no end in sight.
      const auto newline = bytes.find('\n');
      const bool endless = packed_size() >= limits_.part + limits_.part / 4 || size_ >= limits_.content + limits_.content / 4;
      if (newline != std::string_view::npos || endless) {
        const auto rest = newline == std::string_view::npos ? 0 : newline + 1;
        compress(bytes.substr(0, rest));
        bytes.remove_prefix(rest);
        TRY(end_part(stop));
      }
    }
    if (!large_ && small_.size() + bytes.size() <= limits_.small) {
      small_ += bytes;
      size_ += bytes.size();
      return nullptr;
    }
    if (!large_) {
      large_ = true;
      size_ = 0;
      compress(small_);
      small_.clear();
    }
    compress(bytes);
    return nullptr;
  }

  Result<std::vector<std::string>> end(const std::stop_token& stop) override {
    if (parts_.empty() || size_ != 0) TRY(end_part(stop));
    return std::move(parts_);
  }

  Result<void*> commit(const std::stop_token& stop) override {
    plain_ += tar_end();
    TRY(write_plain(stop));
    return output_->commit();
  }

  [[nodiscard]] std::uint64_t written() const override { return written_; }

 private:
  void compress(std::string_view bytes) {
    if (packed_.back().capacity() < k_slab) packed_.back().reserve(k_slab + k_slab / 8);
    compressor_->add(bytes, packed_.back());
    size_ += bytes.size();
    next_slab();
  }

  /// What a part is compressed to is kept in slabs: one string that grows would be there twice while it does, and half empty.
  void next_slab() {
    if (packed_.back().size() < k_slab) return;
    full_size_ += packed_.back().size();
    packed_.emplace_back();
  }
  [[nodiscard]] std::size_t packed_size() const { return full_size_ + packed_.back().size(); }

  Result<void*> end_part(const std::stop_token& stop) {
    parts_.push_back(parts_.empty() ? path_ : part_path(path_, parts_.size() + 1));
    plain_ += tar_header(prefix_ + parts_.back(), size_, mtime_);
    if (large_) {
      compressor_->end(packed_.back());
      TRY(write_plain(stop));
      for (const auto& slab : packed_) TRY(write(slab, stop));
      packed_.assign(1, {});
      full_size_ = 0;
    } else {
      plain_ += small_;
      small_.clear();
    }
    plain_ += tar_padding(size_);
    large_ = false;
    size_ = 0;
    return plain_.size() < k_shared ? nullptr : write_plain(stop);
  }

  /// Writes what stands there uncompressed: headers, small contents and padding.
  Result<void*> write_plain(const std::stop_token& stop) {
    std::string frame;
    compressor_->add(plain_, frame);
    compressor_->end(frame);
    plain_.clear();
    return write(frame, stop);
  }

  Result<void*> write(std::string_view bytes, const std::stop_token& stop) {
    written_ += bytes.size();
    return output_->write(bytes, stop);
  }

  const std::unique_ptr<Output> output_;
  const std::unique_ptr<codec::Compressor> compressor_;  // is between two frames whenever large_ is false
  const std::string prefix_;
  const TarLimits limits_;

  std::string plain_;                                              // of the tar, and not yet compressed
  std::string small_;                                              // the content as far as it is small
  std::vector<std::string> packed_ = std::vector<std::string>(1);  // … or compressed; the last slab still grows
  std::size_t full_size_ = 0;                                      // of all slabs but the last
  bool large_ = false;
  std::uint64_t size_ = 0;  // of the content of this part
  std::string path_;
  SysTime mtime_{};
  std::vector<std::string> parts_;
  std::uint64_t written_ = 0;
};

}  // namespace

std::unique_ptr<Pack> tar_pack(std::unique_ptr<Output> output, std::unique_ptr<codec::Compressor> compressor, std::string prefix,
                               TarLimits limits) {
  return std::make_unique<TarPack>(std::move(output), std::move(compressor), std::move(prefix), limits);
}

}  // namespace unsnag::bundle
