#include "discovery/kinds/created.hpp"

#include <gtest/gtest.h>

namespace weir::discovery::kinds {
namespace {

TEST(Created, ReadsRfc3339) {
  struct Case {
    const char* text;
    std::optional<std::int64_t> seconds;
  };
  const Case cases[] = {
      {"1970-01-01T00:00:00Z", 0},
      {"2025-05-22T00:00:00Z", 1747872000},
      {"2025-06-01T10:00:00.123456789+02:00", 1748764800},
      {"2025-06-01t08:00:00-00:30", 1748766600},
      {"2024-02-29T23:59:60Z", 1709251200},
      {"2025-02-29T00:00:00Z", std::nullopt},
      {"2025-13-01T00:00:00Z", std::nullopt},
      {"2025-06-01", std::nullopt},
      {"2025-06-01T10:00:00", std::nullopt},
      {"2025-06-01T10:00:00.Z", std::nullopt},
      {"2025-06-01T10:00:00+2:00", std::nullopt},
      {"2025-06-01T24:00:00Z", std::nullopt},
      {"-025-06-01T10:00:00Z", std::nullopt},
      {"+025-06-01T10:00:00Z", std::nullopt},
      {"yesterday", std::nullopt},
      {"", std::nullopt},
  };
  for (const auto& test : cases) EXPECT_EQ(parse_rfc3339(test.text), test.seconds) << test.text;
}

TEST(Created, IsBelievedOnlyWhenItIsClearlyInThePast) {
  const WallTime now{std::chrono::seconds(1'772'323'200)};
  EXPECT_EQ(plausible_created(1'715'367'049, now), 1'715'367'049);
  EXPECT_EQ(plausible_created(1'772'323'200 - 86'401, now), 1'772'323'200 - 86'401);
  for (const std::int64_t seconds :
       {0LL, 946'684'799LL, 1'772'323'200LL - 86'400, 1'772'323'200LL, 1'999'999'999LL, -5LL}) {
    EXPECT_EQ(plausible_created(seconds, now), std::nullopt) << seconds;
  }
}

}  // namespace
}  // namespace weir::discovery::kinds
