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

// A line that ends in LF alone is looked for only where the head is not whole, or too large: in a
// whole head the parser meets it. Its sender may wait for an answer.
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

// Unless something was wrong before.
HeadScan::Found HeadScan::too_large(std::string_view bytes) const {
  if (has_bare_lf(bytes, checked_)) return Found::malformed;
  return fields_at_ == 0 ? Found::line_too_long : Found::fields_too_large;
}

}  // namespace weir::http::detail
