/// Small pictures in a few colours, and the two file formats they are sent in.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace weir::synthetic {

struct Colour {
  std::uint8_t red;
  std::uint8_t green;
  std::uint8_t blue;

  bool operator==(const Colour&) const = default;
};

inline constexpr int kColourBits = 6;
inline constexpr std::size_t kColours = 1U << kColourBits;
using Palette = std::array<Colour, kColours>;

/// In pixels.
struct Size {
  int width;
  int height;
};

/// Rows from the top; each pixel is the index of a colour.
struct Picture {
  Size size;
  Palette palette;
  std::vector<std::uint8_t> pixels;
};

/// Drifting waves in colours chosen by the seed. `phase` runs from 0 to 1, where the picture is the
/// same again. REQUIRES: both sides > 0.
[[nodiscard]] Picture draw_waves(std::uint64_t seed, Size size, double phase = 0);

/// PNG, indexed colours.
/// Source: W3C Portable Network Graphics, third edition.
[[nodiscard]] std::string format_png(const Picture& picture);

/// GIF that repeats for ever; all frames have the size and palette of the first.
/// REQUIRES: at least one frame.
/// Source: CompuServe Graphics Interchange Format 89a; the loop is Netscape's extension.
[[nodiscard]] std::string format_gif(std::span<const Picture> frames,
                                     std::chrono::milliseconds per_frame);

}  // namespace weir::synthetic
