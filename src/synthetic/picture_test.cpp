#include "synthetic/picture.hpp"

#include <optional>

#include <gtest/gtest.h>
#include <zlib.h>

#include "synthetic/seed.hpp"

namespace weir::synthetic {
namespace {

using namespace std::chrono_literals;

const Bytef* bytes_of(std::string_view text) { return reinterpret_cast<const Bytef*>(text.data()); }

std::uint32_t big_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char c : bytes.substr(0, 4)) value = value << 8U | static_cast<unsigned char>(c);
  return value;
}

struct PngChunk {
  std::string type;
  std::string data;
};

// Also checks lengths and checksums.
std::vector<PngChunk> chunks_of(std::string_view png) {
  std::vector<PngChunk> chunks;
  EXPECT_TRUE(png.starts_with("\x89PNG\r\n\x1A\n"));
  png.remove_prefix(8);
  while (png.size() >= 12) {
    const std::size_t length = big_endian(png);
    const auto checked = png.substr(4, 4 + length);
    EXPECT_EQ(big_endian(png.substr(8 + length)),
              crc32(0, bytes_of(checked), static_cast<uInt>(checked.size())));
    chunks.push_back({std::string(checked.substr(0, 4)), std::string(checked.substr(4))});
    png.remove_prefix(12 + length);
  }
  EXPECT_TRUE(png.empty());
  return chunks;
}

std::string inflated(const std::string& data, std::size_t size) {
  std::string out(size, '\0');
  uLongf length = size;
  EXPECT_EQ(uncompress(reinterpret_cast<Bytef*>(out.data()), &length, bytes_of(data),
                       static_cast<uLong>(data.size())),
            Z_OK);
  EXPECT_EQ(length, size);
  return out;
}

std::string with_filter_bytes(const Picture& picture) {
  std::string rows;
  const auto width = static_cast<std::size_t>(picture.size.width);
  for (std::size_t i = 0; i < picture.pixels.size(); ++i) {
    if (i % width == 0) rows.push_back('\0');
    rows.push_back(static_cast<char>(picture.pixels[i]));
  }
  return rows;
}

// Reads codes as GIF packs them, low bits first.
class CodeReader {
 public:
  explicit CodeReader(std::string_view bytes) : bytes_(bytes) {}
  std::size_t take(unsigned width) {
    std::size_t code = 0;
    for (unsigned i = 0; i < width; ++i, ++bit_) {
      const auto byte = static_cast<unsigned char>(bytes_.at(bit_ / 8));
      code |= static_cast<std::size_t>(byte >> (bit_ % 8) & 1U) << i;
    }
    return code;
  }

 private:
  std::string_view bytes_;
  std::size_t bit_ = 0;
};

// As in appendix F of the specification, with a table of whole strings.
std::string decode_lzw(std::string_view bytes) {
  constexpr std::size_t kClear = kColours;
  CodeReader reader(bytes);
  std::vector<std::string> table;
  std::optional<std::string> last;
  unsigned width = kColourBits + 1;
  std::string pixels;
  for (auto code = reader.take(width); code != kClear + 1; code = reader.take(width)) {
    if (code == kClear) {
      table.assign(kClear + 2, {});
      for (std::size_t i = 0; i < kColours; ++i) table[i] = std::string(1, static_cast<char>(i));
      last.reset();
      width = kColourBits + 1;
      continue;
    }
    if (last) {
      const auto& next = code < table.size() ? table[code] : *last;
      table.push_back(*last + next.front());
      if (table.size() == std::size_t{1} << width && width < 12) ++width;
    }
    last = table.at(code);
    pixels += *last;
  }
  return pixels;
}

std::string take_sub_blocks(std::string_view& bytes) {
  std::string data;
  for (;;) {
    const std::size_t length = static_cast<unsigned char>(bytes.front());
    data += bytes.substr(1, length);
    bytes.remove_prefix(1 + length);
    if (length == 0) return data;
  }
}

// The pixels of each frame.
std::vector<std::string> frames_of(std::string_view gif) {
  std::vector<std::string> frames;
  EXPECT_TRUE(gif.starts_with("GIF89a"));
  gif.remove_prefix(13 + 3 * kColours);
  while (!gif.starts_with(';')) {
    if (gif.starts_with('!')) {
      gif.remove_prefix(2);
      take_sub_blocks(gif);
      continue;
    }
    EXPECT_TRUE(gif.starts_with(','));
    gif.remove_prefix(10);
    EXPECT_EQ(gif.front(), kColourBits);
    gif.remove_prefix(1);
    frames.push_back(decode_lzw(take_sub_blocks(gif)));
  }
  EXPECT_EQ(gif.size(), 1U);
  return frames;
}

std::string pixels_of(const Picture& picture) {
  return {picture.pixels.begin(), picture.pixels.end()};
}

TEST(Png, DecodesToThePixelsDrawn) {
  const Picture picture = draw_waves(7, {200, 120});
  const auto chunks = chunks_of(format_png(picture));
  ASSERT_EQ(chunks.size(), 4U);
  EXPECT_EQ(chunks[0].type, "IHDR");
  EXPECT_EQ(big_endian(chunks[0].data), 200U);
  EXPECT_EQ(big_endian(std::string_view(chunks[0].data).substr(4)), 120U);
  EXPECT_EQ(chunks[0].data.substr(8), std::string("\x08\x03\0\0\0", 5));
  EXPECT_EQ(chunks[1].type, "PLTE");
  EXPECT_EQ(chunks[1].data.size(), 3 * kColours);
  EXPECT_EQ(chunks[2].type, "IDAT");
  EXPECT_EQ(inflated(chunks[2].data, 120U * 201U), with_filter_bytes(picture));
  EXPECT_EQ(chunks[3].type, "IEND");
}

TEST(Gif, DecodesToTheFramesDrawn) {
  const std::vector<Picture> frames{draw_waves(3, {160, 90}), draw_waves(3, {160, 90}, 0.5)};
  const auto decoded = frames_of(format_gif(frames, 100ms));
  ASSERT_EQ(decoded.size(), 2U);
  EXPECT_EQ(decoded[0], pixels_of(frames[0]));
  EXPECT_EQ(decoded[1], pixels_of(frames[1]));
}

TEST(Gif, SurvivesATableThatRunsFull) {
  // Noise does not repeat, so the code table fills up and must be cleared several times.
  Picture noise = draw_waves(1, {150, 150});
  Dice dice(5);
  for (auto& pixel : noise.pixels) pixel = static_cast<std::uint8_t>(dice.below(kColours));
  const auto decoded = frames_of(format_gif(std::span(&noise, 1), 100ms));
  ASSERT_EQ(decoded.size(), 1U);
  EXPECT_EQ(decoded[0], pixels_of(noise));
}

TEST(Gif, MayBeOnePixel) {
  const Picture dot = draw_waves(1, {1, 1});
  EXPECT_EQ(frames_of(format_gif(std::span(&dot, 1), 100ms)).at(0), pixels_of(dot));
}

TEST(Waves, FollowTheSeedAndMeetTheirStart) {
  const Size size{40, 30};
  EXPECT_EQ(draw_waves(1, size).pixels, draw_waves(1, size).pixels);
  EXPECT_NE(draw_waves(1, size).pixels, draw_waves(2, size).pixels);
  EXPECT_NE(draw_waves(1, size).palette, draw_waves(2, size).palette);
  EXPECT_NE(draw_waves(1, size, 0).pixels, draw_waves(1, size, 0.5).pixels);
}

}  // namespace
}  // namespace weir::synthetic
