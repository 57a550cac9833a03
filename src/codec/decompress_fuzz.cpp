// Decoding bodies that clients encoded: however the bytes and the room are cut, the same is found,
// nothing is written beyond the room, and every call ends.
//
// Input: a byte that chooses the coding; a byte that seeds the cuts; then the data.
// Covers: codec/decompress.cpp codec/content_encoding.cpp
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.hpp"
#include "base/enumerators.hpp"
#include "base/pieces_for_test.hpp"
#include "codec/decompress.hpp"

namespace {

using namespace weir::codec;
using State = Decompressor::State;
using weir::Pieces;

constexpr std::size_t kBound = 64 << 10;

struct Decoded {
  std::string text;
  State state = State::partial;
  bool is_bounded = false;
};

Decoded decode(BodyCoding coding, std::string_view bytes, Pieces pieces, std::size_t room_bytes) {
  Decompressor decoder(coding);
  std::vector<char> room(room_bytes);
  Decoded found;
  while (!bytes.empty()) {
    auto piece = pieces.take(bytes);
    while (const auto size = decoder.decode(piece, room)) {
      CHECK(size <= room.size());
      found.text.append(room.data(), size);
      if (found.text.size() > kBound) {
        found.is_bounded = true;
        return found;
      }
    }
    found.state = decoder.state();
    const bool has_failed = found.state == State::corrupt || found.state == State::trailing;
    CHECK(piece.empty() || has_failed);
    if (has_failed) break;
  }
  return found;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const auto codings = weir::kEnumerators<BodyCoding>;
  const auto coding = codings[data[0] % codings.size()];
  const std::uint8_t seed = data[1];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 2, size - 2);

  const auto whole = decode(coding, bytes, Pieces::whole(), 64 << 10);
  const auto cut = decode(coding, bytes, seed < 8 ? Pieces::of(seed + 1U) : Pieces::random(seed),
                          1 + seed * 37U);
  CHECK(whole.is_bounded == cut.is_bounded);
  if (!whole.is_bounded) {
    CHECK(whole.state == cut.state);
    // A decoder may notice damage before it has written what it had read.
    if (whole.state == State::whole || whole.state == State::partial) CHECK(whole.text == cut.text);
  }
  ContentEncoding field;
  field.add(bytes);
  static_cast<void>(field.is_supported());
  return 0;
}
