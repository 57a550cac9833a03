/// WAV files: the head of ours, and what can be told of anybody's.
///
/// Source: Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0 (RIFF).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::simulator::detail {

/// All that stands before the samples (16 bits, one channel). The head keeps the text that is
/// spoken, so that our own transcription can give it back.
[[nodiscard]] std::string format_wav_head(std::string_view text, int sample_rate,
                                          std::int64_t sample_count);

struct WavFacts {
  double seconds = 0;
  std::string text = {};  ///< empty unless the file is one of ours
};

/// Nothing for what is no WAV file.
[[nodiscard]] std::optional<WavFacts> read_wav(std::string_view bytes);

}  // namespace weir::simulator::detail
