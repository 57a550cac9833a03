#include "http/detail/framing.hpp"

#include <algorithm>
#include <charconv>

#include "base/ascii.hpp"
#include "codec/field_list.hpp"
#include "http/detail/bytes.hpp"

namespace weir::http::detail {
namespace {

constexpr std::size_t kMaxLengthDigits = 19;  // more could overflow 64 bits

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return is_in(kToken, c); });
}

}  // namespace

Codings read_codings(std::string_view value) {
  int others = 0;
  bool ended = false;
  const bool is_list = codec::for_each_element(value, [&](std::string_view coding) {
    if (ended) return false;
    if (equals_ignoring_case(coding, "chunked")) {
      ended = true;
      return true;
    }
    ++others;
    const auto name = trim(coding.substr(0, coding.find(';')));
    return is_token(name) && !equals_ignoring_case(name, "chunked");
  });
  if (!is_list || !ended) return Codings::malformed;
  return others == 0 ? Codings::chunked : Codings::unknown;
}

std::optional<std::uint64_t> parse_content_length(std::string_view value) {
  if (value.empty() || value.size() > kMaxLengthDigits) return std::nullopt;
  if (value.size() > 1 && value.front() == '0') return std::nullopt;
  if (!std::ranges::all_of(value, is_digit)) return std::nullopt;
  std::uint64_t length = 0;
  std::from_chars(value.data(), value.data() + value.size(), length);
  return length;
}

void ConnectionOptions::add(std::string_view value) {
  codec::for_each_element(value, [&](std::string_view option) {
    close = close || equals_ignoring_case(option, "close");
    keep_alive = keep_alive || equals_ignoring_case(option, "keep-alive");
    return true;
  });
}

}  // namespace weir::http::detail
