/// Decodes a content coding, in pieces and within a bound that the caller sets for each.
///
///     Decompressor decoder(BodyCoding::gzip);
///     while (const auto size = decoder.decode(bytes, room)) use(room.first(size));
///     if (decoder.state() != Decompressor::State::whole) …
///
/// gzip may have several members, and zstd several frames, as their formats allow; `deflate` is
/// read with zlib's wrapper or without, since clients send both. Windows are limited to what the
/// codings allow on the wire: 32 KiB, 8 MiB for zstd, 16 MiB for br.
///
/// Source: RFC 1950, 1951, 1952; RFC 7932; RFC 8878 and 9659 §3 (zstd's window).
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

#include "codec/content_encoding.hpp"

namespace weir::codec {

/// Cost:    100 to 500 MB/s of output; for large bodies not on an I/O thread.
/// Threads: one at a time.
class Decompressor {
 public:
  enum class State {
    partial,   ///< the data has not ended
    whole,     ///< it has
    corrupt,   ///< it is not of the coding
    trailing,  ///< it has ended, and something else follows
  };

  explicit Decompressor(BodyCoding coding);
  ~Decompressor();
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;

  /// Decodes from the front of `bytes`, and removes from them what was read, until `room` is full
  /// or `bytes` are used up. Returns how many bytes were written: 0 if nothing can be without more
  /// input, or ever. REQUIRES: room is not empty.
  [[nodiscard]] std::size_t decode(std::string_view& bytes, std::span<char> room);

  /// The state after all that was read. REQUIRES: decode has just returned 0.
  [[nodiscard]] State state() const { return state_; }

  /// One library's decoder.
  struct Engine {
    /// A part of the data: a gzip member, a zstd frame, or all of a coding that has no parts.
    enum class Result { more, end_of_part, corrupt };
    struct Step {
      Result result = Result::more;
      std::size_t read = 0;
      std::size_t written = 0;
    };
    virtual ~Engine() = default;
    [[nodiscard]] virtual Step step(std::string_view bytes, std::span<char> room) = 0;
    /// Prepares for the next part, if there can be one that begins with `first`.
    [[nodiscard]] virtual bool begin_next(char first) = 0;
  };

 private:
  std::unique_ptr<Engine> engine_;
  State state_ = State::partial;
  bool may_have_more_ = false;  ///< the room was filled: output may be pending
};

}  // namespace weir::codec
