#include "app/process/service_manager.hpp"

#include <gtest/gtest.h>

namespace weir::app {
namespace {

using std::chrono::microseconds;

TEST(ServiceManager, TheWatchdogIsForTheProcessThatItNames) {
  constexpr std::int64_t kOwn = 42;
  EXPECT_EQ(parse_watchdog("2000000", "42", kOwn), microseconds(2'000'000));
  EXPECT_EQ(parse_watchdog("2000000", std::nullopt, kOwn), microseconds(2'000'000));
  EXPECT_EQ(parse_watchdog("2000000", "41", kOwn), std::nullopt);
  EXPECT_EQ(parse_watchdog(std::nullopt, "42", kOwn), std::nullopt);
  EXPECT_EQ(parse_watchdog("0", "42", kOwn), std::nullopt);
  EXPECT_EQ(parse_watchdog("-5", "42", kOwn), std::nullopt);
  EXPECT_EQ(parse_watchdog("2s", "42", kOwn), std::nullopt);
}

}  // namespace
}  // namespace weir::app
