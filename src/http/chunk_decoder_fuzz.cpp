#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "http/chunk.hpp"
#include "http/chunk_decoder.hpp"

namespace {

using weir::http::ChunkDecoder;

constexpr std::size_t kMaxOverheadBytes = 64;

struct Decoded {
  bool good = true;
  bool done = false;
  std::string payload;
  std::size_t taken = 0;
  bool operator==(const Decoded&) const = default;
};

Decoded decode(std::string_view text, std::size_t piece_bytes) {
  ChunkDecoder decoder(kMaxOverheadBytes);
  Decoded decoded;
  for (std::size_t at = 0; at < text.size() && decoded.good && !decoder.done();) {
    const auto piece = text.substr(at, piece_bytes);
    auto rest = piece;
    while (!rest.empty() && decoded.good && !decoder.done()) {
      const auto run = decoder.next(rest);
      decoded.good = run.has_value();
      if (run) decoded.payload += *run;
    }
    at += piece.size() - rest.size();
    decoded.taken = at;
  }
  decoded.done = decoder.done();
  CHECK(decoded.good == std::string_view(decoder.problem()).empty());
  return decoded;
}

}  // namespace

// The payload is the same however the body is cut, and framing then decoding returns the input.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto whole = decode(input, size + 1);
  for (const std::size_t piece_bytes : {1U, 3U, 17U}) CHECK(decode(input, piece_bytes) == whole);
  CHECK(whole.payload.size() <= whole.taken && whole.taken <= size);
  CHECK(!whole.done || whole.good);

  std::string framed;
  if (!input.empty()) {
    framed.append(weir::http::ChunkHead(size).text()).append(input).append(weir::http::kChunkEnd);
  }
  framed += weir::http::kLastChunk;
  const auto again = decode(framed, 5);
  CHECK(again.done && again.payload == input && again.taken == framed.size());
  return 0;
}
