#include "simulator/detail/picture.hpp"

#include <cmath>
#include <numbers>

#include "simulator/detail/seed.hpp"

namespace weir::simulator::detail {
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

  [[nodiscard]] double at(double x, double y, double phase) const {
    return std::sin(kTurn * (across * x + down * y + shift + turns * phase));
  }
};

Wave make_wave(Dice& dice) {
  const auto slope = [&] { return 4 * dice.fraction() - 2; };
  return {slope(), slope(), dice.fraction(), dice.below(2) == 0 ? 1.0 : -1.0};
}

}  // namespace

Picture draw_waves(std::uint64_t seed, Size size, double phase) {
  Dice dice(seed);
  Picture picture{size, make_palette(dice), {}};
  std::array<Wave, kWaves> waves;
  for (Wave& wave : waves) wave = make_wave(dice);

  picture.pixels.reserve(static_cast<std::size_t>(size.width) *
                         static_cast<std::size_t>(size.height));
  for (int row = 0; row < size.height; ++row) {
    for (int column = 0; column < size.width; ++column) {
      const double x = static_cast<double>(column) / size.width;
      const double y = static_cast<double>(row) / size.height;
      double height = 0;
      for (const Wave& wave : waves) height += wave.at(x, y, phase);
      const double from_0_to_1 = (height / kWaves + 1) / 2;
      picture.pixels.push_back(static_cast<std::uint8_t>(from_0_to_1 * (kColours - 1)));
    }
  }
  return picture;
}

}  // namespace weir::simulator::detail
