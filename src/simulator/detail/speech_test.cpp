#include <cmath>

#include <gtest/gtest.h>

#include "simulator/answer_for_test.hpp"
#include "synthetic/voice.hpp"
#include "synthetic/wav.hpp"

namespace weir::simulator::detail {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view kPath = "/v1/audio/speech";

std::string request(std::string_view more = {}) {
  return R"({"model":"demo/text-to-speech","input":"Hello, river! 你好。")" + std::string(more) +
         "}";
}

std::uint32_t little_endian(std::string_view bytes) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i > 0; --i)
    value = value << 8U | static_cast<unsigned char>(bytes.at(i - 1));
  return value;
}

TEST(Speech, IsAWavFileWithTheLengthItSays) {
  Script script = post(kPath, request(R"(,"response_format":"mp3")"));
  EXPECT_EQ(script.content_type, "audio/wav");
  const auto wav = text_of(std::move(script));
  EXPECT_EQ(wav.substr(0, 4), "RIFF");
  EXPECT_EQ(little_endian(std::string_view(wav).substr(4)), wav.size() - 8);
  const auto facts = synthetic::read_wav(wav);
  ASSERT_TRUE(facts);
  EXPECT_GT(facts->seconds, 1.0);
  EXPECT_LT(facts->seconds, 4.0);
  EXPECT_EQ(facts->text, "Hello, river! 你好。");
}

TEST(Speech, PcmIsTheSoundAlone) {
  const auto wav = text_of(post(kPath, request(R"(,"response_format":"wav")")));
  Script script = post(kPath, request(R"(,"response_format":"pcm")"));
  EXPECT_EQ(script.content_type, "audio/pcm");
  const auto pcm = text_of(std::move(script));
  EXPECT_TRUE(wav.ends_with(pcm));
  EXPECT_EQ(pcm.size() % 2, 0U);
}

TEST(Speech, ComesPieceByPiece) {
  Script script = post(kPath, request(), {100ms, 20ms, 0ms, 0ms});
  EXPECT_EQ(script.wait, 100ms);
  EXPECT_FALSE(script.content_length);
  const auto steps = steps_of(script);
  EXPECT_GT(steps.size(), 3U);
  EXPECT_EQ(steps[0].wait, 0ms);
  EXPECT_EQ(steps[1].wait, 20ms);
}

TEST(Speech, FasterIsShorterAndVoicesDiffer) {
  const auto slow = text_of(post(kPath, request(R"(,"speed":0.5)")));
  const auto fast = text_of(post(kPath, request(R"(,"speed":2)")));
  EXPECT_NEAR(static_cast<double>(slow.size()) / static_cast<double>(fast.size()), 4, 0.1);
  EXPECT_NE(text_of(post(kPath, request(R"(,"voice":"anna")"))),
            text_of(post(kPath, request(R"(,"voice":"ben")"))));
}

TEST(Speech, WrongMembersAreRefused) {
  for (const auto* more :
       {R"(,"speed":9)", R"(,"sample_rate":1)", R"(,"response_format":"midi")", R"(,"voice":5)"}) {
    EXPECT_EQ(post(kPath, request(more)).status, 400) << more;
  }
  EXPECT_EQ(post(kPath, R"({"model":"demo/text-to-speech"})").status, 400);
  const auto long_text =
      R"({"model":"demo/text-to-speech","input":")" + std::string(16'385, 'a') + "\"}";
  EXPECT_EQ(post(kPath, long_text).status, 400);
}

TEST(Voice, SaysAsManySamplesAsItCounts) {
  for (const auto* text : {"a", "Hello there.", "1, 2", "…", "\xff", "你好"}) {
    for (const int rate : {8'000, 48'000}) {
      synthetic::Voice voice(text, {rate, 1.3, 120});
      const auto count = voice.sample_count();
      std::size_t bytes = 0;
      for (auto piece = voice.next(); !piece.empty(); piece = voice.next()) bytes += piece.size();
      EXPECT_EQ(static_cast<std::int64_t>(bytes), 2 * count) << text;
    }
  }
}

TEST(Voice, IsHeardAndNotTooLoud) {
  synthetic::Voice voice("A weir keeps the river level, and we all sing.", {});
  std::int64_t samples = 0;
  std::int64_t clipped = 0;
  double energy = 0;
  for (auto piece = voice.next(); !piece.empty(); piece = voice.next()) {
    for (std::size_t i = 0; i + 1 < piece.size(); i += 2, ++samples) {
      const auto bits = static_cast<unsigned>(static_cast<unsigned char>(piece[i])) |
                        static_cast<unsigned>(static_cast<unsigned char>(piece[i + 1])) << 8U;
      const double value = static_cast<std::int16_t>(static_cast<std::uint16_t>(bits)) / 32767.0;
      energy += value * value;
      clipped += std::abs(value) >= 1 ? 1 : 0;
    }
  }
  EXPECT_GT(std::sqrt(energy / static_cast<double>(samples)), 0.05);
  EXPECT_LT(static_cast<double>(clipped) / static_cast<double>(samples), 0.01);
}

TEST(Wav, OthersFilesAreReadForTheirLengthOnly) {
  auto wav = synthetic::format_wav_head("secret", 8'000, 8'000) + std::string(16'000, '\0');
  EXPECT_EQ(synthetic::read_wav(wav)->seconds, 1);
  wav.replace(wav.find("Weir"), 4, "Leat");
  EXPECT_EQ(synthetic::read_wav(wav)->text, "");
  EXPECT_EQ(synthetic::read_wav(wav)->seconds, 1);
  EXPECT_FALSE(synthetic::read_wav("RIFF"));
  EXPECT_FALSE(synthetic::read_wav("ID3 something"));
  EXPECT_EQ(synthetic::read_wav("RIFF....WAVEdata\xff\xff\xff\xff")->seconds, 0);
}

}  // namespace
}  // namespace weir::simulator::detail
