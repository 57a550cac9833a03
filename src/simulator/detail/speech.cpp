// POST /audio/speech: audio that follows the text. Only `pcm` and `wav` are generated; a request
// for mp3, opus, aac or flac gets a WAV file too, as its Content-Type says.
#include <utility>

#include "simulator/detail/endpoints.hpp"
#include "simulator/detail/scripts.hpp"
#include "synthetic/voice.hpp"
#include "synthetic/wav.hpp"

namespace weir::simulator::detail {
namespace {

constexpr std::size_t kMaxTextBytes = 16'384;
constexpr Range kSampleRates{8'000, 48'000};
constexpr std::string_view kFormats[] = {"mp3", "wav", "pcm", "opus", "aac", "flac"};

Steps speak(std::string head, synthetic::Voice voice, std::chrono::milliseconds wait) {
  // The head is sent with the first samples.
  Step step{{}, std::move(head) + voice.next()};
  while (!step.bytes.empty()) {
    co_yield std::move(step);
    step = {wait, voice.next()};
  }
}

}  // namespace

Outcome<Script> speech(Fields& fields, const Asked& asked) {
  const auto text = fields.text("input");
  if (text.size() > kMaxTextBytes) fields.expect("input", "a string of at most 16384 bytes");
  const synthetic::VoiceSettings defaults;
  synthetic::VoiceSettings settings;
  settings.pitch = synthetic::pitch_of(fields.text_or("voice", {}));
  settings.speed = fields.number_or("speed", 0.25, 4, defaults.speed);
  settings.sample_rate =
      static_cast<int>(fields.integer_or("sample_rate", kSampleRates, defaults.sample_rate));
  const bool bare = fields.one_of("response_format", kFormats) == "pcm";
  if (const auto* refusal = fields.refusal()) return std::unexpected(*refusal);

  synthetic::Voice voice(std::string(text), settings);
  auto head = bare ? std::string()
                   : synthetic::format_wav_head(text, settings.sample_rate, voice.sample_count());
  return streamed_answer(bare ? "audio/pcm" : "audio/wav",
                         speak(std::move(head), std::move(voice), asked.pace.token),
                         asked.pace.first_token);
}

}  // namespace weir::simulator::detail
