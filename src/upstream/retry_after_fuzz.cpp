#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.hpp"
#include "telemetry/timestamp.hpp"
#include "upstream/retry_after.hpp"

// A parsed value is within the years that a date can name, and a parsed date formats to the same
// text.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace std::chrono;
  const std::string_view value(reinterpret_cast<const char*>(data), size);
  const weir::WallTime now{seconds(1'772'323'200)};
  const auto wait = weir::upstream::parse_retry_after(value, now);
  if (!wait) return 0;
  const bool is_number = value.find_first_not_of("0123456789") == std::string_view::npos;
  if (is_number) {
    CHECK(*wait >= seconds(0) && *wait <= seconds(999'999'999));
  } else {
    CHECK(weir::telemetry::format_http_date(now + *wait) == value);
  }
  return 0;
}
