#include "telemetry/log.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace weir::telemetry {
namespace {

TEST(Log, StopWritesWhatIsQueued) {
  constexpr int kRounds = 200;
  testing::internal::CaptureStderr();
  for (int i = 0; i < kRounds; ++i) {
    start_log(Level::info);
    log_info("queued");
    log_debug("below the level");
    stop_log();
    log_info("direct");
  }
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::ranges::count(text, '\n'), 2 * kRounds);
  EXPECT_EQ(text.find("below"), std::string::npos);
}

TEST(Log, ALineIsAnObject) {
  testing::internal::CaptureStderr();
  log_warn("upstream \"gpu\" failed", {{"upstream", "gpu"}, {"status", 502}, {"retried", true}});
  const std::string text = testing::internal::GetCapturedStderr();
  EXPECT_NE(
      text.find(
          R"(,"level":"warn","msg":"upstream \"gpu\" failed","upstream":"gpu","status":502,"retried":true})"
          "\n"),
      std::string::npos)
      << text;
}

}  // namespace
}  // namespace weir::telemetry
