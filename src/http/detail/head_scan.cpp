#include "http/detail/head_scan.hpp"

#include <algorithm>
#include <bit>

#include "http/detail/bytes.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace weir::http::detail {
namespace {

// The end of the first empty line behind another line; npos if there is none, or it is unusual.
std::size_t end_of_empty_line([[maybe_unused]] std::string_view bytes) {
#if defined(__SSE2__)
  constexpr std::size_t kBlock = 16;
  if (bytes.size() <= kBlock) return bytes.npos;
  const auto last = bytes.size() - kBlock - 1;
  for (std::size_t at = 0;; at = std::min(at + kBlock, last)) {
    const auto load = [&](std::size_t from) {
      return _mm_loadu_si128(reinterpret_cast<const __m128i*>(bytes.data() + from));
    };
    const auto line_feeds = _mm_cmpeq_epi8(load(at), _mm_set1_epi8('\n'));
    const auto returns = _mm_cmpeq_epi8(load(at + 1), _mm_set1_epi8('\r'));
    const auto bits = static_cast<unsigned>(_mm_movemask_epi8(_mm_and_si128(line_feeds, returns)));
    if (bits == 0) {
      if (at == last) break;
      continue;
    }
    const auto line_feed = at + static_cast<std::size_t>(std::countr_zero(bits));
    const bool is_usual = line_feed > 1 && bytes[line_feed - 1] == '\r' &&
                          line_feed + 2 < bytes.size() && bytes[line_feed + 2] == '\n';
    return is_usual ? line_feed + 3 : bytes.npos;
  }
#endif
  return bytes.npos;
}

bool has_bare_lf(std::string_view bytes, std::size_t from) {
  for (auto at = bytes.find('\n', from); at != bytes.npos; at = bytes.find('\n', at + 1)) {
    if (at == 0 || bytes[at - 1] != '\r') return true;
  }
  return false;
}

}  // namespace

// Most heads arrive whole and far within the limits: then only the end matters, since the parser
// finds every fault of a line. Otherwise goes line by line.
//
// Looks for a line that ends in a bare LF only if the head is incomplete, whose sender may be
// waiting for an answer, or too large. In a complete head the parser finds it.
HeadScan::Found HeadScan::find(std::string_view bytes) {
  if (looked_at_ == 0 && !bytes.starts_with('\r')) {
    const auto end = end_of_empty_line(bytes.substr(0, std::min(limits_.line, limits_.fields)));
    if (end != bytes.npos) {
      size_ = end;
      return Found::whole;
    }
  }
  for (;;) {
    const auto bound = fields_at_ == 0 ? begin_ + limits_.line : fields_at_ + limits_.fields;
    const auto seen = bytes.substr(0, bound + 1);
    if (line_at_ > 0 && line_at_ < seen.size() && is_blank(seen[line_at_])) return Found::malformed;
    const auto cr = seen.find('\r', looked_at_);
    if (cr == seen.npos || cr + 1 == seen.size()) {
      if (seen.size() > bound) return too_large(seen);
      if (has_bare_lf(seen, checked_)) return Found::malformed;
      checked_ = seen.size();
      looked_at_ = cr == seen.npos ? seen.size() : cr;
      return Found::more;
    }
    if (seen[cr + 1] != '\n') return Found::malformed;
    const auto end = cr + 2;
    if (end > bound) return too_large(seen);
    if (fields_at_ != 0 && cr == line_at_) {
      size_ = end;
      return Found::whole;
    }
    line_at_ = looked_at_ = end;
    if (fields_at_ != 0) continue;
    if (cr == 0) {
      begin_ = end;
    } else {
      fields_at_ = end;
    }
  }
}

// An earlier fault takes precedence.
HeadScan::Found HeadScan::too_large(std::string_view bytes) const {
  if (has_bare_lf(bytes, checked_)) return Found::malformed;
  return fields_at_ == 0 ? Found::line_too_long : Found::fields_too_large;
}

}  // namespace weir::http::detail
