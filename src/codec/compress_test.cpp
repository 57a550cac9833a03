#include "codec/compress.hpp"

#include <random>

#include <brotli/decode.h>
#include <gtest/gtest.h>
#include <zlib.h>
#include <zstd.h>

namespace weir::codec {
namespace {

std::string gunzip(std::string_view bytes, std::size_t size) {
  constexpr int kGzipWrapper = 16;
  std::string copy(bytes);
  std::string out(size + 1, '\0');
  z_stream stream{};
  inflateInit2(&stream, MAX_WBITS + kGzipWrapper);
  stream.next_in = reinterpret_cast<Bytef*>(copy.data());
  stream.avail_in = static_cast<uInt>(copy.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

std::string unbrotli(std::string_view bytes, std::size_t size) {
  std::string out(size + 1, '\0');
  std::size_t out_size = out.size();
  EXPECT_EQ(BrotliDecoderDecompress(bytes.size(), reinterpret_cast<const uint8_t*>(bytes.data()),
                                    &out_size, reinterpret_cast<uint8_t*>(out.data())),
            BROTLI_DECODER_RESULT_SUCCESS);
  out.resize(out_size);
  return out;
}

std::string unzstd(std::string_view bytes, std::size_t size) {
  // Some clients decode in one call and need the size in the frame.
  EXPECT_EQ(ZSTD_getFrameContentSize(bytes.data(), bytes.size()), size);
  std::string out(size + 1, '\0');
  out.resize(ZSTD_decompress(out.data(), out.size(), bytes.data(), bytes.size()));
  return out;
}

std::string decode(Coding coding, std::string_view bytes, std::size_t size) {
  switch (coding) {
    case Coding::identity:
      return std::string(bytes);
    case Coding::gzip:
      return gunzip(bytes, size);
    case Coding::br:
      return unbrotli(bytes, size);
    case Coding::zstd:
      return unzstd(bytes, size);
  }
  return {};
}

std::string list_of(int models) {
  std::string text = "[";
  for (int i = 0; i < models; ++i) {
    text += R"({"id":"vendor/model-)" + std::to_string(i * 7919) + R"(","object":"model"},)";
  }
  return text;
}

constexpr Coding kEvery[] = {Coding::identity, Coding::gzip, Coding::br, Coding::zstd};

TEST(Compress, WhatWasCompressedDecodesToTheSameBytes) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  std::string noise(10'000, '\0');
  for (char& c : noise) c = static_cast<char>(random());

  for (const auto& text : {std::string(), std::string("x"), list_of(5), list_of(5000), noise}) {
    for (Coding coding : kEvery) {
      const auto packed = compress(coding, text);
      ASSERT_TRUE(packed) << wire_name(coding);
      EXPECT_EQ(decode(coding, *packed, text.size()), text) << wire_name(coding);
    }
  }
}

TEST(Compress, ListsShrinkSeveralTimes) {
  const auto text = list_of(500);
  for (Coding coding : {Coding::gzip, Coding::br, Coding::zstd}) {
    EXPECT_LT(compress(coding, text)->size() * 4, text.size()) << wire_name(coding);
  }
}

TEST(Compress, GzipCarriesNeitherTimeNorSystem) {
  const auto packed = compress(Coding::gzip, list_of(50)).value();
  EXPECT_EQ(packed.substr(4, 4), std::string(4, '\0'));
  EXPECT_EQ(packed[9], '\xFF');
}

TEST(Compress, TheSameBytesGiveTheSameOutput) {
  const auto text = list_of(300);
  for (Coding coding : kEvery) EXPECT_EQ(*compress(coding, text), *compress(coding, text));
}

}  // namespace
}  // namespace weir::codec
