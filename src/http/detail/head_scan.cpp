#include "http/detail/head_scan.hpp"

#include "http/detail/bytes.hpp"

namespace weir::http::detail {
namespace {

bool has_bare_lf(std::string_view bytes, std::size_t from) {
  for (auto at = bytes.find('\n', from); at != bytes.npos; at = bytes.find('\n', at + 1)) {
    if (at == 0 || bytes[at - 1] != '\r') return true;
  }
  return false;
}

}  // namespace

// Looks for a line that ends in a bare LF only if the head is incomplete, whose sender may be
// waiting for an answer, or too large. In a complete head the parser finds it.
HeadScan::Found HeadScan::find(std::string_view bytes) {
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
