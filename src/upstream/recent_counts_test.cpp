#include "upstream/recent_counts.hpp"

#include <gtest/gtest.h>

namespace weir::upstream {
namespace {

using namespace std::chrono_literals;

const MonotonicTime kStart{1'000s};

TEST(RecentCounts, SumWhatTheSpanHolds) {
  RecentCounts counts(10s);
  for (int second = 0; second < 10; ++second) {
    counts.add({.calls = 2, .watched = second % 2}, kStart + second * 1s);
  }
  EXPECT_EQ(counts.sum(kStart + 9s).calls, 20);
  EXPECT_EQ(counts.sum(kStart + 9s).watched, 5);
}

TEST(RecentCounts, ForgetSliceBySlice) {
  RecentCounts counts(10s);
  counts.add({.calls = 1, .watched = 1}, kStart + 900ms);
  counts.add({.calls = 1}, kStart + 1s);
  EXPECT_EQ(counts.sum(kStart + 10s - 1ns).calls, 2);
  EXPECT_EQ(counts.sum(kStart + 10s).calls, 1);
  EXPECT_EQ(counts.sum(kStart + 10s).watched, 0);
  EXPECT_EQ(counts.sum(kStart + 11s).calls, 0);
  EXPECT_EQ(counts.sum(kStart + 1'000'000s).calls, 0);
}

TEST(RecentCounts, ASliceThatComesAroundAgainStartsAnew) {
  RecentCounts counts(10s);
  counts.add({.calls = 7}, kStart);
  counts.add({.calls = 1}, kStart + 10s);
  EXPECT_EQ(counts.sum(kStart + 10s).calls, 1);
}

TEST(RecentCounts, ATimeALittleTooEarlyIsCounted) {
  RecentCounts counts(10s);
  counts.add({.calls = 1}, kStart);
  counts.add({.calls = 1}, kStart - 1ns);
  EXPECT_EQ(counts.sum(kStart).calls, 2);
}

}  // namespace
}  // namespace weir::upstream
