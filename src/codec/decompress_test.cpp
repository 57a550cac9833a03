#include "codec/decompress.hpp"

#include <array>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

#include "base/enumerators.hpp"
#include "base/pieces_for_test.hpp"
#include "codec/compress.hpp"

namespace weir::codec {
namespace {

using State = Decompressor::State;

struct Decoded {
  State state;
  std::string text;
  bool operator==(const Decoded&) const = default;
};

constexpr std::size_t kAnySize = 64 << 20;

Decoded decode(BodyCoding coding, std::string_view bytes, Pieces pieces = Pieces::whole(),
               std::size_t room_bytes = 16 << 10, std::size_t bound = kAnySize) {
  Decompressor decoder(coding);
  std::vector<char> room(room_bytes);
  std::string text;
  do {
    auto piece = bytes.empty() ? bytes : pieces.take(bytes);
    while (const auto size = decoder.decode(piece, room)) {
      text.append(room.data(), size);
      if (text.size() >= bound) return {decoder.state(), text};
    }
    if (!piece.empty()) break;  // what cannot be read
  } while (!bytes.empty());
  return {decoder.state(), text};
}

std::string deflated(std::string_view text, int window_bits) {
  std::string copy(text);
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()) + 32, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(copy.data());
  stream.avail_in = static_cast<uInt>(copy.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string zlib_wrapped(std::string_view text) { return deflated(text, MAX_WBITS); }
std::string raw_deflate(std::string_view text) { return deflated(text, -MAX_WBITS); }

std::string encode(BodyCoding coding, std::string_view text) {
  switch (coding) {
    case BodyCoding::gzip:
      return *compress(Coding::gzip, text);
    case BodyCoding::deflate:
      return zlib_wrapped(text);
    case BodyCoding::br:
      return *compress(Coding::br, text);
    case BodyCoding::zstd:
      return *compress(Coding::zstd, text);
  }
  return {};
}

std::string prose(std::size_t bytes) {
  std::string text;
  for (int i = 0; text.size() < bytes; ++i) {
    text += R"({"role":"user","content":")" + std::to_string(i * 7919) + R"("},)";
  }
  return text;
}

TEST(Decompressor, DecodesWhatWasEncoded) {
  std::mt19937 random(20261130);
  std::string noise(100'000, '\0');
  for (char& c : noise) c = static_cast<char>(random());
  for (const auto coding : kEnumerators<BodyCoding>) {
    for (const auto& text : {std::string(), std::string("x"), prose(300), prose(400'000), noise}) {
      const auto packed = encode(coding, text);
      const Decoded expected{State::whole, text};
      EXPECT_EQ(decode(coding, packed), expected) << wire_name(coding) << text.size();
      EXPECT_EQ(decode(coding, packed, Pieces::random(7)), expected) << wire_name(coding);
      EXPECT_EQ(decode(coding, packed, Pieces::of(1), 7), expected) << wire_name(coding);
    }
  }
}

TEST(Decompressor, DeflateMayLackItsWrapper) {
  for (const auto& text : {std::string(), std::string("x"), prose(300), prose(100'000)}) {
    EXPECT_EQ(decode(BodyCoding::deflate, raw_deflate(text)), (Decoded{State::whole, text}));
    EXPECT_EQ(decode(BodyCoding::deflate, raw_deflate(text), Pieces::of(1)),
              (Decoded{State::whole, text}));
    for (const int window_bits : {9, 12, 15}) {
      EXPECT_EQ(decode(BodyCoding::deflate, deflated(text, window_bits)),
                (Decoded{State::whole, text}));
    }
  }
}

TEST(Decompressor, ReadsAllMembersAndFrames) {
  for (const auto coding : {BodyCoding::gzip, BodyCoding::zstd}) {
    const auto two = encode(coding, "one ") + encode(coding, "") + encode(coding, "two");
    EXPECT_EQ(decode(coding, two), (Decoded{State::whole, "one two"}));
    EXPECT_EQ(decode(coding, two, Pieces::of(1)), (Decoded{State::whole, "one two"}));
  }
  using namespace std::string_literals;
  const auto skippable = "\x5a\x2a\x4d\x18\x02\x00\x00\x00xx"s;
  EXPECT_EQ(decode(BodyCoding::zstd, skippable + encode(BodyCoding::zstd, "text") + skippable),
            (Decoded{State::whole, "text"}));
}

TEST(Decompressor, EveryCutIsPartial) {
  const auto text = prose(200);
  for (const auto coding : kEnumerators<BodyCoding>) {
    const auto packed = encode(coding, text);
    for (std::size_t size = 0; size < packed.size(); ++size) {
      const auto cut = decode(coding, std::string_view(packed).substr(0, size));
      EXPECT_EQ(cut.state, State::partial) << wire_name(coding) << " " << size;
      EXPECT_TRUE(text.starts_with(cut.text));
    }
  }
}

TEST(Decompressor, WhatFollowsTheEndIsNoticed) {
  using namespace std::string_literals;
  for (const auto coding : kEnumerators<BodyCoding>) {
    for (const auto& rest : {"garbage"s, "\0"s, "\0\0\0\0"s, "\n"s, "\x1f\x8b\x08garbage!!"s}) {
      for (const auto pieces : {Pieces::whole(), Pieces::of(1)}) {
        const auto found = decode(coding, encode(coding, "text") + rest, pieces);
        EXPECT_TRUE(found.state == State::trailing || found.state == State::corrupt)
            << wire_name(coding);
        EXPECT_EQ(found.text, "text");
      }
    }
  }
}

TEST(Decompressor, WhatIsNotOfTheCodingIsCorrupt) {
  using namespace std::string_literals;
  const auto json = R"({"model":"m"})"s;
  for (const auto coding : {BodyCoding::gzip, BodyCoding::deflate, BodyCoding::zstd}) {
    EXPECT_EQ(decode(coding, json).state, State::corrupt) << wire_name(coding);
  }
  for (const auto coding : kEnumerators<BodyCoding>) {
    for (const auto other : kEnumerators<BodyCoding>) {
      if (coding == other) continue;
      EXPECT_NE(decode(coding, encode(other, prose(1000))).state, State::whole)
          << wire_name(other) << " as " << wire_name(coding);
    }
  }
  const auto with_dictionary = "\x78\x20\x00\x00\x00\x01"s;
  EXPECT_EQ(decode(BodyCoding::deflate, with_dictionary).state, State::corrupt);
  const auto old_zstd = "\x27\xb5\x2f\xfd\x00\x00\x00\x00\x00"s;  // a format before the standard
  EXPECT_EQ(decode(BodyCoding::zstd, old_zstd).state, State::corrupt);
}

TEST(Decompressor, ChecksumsAreVerified) {
  for (const auto coding : {BodyCoding::gzip, BodyCoding::deflate}) {
    auto packed = encode(coding, prose(500));
    packed[packed.size() - (coding == BodyCoding::gzip ? 6 : 1)] ^= 1;
    EXPECT_EQ(decode(coding, packed).state, State::corrupt) << wire_name(coding);
  }
}

TEST(Decompressor, WindowsAreLimited) {
  const std::string text(100, 'x');
  for (const auto& [log, state] :
       {std::pair(23, State::whole), {24, State::corrupt}, {27, State::corrupt}}) {
    auto* context = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, log);
    ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 0);
    std::array<char, 1000> packed{};
    ZSTD_inBuffer in{text.data(), text.size(), 0};
    ZSTD_outBuffer out{packed.data(), packed.size(), 0};
    // In two steps: otherwise the window shrinks to the text.
    ZSTD_compressStream2(context, &out, &in, ZSTD_e_continue);
    ASSERT_EQ(ZSTD_compressStream2(context, &out, &in, ZSTD_e_end), 0U);
    ZSTD_freeCCtx(context);
    EXPECT_EQ(decode(BodyCoding::zstd, {packed.data(), out.pos}).state, state) << log;
  }
}

TEST(Decompressor, WritesNoMoreThanItsRoom) {
  const std::string text(8 << 20, ' ');
  for (const auto coding : kEnumerators<BodyCoding>) {
    const auto bomb = encode(coding, text);
    EXPECT_LT(bomb.size() * 500, text.size());
    const auto found = decode(coding, bomb, Pieces::whole(), 1000, 5000);
    EXPECT_EQ(found.text.size(), 5000U) << wire_name(coding);
    EXPECT_EQ(decode(coding, bomb).text, text);
  }
}

}  // namespace
}  // namespace weir::codec
