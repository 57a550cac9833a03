#include "synthetic/voice.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

#include "codec/utf8.hpp"

namespace weir::synthetic {

struct Voice::Sound {
  double throat;    // lower resonance, in Hz
  double mouth;     // higher resonance, in Hz
  double loudness;  // 0 to 1
  double breath;    // share of noise, 0 to 1
  double seconds;
  bool ends_sentence = false;
};

namespace {

constexpr double kBandwidth = 90;  // Hz
constexpr double kGain = 1.2;
constexpr std::string_view kVowels = "aeiou";

void append_sample(std::string& out, double value) {
  const auto sample = static_cast<std::int16_t>(std::lround(std::clamp(value, -1.0, 1.0) * 32767));
  const auto bits = static_cast<std::uint16_t>(sample);
  out.push_back(static_cast<char>(bits & 0xFFU));
  out.push_back(static_cast<char>(bits >> 8U));
}

std::string_view letter_at(std::string_view text) {
  return text.substr(0, std::max<std::size_t>(codec::utf8_sequence_length(text), 1));
}

}  // namespace

double pitch_of(std::string_view voice) { return 95 + static_cast<double>(hash(voice) % 110); }

Voice::Voice(std::string text, VoiceSettings settings)
    : text_(std::move(text)), settings_(settings) {}

Voice::Sound Voice::sound_of(std::string_view letter) {
  switch (letter.front() | 0x20) {
    case 'a':
      return {730, 1090, 1, 0, 0.11};
    case 'e':
      return {530, 1840, 1, 0, 0.10};
    case 'i':
    case 'y':
      return {270, 2290, 1, 0, 0.09};
    case 'o':
      return {570, 840, 1, 0, 0.11};
    case 'u':
      return {300, 870, 1, 0, 0.10};
    case 'l':
    case 'm':
    case 'n':
    case 'r':
    case 'w':
    case 'j':
      return {300, 1200, 0.6, 0, 0.06};
    case 'b':
    case 'd':
    case 'g':
    case 'v':
    case 'z':
      return {250, 1700, 0.4, 0.5, 0.05};
    default:
      break;
  }
  if (letter == " " || letter == "\n") return {500, 1500, 0, 0, 0.06};
  if (letter == "." || letter == "!" || letter == "?") return {500, 1500, 0, 0, 0.25, true};
  if (letter == "," || letter == ";" || letter == ":") return {500, 1500, 0, 0, 0.15};
  if (letter.size() == 1 && (letter.front() < '0' || letter.front() > '9') &&
      (letter.front() | 0x20) < 'a') {
    return {500, 1500, 0, 0, 0.02};
  }
  if (letter.size() == 1 && letter.front() > '9') return {1800, 3000, 0.3, 1, 0.05};
  // A digit, or a letter of another script: a long vowel chosen by its hash.
  Sound vowel = sound_of(kVowels.substr(hash(letter) % kVowels.size(), 1));
  vowel.seconds = 0.16;
  return vowel;
}

std::string Voice::next() {
  std::string samples;
  const std::size_t enough = static_cast<std::size_t>(settings_.sample_rate) / 4 * 2;
  while (read_ < text_.size() && samples.size() < enough) {
    const auto letter = letter_at(std::string_view(text_).substr(read_));
    read_ += letter.size();
    utter(sound_of(letter), samples);
  }
  return samples;
}

std::int64_t Voice::sample_count() const {
  std::int64_t count = 0;
  for (std::string_view rest = text_; !rest.empty();) {
    const auto letter = letter_at(rest);
    count += samples_in(sound_of(letter));
    rest.remove_prefix(letter.size());
  }
  return count;
}

std::int64_t Voice::samples_in(const Sound& sound) const {
  return static_cast<std::int64_t>(sound.seconds / settings_.speed * settings_.sample_rate);
}

// A saw-tooth, as from vocal cords, and noise, as from breath, through both resonances. The pitch
// falls from the start of a sentence to its end.
void Voice::utter(const Sound& sound, std::string& out) {
  throat_.tune(sound.throat, settings_.sample_rate);
  mouth_.tune(sound.mouth, settings_.sample_rate);
  melody_ += (kLowest - melody_) * 0.04;
  if (sound.ends_sentence) melody_ = kHighest;
  const double step = settings_.pitch * melody_ / settings_.sample_rate;
  const double follow = 200.0 / settings_.sample_rate;
  for (std::int64_t left = samples_in(sound); left > 0; --left) {
    swing_ += step;
    swing_ -= std::floor(swing_);
    loudness_ += (sound.loudness - loudness_) * follow;
    const double cords = 1 - 2 * swing_;
    const double noise = 2 * breath_.fraction() - 1;
    const double source = loudness_ * (cords + (noise - cords) * sound.breath);
    append_sample(out, kGain * (throat_.ring(source) + 0.5 * mouth_.ring(source)));
  }
}

void Voice::Resonance::tune(double frequency, int sample_rate) {
  const double radius = std::exp(-std::numbers::pi * kBandwidth / sample_rate);
  const double angle = 2 * std::numbers::pi * frequency / sample_rate;
  gain = 2 * (1 - radius) * std::sin(angle);
  of_last = 2 * radius * std::cos(angle);
  of_before_last = -radius * radius;
}

double Voice::Resonance::ring(double input) {
  const double output = gain * input + of_last * last + of_before_last * before_last;
  before_last = std::exchange(last, output);
  return output;
}

}  // namespace weir::synthetic
