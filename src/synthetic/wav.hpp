/// WAV files: writing a head, and reading the properties of any file.
///
/// Source: Microsoft and IBM, Multimedia Programming Interface and Data Specifications 1.0 (RIFF).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weir::synthetic {

/// The bytes before the samples (16 bits, one channel). The head stores the spoken text, so that
/// the simulator's own transcription can return it.
[[nodiscard]] std::string format_wav_head(std::string_view text, int sample_rate,
                                          std::int64_t sample_count);

struct WavFacts {
  double seconds = 0;
  std::string text = {};  ///< empty unless the simulator made the file
};

/// Nothing if `bytes` are not a WAV file.
[[nodiscard]] std::optional<WavFacts> read_wav(std::string_view bytes);

}  // namespace weir::synthetic
