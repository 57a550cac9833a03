#include "http/pressure.hpp"

#include <gtest/gtest.h>

namespace weir::http {
namespace {

TEST(Pressure, RisesStepByStepTowardsTheLimit) {
  const struct {
    std::uint64_t used;
    std::uint64_t limit;
    Pressure expected;
  } cases[] = {
      {0, 100, Pressure::none},          {84, 100, Pressure::none},
      {85, 100, Pressure::shorten_idle}, {91, 100, Pressure::shorten_idle},
      {92, 100, Pressure::close_idle},   {94, 100, Pressure::close_idle},
      {95, 100, Pressure::refuse},       {300, 100, Pressure::refuse},
      {1'000'000, 0, Pressure::none},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(pressure_of(c.used, c.limit, Pressure::none), c.expected)
        << c.used << " of " << c.limit;
  }
}

TEST(Pressure, FallsOnlyOnceThereIsRoomAgain) {
  const struct {
    std::uint64_t used;
    Pressure last;
    Pressure expected;
  } cases[] = {
      {94, Pressure::refuse, Pressure::refuse},
      {93, Pressure::refuse, Pressure::refuse},
      {92, Pressure::refuse, Pressure::close_idle},
      {90, Pressure::refuse, Pressure::close_idle},
      {89, Pressure::close_idle, Pressure::shorten_idle},
      {83, Pressure::close_idle, Pressure::shorten_idle},
      {84, Pressure::shorten_idle, Pressure::shorten_idle},
      {82, Pressure::shorten_idle, Pressure::none},
      {82, Pressure::refuse, Pressure::none},
      // The level at which a step ends does not begin it.
      {94, Pressure::close_idle, Pressure::close_idle},
      {91, Pressure::shorten_idle, Pressure::shorten_idle},
      {95, Pressure::close_idle, Pressure::refuse},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(pressure_of(c.used, 100, c.last), c.expected) << c.used << " after " << name(c.last);
  }
}

}  // namespace
}  // namespace weir::http
