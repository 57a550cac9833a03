#include "config/units.hpp"

#include <gtest/gtest.h>

namespace weir::config {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

TEST(Duration, HasANumberAndAUnit) {
  const struct {
    std::string_view text;
    std::optional<milliseconds> value;
  } cases[] = {
      {"500ms", 500ms}, {"30s", 30s}, {"10m", 10min}, {"24h", 24h}, {"0s", 0ms},
      {"30", {}},       {"s", {}},    {"", {}},       {"1.5s", {}}, {"-1s", {}},
      {"1 s", {}},      {"1S", {}},   {"1h30m", {}},  {"+1s", {}},  {"9223372036854775807h", {}},
  };
  for (const auto& c : cases) EXPECT_EQ(parse_duration(c.text), c.value) << c.text;
}

TEST(Duration, IsWrittenInTheLargestWholeUnit) {
  EXPECT_EQ(format_duration(0ms), "0s");
  EXPECT_EQ(format_duration(1500ms), "1500ms");
  EXPECT_EQ(format_duration(90s), "90s");
  EXPECT_EQ(format_duration(10min), "10m");
  EXPECT_EQ(format_duration(48h), "48h");
}

TEST(Bytes, HaveABinaryUnitOrNone) {
  const struct {
    std::string_view text;
    std::optional<std::int64_t> value;
  } cases[] = {
      {"0", 0},
      {"4096", 4096},
      {"64KiB", 65536},
      {"16MiB", 16 << 20},
      {"1GiB", 1 << 30},
      {"", {}},
      {"KiB", {}},
      {"16MB", {}},
      {"16 MiB", {}},
      {"-1", {}},
      {"1K", {}},
      {"1.5KiB", {}},
      {"9007199254740993GiB", {}},
  };
  for (const auto& c : cases) EXPECT_EQ(parse_bytes(c.text), c.value) << c.text;
  EXPECT_EQ(format_bytes(0), "0");
  EXPECT_EQ(format_bytes(1000), "1000");
  EXPECT_EQ(format_bytes(1536), "1536");
  EXPECT_EQ(format_bytes(16 << 20), "16MiB");
}

TEST(Integer, IsTheWholeText) {
  EXPECT_EQ(parse_integer("42"), 42);
  EXPECT_EQ(parse_integer("-1"), -1);
  for (const char* text : {"", "4 ", " 4", "4x", "0x10", "1e3", "1.0", "99999999999999999999"}) {
    EXPECT_EQ(parse_integer(text), std::nullopt) << text;
  }
}

TEST(Timestamp, IsADateOrADateTime) {
  const struct {
    std::string_view text;
    std::string_view utc;
  } cases[] = {
      {"2026-12-31", "2026-12-31T00:00:00Z"},
      {"2026-12-31T18:30:05Z", "2026-12-31T18:30:05Z"},
      {"2026-12-31 18:30:05z", "2026-12-31T18:30:05Z"},
      {"2026-12-31T18:30:05.999Z", "2026-12-31T18:30:05Z"},
      {"2027-01-01T01:00:00+02:00", "2026-12-31T23:00:00Z"},
      {"2026-12-31T23:30:00-00:30", "2027-01-01T00:00:00Z"},
      {"2028-02-29", "2028-02-29T00:00:00Z"},
  };
  for (const auto& c : cases) {
    const auto time = parse_timestamp(c.text);
    ASSERT_TRUE(time) << c.text;
    EXPECT_EQ(format_timestamp(*time), c.utc) << c.text;
  }
}

TEST(Timestamp, IsNothingWhenAnyPartIsOff) {
  for (const char* text : {"",
                           "tomorrow",
                           "2026",
                           "2026-12",
                           "2026-13-01",
                           "2026-02-29",
                           "2026-12-32",
                           "26-12-31",
                           "2026-12-31T",
                           "2026-12-31T18:30",
                           "2026-12-31T18:30:05",
                           "2026-12-31T24:00:00Z",
                           "2026-12-31T18:60:00Z",
                           "2026-12-31T18:30:60Z",
                           "2026-12-31T18:30:05.Z",
                           "2026-12-31T18:30:05+2",
                           "2026-12-31T18:30:05+24:00",
                           "2026-12-31Z",
                           "2026-12-31 ",
                           "1969-12-31",
                           "2200-01-01",
                           "+026-12-31",
                           "2026-+1-01"}) {
    EXPECT_EQ(parse_timestamp(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace weir::config
