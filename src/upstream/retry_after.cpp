#include "upstream/retry_after.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

#include "telemetry/timestamp.hpp"

namespace weir::upstream {
namespace {

constexpr std::string_view kExample = "Sun, 06 Nov 1994 08:49:37 GMT";
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

bool is_number(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// 0 for text that is not a number; the date is validated as a whole at the end.
int number_at(std::string_view text, std::size_t begin, std::size_t length) {
  int number = 0;
  const auto digits = text.substr(begin, length);
  std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return number;
}

std::optional<WallTime> parse_http_date(std::string_view text) {
  using namespace std::chrono;
  if (text.size() != kExample.size()) return std::nullopt;
  const auto* month = std::ranges::find(kMonths, text.substr(8, 3));
  const year_month_day date(year(number_at(text, 12, 4)),
                            std::chrono::month(static_cast<unsigned>(month - kMonths.begin() + 1)),
                            day(static_cast<unsigned>(number_at(text, 5, 2))));
  // WallTime cannot represent all other years, and no server means them.
  if (!date.ok() || date.year() < 1970y || date.year() > 2199y) return std::nullopt;
  const WallTime time = sys_days(date) + hours(number_at(text, 17, 2)) +
                        minutes(number_at(text, 20, 2)) + seconds(number_at(text, 23, 2));
  if (telemetry::format_http_date(time) != text) return std::nullopt;
  return time;
}

}  // namespace

std::optional<std::chrono::seconds> parse_retry_after(std::string_view value, WallTime now) {
  if (is_number(value)) {
    // Nine digits are more than thirty years.
    return std::chrono::seconds(value.size() > 9 ? 999'999'999 : number_at(value, 0, 9));
  }
  const auto date = parse_http_date(value);
  if (!date) return std::nullopt;
  return std::chrono::ceil<std::chrono::seconds>(*date - now);
}

}  // namespace weir::upstream
