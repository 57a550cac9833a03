/// Speech-like audio: each letter becomes a sound with two resonances, so that the rhythm and the
/// melody of a text can be heard, if not its words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "synthetic/seed.hpp"

namespace weir::synthetic {

struct VoiceSettings {
  int sample_rate = 24'000;  ///< in Hz
  double speed = 1;          ///< 2 is twice as fast
  double pitch = 120;        ///< in Hz
};

/// The pitch for the voice of that name.
[[nodiscard]] double pitch_of(std::string_view voice);

/// Speaks a text piece by piece.
///
/// Units: samples of 16 bits, one channel. Lifetime: value type.
/// Source: vowel resonances: Peterson and Barney, J. Acoust. Soc. Am. 24 (1952), table II, men.
class Voice {
 public:
  Voice(std::string text, VoiceSettings settings);

  /// About the next quarter of a second, low byte first; empty at the end.
  [[nodiscard]] std::string next();

  /// Samples of the whole text.
  [[nodiscard]] std::int64_t sample_count() const;

 private:
  /// A resonant filter of one frequency.
  struct Resonance {
    double gain = 0;
    double of_last = 0;
    double of_before_last = 0;
    double last = 0;
    double before_last = 0;

    void tune(double frequency, int sample_rate);
    double ring(double input);
  };
  struct Sound;

  [[nodiscard]] static Sound sound_of(std::string_view letter);
  [[nodiscard]] std::int64_t samples_in(const Sound& sound) const;
  void utter(const Sound& sound, std::string& out);

  std::string text_;
  std::size_t read_ = 0;
  VoiceSettings settings_;
  Resonance throat_;
  Resonance mouth_;
  double swing_ = 0;     // phase of the vocal cords, 0 to 1
  double loudness_ = 0;  // follows the sound's own, without clicks
  double melody_ = kHighest;
  Dice breath_{0};

  static constexpr double kHighest = 1.25;
  static constexpr double kLowest = 0.85;
};

}  // namespace weir::synthetic
