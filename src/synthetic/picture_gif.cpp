#include <algorithm>
#include <cstddef>

#include "synthetic/picture.hpp"

namespace weir::synthetic {
namespace {

void append_u16(std::string& out, std::size_t value) {
  out.push_back(static_cast<char>(value & 0xFFU));
  out.push_back(static_cast<char>(value >> 8U & 0xFFU));
}

void append_size(std::string& out, Size size) {
  append_u16(out, static_cast<std::size_t>(size.width));
  append_u16(out, static_cast<std::size_t>(size.height));
}

// LZW with codes that grow from kColourBits + 1 to 12 bits, low bits first.
class LzwWriter {
 public:
  LzwWriter() : next_(kMaxCodes * kColours) { clear(); }

  std::string compress(const std::vector<std::uint8_t>& pixels) {
    std::size_t prefix = pixels.front();
    for (std::size_t i = 1; i < pixels.size(); ++i) {
      std::uint16_t& longer = next_[prefix * kColours + pixels[i]];
      if (longer != 0) {
        prefix = longer;
        continue;
      }
      put(prefix);
      longer = static_cast<std::uint16_t>(free_);
      grow();
      prefix = pixels[i];
    }
    put(prefix);
    grow();
    put(kEnd);
    if (bit_count_ > 0) out_.push_back(static_cast<char>(bits_));
    return std::move(out_);
  }

 private:
  static constexpr std::size_t kMaxCodes = 4096;
  static constexpr std::size_t kClear = kColours;
  static constexpr std::size_t kEnd = kColours + 1;

  void clear() {
    put(kClear);
    std::ranges::fill(next_, std::uint16_t{0});
    free_ = kEnd + 1;
    width_ = kColourBits + 1;
  }

  // After each code the reader's table has one entry more, and this one follows.
  void grow() {
    if (free_ == kMaxCodes - 1) return clear();
    if (free_ == std::size_t{1} << width_) ++width_;
    ++free_;
  }

  void put(std::size_t code) {
    bits_ |= code << bit_count_;
    for (bit_count_ += width_; bit_count_ >= 8; bit_count_ -= 8) {
      out_.push_back(static_cast<char>(bits_ & 0xFFU));
      bits_ >>= 8U;
    }
  }

  std::vector<std::uint16_t> next_;  // by code and pixel: the code of the combination; 0 for none
  std::size_t free_ = kEnd + 1;
  unsigned width_ = kColourBits + 1;
  std::size_t bits_ = 0;
  unsigned bit_count_ = 0;
  std::string out_;
};

void append_sub_blocks(std::string& out, std::string_view data) {
  constexpr std::size_t kMaxBlock = 255;
  while (!data.empty()) {
    const auto block = data.substr(0, kMaxBlock);
    out.push_back(static_cast<char>(block.size()));
    out += block;
    data.remove_prefix(block.size());
  }
  out.push_back('\0');
}

void append_head(std::string& out, const Picture& first) {
  out += "GIF89a";
  append_size(out, first.size);
  constexpr unsigned kPaletteFlag = 0x80;
  out.push_back(static_cast<char>(kPaletteFlag | (kColourBits - 1)));
  out.append(2, '\0');  // background colour, aspect ratio
  for (const auto& [red, green, blue] : first.palette) {
    for (const auto level : {red, green, blue}) out.push_back(static_cast<char>(level));
  }
  out += "\x21\xFF\x0BNETSCAPE2.0";
  append_sub_blocks(out, std::string_view("\x01\0\0", 3));  // repeat without end
}

void append_frame(std::string& out, const Picture& frame, std::chrono::milliseconds duration) {
  out += "\x21\xF9";  // graphic control
  out.push_back(4);
  out.push_back('\0');
  append_u16(out, static_cast<std::size_t>(duration.count() / 10));
  out.append(2, '\0');
  out.push_back(',');
  append_size(out, {0, 0});  // its place
  append_size(out, frame.size);
  out.push_back('\0');  // no local palette
  out.push_back(kColourBits);
  append_sub_blocks(out, LzwWriter().compress(frame.pixels));
}

}  // namespace

std::string format_gif(std::span<const Picture> frames, std::chrono::milliseconds per_frame) {
  std::string out;
  append_head(out, frames.front());
  for (const Picture& frame : frames) append_frame(out, frame, per_frame);
  out.push_back(';');
  return out;
}

}  // namespace weir::synthetic
