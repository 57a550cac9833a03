#include "upstream/retry_budget.hpp"

#include <gtest/gtest.h>

namespace weir::upstream {
namespace {

using namespace std::chrono_literals;

const MonotonicTime kStart{1'000s};

int retries_left(RetryBudget budget, MonotonicTime now) {
  int count = 0;
  while (budget.try_retry(now)) ++count;
  return count;
}

TEST(RetryBudget, AllowsItsMinimumWithoutAnyCall) {
  EXPECT_EQ(retries_left(RetryBudget(20, 3), kStart), 3);
  EXPECT_EQ(retries_left(RetryBudget(20, 0), kStart), 0);
}

TEST(RetryBudget, AllowsAPartOfTheCallsBesides) {
  RetryBudget budget(20, 3);
  for (int i = 0; i < 104; ++i) budget.called(kStart);
  EXPECT_EQ(retries_left(budget, kStart), 23);
  EXPECT_EQ(retries_left(budget, kStart + 9s), 23);
  EXPECT_EQ(retries_left(budget, kStart + 10s), 3);
}

TEST(RetryBudget, RetriesEarnNoRetries) {
  RetryBudget budget(100, 3);
  EXPECT_EQ(retries_left(budget, kStart), 3);
}

TEST(RetryBudget, ComesBackWhenRetriesAreForgotten) {
  RetryBudget budget(20, 3);
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(budget.try_retry(kStart));
  EXPECT_FALSE(budget.try_retry(kStart + 9s));
  EXPECT_EQ(retries_left(budget, kStart + 10s), 3);
}

TEST(RetryBudget, ARefusedRetryIsNotCounted) {
  RetryBudget budget(0, 1);
  EXPECT_TRUE(budget.try_retry(kStart));
  for (int second = 1; second < 10; ++second) EXPECT_FALSE(budget.try_retry(kStart + second * 1s));
  EXPECT_TRUE(budget.try_retry(kStart + 10s));
}

TEST(RetryBudget, NewSettingsKeepWhatWasCounted) {
  RetryBudget budget(20, 3);
  EXPECT_TRUE(budget.try_retry(kStart));
  budget.configure(0, 5);
  EXPECT_EQ(retries_left(budget, kStart), 4);
}

}  // namespace
}  // namespace weir::upstream
