#include "upstream/retry_after.hpp"

#include <gtest/gtest.h>

namespace weir::upstream {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNow{784'111'777s};  // Sun, 06 Nov 1994 08:49:37 GMT

TEST(RetryAfter, IsSecondsOrADate) {
  struct Case {
    const char* value;
    std::chrono::seconds wait;
  };
  const Case cases[] = {
      {"0", 0s},
      {"20", 20s},
      {"007", 7s},
      {"86400", 86'400s},
      {"18446744073709551616", 999'999'999s},
      {"Sun, 06 Nov 1994 08:49:37 GMT", 0s},
      {"Sun, 06 Nov 1994 08:50:00 GMT", 23s},
      {"Sun, 06 Nov 1994 08:49:00 GMT", -37s},
      {"Mon, 07 Nov 1994 08:49:37 GMT", 24h},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(parse_retry_after(test.value, kNow), test.wait) << test.value;
  }
}

TEST(RetryAfter, RoundsADateUpToAWholeSecond) {
  EXPECT_EQ(parse_retry_after("Sun, 06 Nov 1994 08:49:39 GMT", kNow + 1ms), 2s);
}

TEST(RetryAfter, OtherTextsAreNoTime) {
  for (const auto* value :
       {"", " ", "-1", "+1", "1.5", "1s", "soon", "Sun, 06 Nov 1994 08:49:37 UTC",
        "Mon, 06 Nov 1994 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
        "Sun, 0x Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:-7 GMT",
        "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        "Sun, 06 Nov 0199 08:49:37 GMT", "Mon, 31 Dec 9999 23:59:59 GMT"}) {
    EXPECT_FALSE(parse_retry_after(value, kNow)) << value;
  }
}

}  // namespace
}  // namespace weir::upstream
