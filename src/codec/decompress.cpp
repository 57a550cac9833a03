#include "codec/decompress.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include "base/check.hpp"

namespace weir::codec {
namespace {

using Engine = Decompressor::Engine;

constexpr std::size_t kMostAtOnce = 1U << 30U;  // zlib counts in 32 bits

class Inflater final : public Engine {
 public:
  explicit Inflater(BodyCoding coding) : coding_(coding) {}
  ~Inflater() override {
    if (is_open_) inflateEnd(&stream_);
  }

  Step step(std::string_view bytes, std::span<char> room) override {
    if (!is_open_ && !open(bytes)) return {};
    bytes = bytes.substr(0, kMostAtOnce);
    room = room.first(std::min(room.size(), kMostAtOnce));
    // zlib's interface lacks a const; zlib does not write through it.
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
    stream_.avail_in = static_cast<uInt>(bytes.size());
    stream_.next_out = reinterpret_cast<Bytef*>(room.data());
    stream_.avail_out = static_cast<uInt>(room.size());
    const int status = inflate(&stream_, Z_NO_FLUSH);
    const bool is_well = status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR;
    return {!is_well                 ? Result::corrupt
            : status == Z_STREAM_END ? Result::end_of_part
                                     : Result::more,
            bytes.size() - stream_.avail_in, room.size() - stream_.avail_out};
  }

  bool begin_next(char first) override {
    constexpr char kGzipMagic = 0x1f;
    return coding_ == BodyCoding::gzip && first == kGzipMagic && inflateReset(&stream_) == Z_OK;
  }

 private:
  bool open(std::string_view bytes) {
    if (bytes.empty()) return false;
    const int status = inflateInit2(&stream_, window_bits(bytes.front()));
    CHECK(status == Z_OK);
    is_open_ = true;
    return true;
  }

  // Raw deflate cannot begin like zlib's header: it would be a stored block with padding that is
  // not zero, which no encoder writes.
  [[nodiscard]] int window_bits(char first) const {
    constexpr int kGzipWrapper = 16;
    if (coding_ == BodyCoding::gzip) return MAX_WBITS + kGzipWrapper;
    constexpr unsigned kMethodMask = 0x0f;
    constexpr unsigned kMaxHeader = 0x78;  // the method, and a window of 32 KiB
    const auto byte = static_cast<unsigned char>(first);
    const bool has_wrapper = (byte & kMethodMask) == Z_DEFLATED && byte <= kMaxHeader;
    return has_wrapper ? MAX_WBITS : -MAX_WBITS;
  }

  const BodyCoding coding_;
  z_stream stream_{};
  bool is_open_ = false;
};

class BrotliDecoder final : public Engine {
 public:
  BrotliDecoder() : state_(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)) {
    CHECK(state_ != nullptr);
  }
  ~BrotliDecoder() override { BrotliDecoderDestroyInstance(state_); }
  BrotliDecoder(const BrotliDecoder&) = delete;
  BrotliDecoder& operator=(const BrotliDecoder&) = delete;

  Step step(std::string_view bytes, std::span<char> room) override {
    std::size_t available_in = bytes.size();
    const auto* next_in = reinterpret_cast<const std::uint8_t*>(bytes.data());
    std::size_t available_out = room.size();
    auto* next_out = reinterpret_cast<std::uint8_t*>(room.data());
    const auto status = BrotliDecoderDecompressStream(state_, &available_in, &next_in,
                                                      &available_out, &next_out, nullptr);
    return {status == BROTLI_DECODER_RESULT_ERROR     ? Result::corrupt
            : status == BROTLI_DECODER_RESULT_SUCCESS ? Result::end_of_part
                                                      : Result::more,
            bytes.size() - available_in, room.size() - available_out};
  }

  bool begin_next(char /*first*/) override { return false; }

 private:
  BrotliDecoderState* state_;
};

// Checks a frame's first bytes: the library also reads formats that came before the standard.
class ZstdMagic {
 public:
  [[nodiscard]] bool allows(std::string_view bytes) {
    for (const char c : bytes.substr(0, kFrame.size() - seen_)) {
      const auto byte = static_cast<unsigned char>(c);
      is_frame_ = is_frame_ && byte == kFrame[seen_];
      is_skippable_ = is_skippable_ && (seen_ == 0 ? (byte & 0xf0) : byte) == kSkippable[seen_];
      ++seen_;
    }
    return is_frame_ || is_skippable_;
  }

 private:
  static constexpr std::array<unsigned char, 4> kFrame = {0x28, 0xb5, 0x2f, 0xfd};
  static constexpr std::array<unsigned char, 4> kSkippable = {0x50, 0x2a, 0x4d, 0x18};
  std::size_t seen_ = 0;
  bool is_frame_ = true;
  bool is_skippable_ = true;
};

class ZstdDecoder final : public Engine {
 public:
  ZstdDecoder() : context_(ZSTD_createDCtx()) {
    CHECK(context_ != nullptr);
    const auto set = ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, kWindowLog);
    CHECK(ZSTD_isError(set) == 0);
  }
  ~ZstdDecoder() override { ZSTD_freeDCtx(context_); }
  ZstdDecoder(const ZstdDecoder&) = delete;
  ZstdDecoder& operator=(const ZstdDecoder&) = delete;

  Step step(std::string_view bytes, std::span<char> room) override {
    if (!magic_.allows(bytes)) return {.result = Result::corrupt};
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    ZSTD_outBuffer out{room.data(), room.size(), 0};
    const auto left = ZSTD_decompressStream(context_, &out, &in);
    return {ZSTD_isError(left) != 0 ? Result::corrupt
            : left == 0             ? Result::end_of_part
                                    : Result::more,
            in.pos, out.pos};
  }

  bool begin_next(char /*first*/) override {
    magic_ = {};
    return true;
  }

 private:
  static constexpr int kWindowLog = 23;
  ZSTD_DCtx* context_;
  ZstdMagic magic_;
};

std::unique_ptr<Engine> make_engine(BodyCoding coding) {
  switch (coding) {
    case BodyCoding::gzip:
    case BodyCoding::deflate:
      return std::make_unique<Inflater>(coding);
    case BodyCoding::br:
      return std::make_unique<BrotliDecoder>();
    case BodyCoding::zstd:
      return std::make_unique<ZstdDecoder>();
  }
  __builtin_unreachable();
}

}  // namespace

Decompressor::Decompressor(BodyCoding coding) : engine_(make_engine(coding)) {}
Decompressor::~Decompressor() = default;

std::size_t Decompressor::decode(std::string_view& bytes, std::span<char> room) {
  std::size_t written = 0;
  while (written < room.size() && (!bytes.empty() || may_have_more_)) {
    if (state_ == State::corrupt || state_ == State::trailing) break;
    if (state_ == State::whole) {
      state_ = engine_->begin_next(bytes.front()) ? State::partial : State::trailing;
      continue;
    }
    const auto step = engine_->step(bytes, room.subspan(written));
    bytes.remove_prefix(step.read);
    written += step.written;
    may_have_more_ = step.result == Engine::Result::more && written == room.size();
    if (step.result == Engine::Result::end_of_part) state_ = State::whole;
    if (step.result == Engine::Result::corrupt) state_ = State::corrupt;
    // An engine that neither reads nor writes would not end.
    const bool stands_still = step.result == Engine::Result::more && step.read + step.written == 0;
    if (stands_still && !bytes.empty()) state_ = State::corrupt;
  }
  return written;
}

}  // namespace weir::codec
