#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "synthetic/wav.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  if (const auto facts = weir::synthetic::read_wav(bytes)) {
    CHECK(facts->seconds >= 0);
    CHECK(facts->text.size() <= size);
  }
  // The text written to a head is read back.
  const auto spoken = weir::synthetic::format_wav_head(bytes, 16'000, 0);
  const auto heard = weir::synthetic::read_wav(spoken);
  CHECK(heard && heard->text == bytes);
  return 0;
}
