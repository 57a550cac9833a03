#include "http/chunk_decoder.hpp"

#include <algorithm>

#include "codec/hex.hpp"
#include "http/detail/bytes.hpp"

namespace weir::http {
namespace {

using detail::is_blank;
using detail::is_in;
using detail::is_value_byte;
using detail::kToken;

constexpr int kMaxDigits = 16;
constexpr std::uint64_t kMaxSize = ~std::uint64_t{0} >> 1U;

}  // namespace

std::optional<std::string_view> ChunkDecoder::next(std::string_view& bytes) {
  while (!bytes.empty() && state_ != State::done && !broken()) {
    if (state_ == State::payload) {
      const auto run =
          bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(size_, bytes.size())));
      bytes.remove_prefix(run.size());
      size_ -= run.size();
      if (size_ == 0) state_ = State::payload_cr;
      return run;
    }
    state_ = after(bytes.front());
    bytes.remove_prefix(1);
    if (in_overhead() && ++overhead_bytes_ > max_overhead_bytes_) {
      state_ = State::too_much_overhead;
    }
  }
  if (broken()) return std::nullopt;
  return std::string_view{};
}

bool ChunkDecoder::in_overhead() const {
  return (state_ >= State::blanks_before_extension && state_ <= State::after_quoted) ||
         (state_ >= State::trailer_name && state_ <= State::trailer_lf);
}

ChunkDecoder::State ChunkDecoder::after(char c) {
  switch (state_) {
    case State::first_digit:
    case State::digits:
      return after_digit(c);
    case State::size_lf:
      if (c != '\n') return State::bad_line_end;
      digits_ = 0;
      return size_ == 0 ? State::line_start : State::payload;
    case State::payload_cr:
      return c == '\r' ? State::payload_lf : State::bad_line_end;
    case State::payload_lf:
      return c == '\n' ? State::first_digit : State::bad_line_end;
    case State::line_start:
      if (c == '\r') return State::last_lf;
      return is_in(kToken, c) ? State::trailer_name : State::bad_trailer;
    case State::trailer_name:
      if (c == ':') return State::trailer_value;
      return is_in(kToken, c) ? State::trailer_name : State::bad_trailer;
    case State::trailer_value:
      if (c == '\r') return State::trailer_lf;
      return is_value_byte(c) ? State::trailer_value : State::bad_trailer;
    case State::trailer_lf:
      return c == '\n' ? State::line_start : State::bad_line_end;
    case State::last_lf:
      return c == '\n' ? State::done : State::bad_line_end;
    default:
      return after_extension_byte(c);
  }
}

ChunkDecoder::State ChunkDecoder::after_digit(char c) {
  const int digit = codec::hex_digit(c);
  if (digit >= 0) {
    size_ = digits_ == 0 ? 0 : size_;
    if (digits_++ == kMaxDigits || size_ > kMaxSize >> 4U) return State::bad_size;
    size_ = size_ << 4U | static_cast<std::uint64_t>(digit);
    return State::digits;
  }
  if (state_ == State::first_digit) return State::bad_size;
  if (c == '\r') return State::size_lf;
  if (c == ';') return State::extension_name_start;
  return is_blank(c) ? State::blanks_before_extension : State::bad_size;
}

// chunk-ext = *( BWS ";" BWS chunk-ext-name [ BWS "=" BWS chunk-ext-val ] ) (RFC 9112 §7.1.1)
ChunkDecoder::State ChunkDecoder::after_extension_byte(char c) const {
  using enum State;
  const auto ends_or = [c](State blanks) {
    if (c == '\r') return size_lf;
    if (c == ';') return extension_name_start;
    return is_blank(c) ? blanks : bad_extension;
  };
  switch (state_) {
    case blanks_before_extension:
      if (c == ';') return extension_name_start;
      return is_blank(c) ? blanks_before_extension : bad_extension;
    case extension_name_start:
      if (is_blank(c)) return extension_name_start;
      return is_in(kToken, c) ? extension_name : bad_extension;
    case extension_name:
      if (is_in(kToken, c)) return extension_name;
      return c == '=' ? extension_value_start : ends_or(blanks_after_name);
    case blanks_after_name:
      if (c == '=') return extension_value_start;
      if (c == ';') return extension_name_start;
      return is_blank(c) ? blanks_after_name : bad_extension;
    case extension_value_start:
      if (is_blank(c)) return extension_value_start;
      if (c == '"') return quoted;
      return is_in(kToken, c) ? extension_value : bad_extension;
    case extension_value:
      return is_in(kToken, c) ? extension_value : ends_or(blanks_before_extension);
    case quoted:
      if (c == '"') return after_quoted;
      if (c == '\\') return quoted_pair;
      return is_value_byte(c) ? quoted : bad_extension;
    case quoted_pair:
      return is_value_byte(c) ? quoted : bad_extension;
    case after_quoted:
      return ends_or(blanks_before_extension);
    default:  // uncounted: called within an extension only
      return state_;
  }
}

const char* ChunkDecoder::problem() const {
  switch (state_) {
    case State::bad_size:
      return "chunk size";
    case State::bad_extension:
      return "chunk extension";
    case State::bad_line_end:
      return "line end of a chunk";
    case State::bad_trailer:
      return "trailer";
    case State::too_much_overhead:
      return "too many chunk extensions or trailers";
    default:
      return "";
  }
}

}  // namespace weir::http
