#include "synthetic/picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "synthetic/seed.hpp"

namespace weir::synthetic {
namespace {

constexpr double kTurn = 2 * std::numbers::pi;
constexpr int kWaves = 4;

std::uint8_t level(double from_0_to_1) {
  return static_cast<std::uint8_t>(std::lround(255 * from_0_to_1));
}

// Three cosines, one each for red, green and blue, so that the end of the palette meets its start.
Palette make_palette(Dice& dice) {
  const std::array<double, 3> shift{dice.fraction(), dice.fraction(), dice.fraction()};
  Palette palette;
  for (std::size_t i = 0; i < kColours; ++i) {
    const double at = static_cast<double>(i) / kColours;
    const auto channel = [&](std::size_t c) {
      return level(0.5 + 0.5 * std::cos(kTurn * (at + shift[c])));
    };
    palette[i] = {channel(0), channel(1), channel(2)};
  }
  return palette;
}

struct Wave {
  double across;  // crests over the picture's width
  double down;
  double shift;
  double turns;  // whole turns in a full phase, so that an animation loops
};

Wave make_wave(Dice& dice) {
  const auto slope = [&] { return 4 * dice.fraction() - 2; };
  return {slope(), slope(), dice.fraction(), dice.below(2) == 0 ? 1.0 : -1.0};
}

struct Angle {
  double sine;
  double cosine;
};

std::vector<Angle> angles(int count, double slope, double shift) {
  std::vector<Angle> along;
  along.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    const double angle = kTurn * (slope * i / count + shift);
    along.push_back({std::sin(angle), std::cos(angle)});
  }
  return along;
}

// The sine of a sum is made of the sines and cosines of its terms, so that a pixel costs no call.
void add_wave(std::vector<double>& heights, const Wave& wave, Size size, double phase) {
  const auto columns = angles(size.width, wave.across, wave.shift + wave.turns * phase);
  auto* height = heights.data();
  for (const Angle& row : angles(size.height, wave.down, 0)) {
    for (const Angle& column : columns) {
      *height++ += column.sine * row.cosine + column.cosine * row.sine;
    }
  }
}

}  // namespace

Picture draw_waves(std::uint64_t seed, Size size, double phase) {
  Dice dice(seed);
  Picture picture{size, make_palette(dice), {}};
  std::array<Wave, kWaves> waves;
  for (Wave& wave : waves) wave = make_wave(dice);

  std::vector<double> heights(static_cast<std::size_t>(size.width) *
                              static_cast<std::size_t>(size.height));
  for (const Wave& wave : waves) add_wave(heights, wave, size, phase);

  picture.pixels.reserve(heights.size());
  for (const double height : heights) {
    const double from_0_to_1 = std::clamp((height / kWaves + 1) / 2, 0.0, 1.0);
    picture.pixels.push_back(static_cast<std::uint8_t>(from_0_to_1 * (kColours - 1)));
  }
  return picture;
}

}  // namespace weir::synthetic
