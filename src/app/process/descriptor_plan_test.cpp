#include "app/process/descriptor_plan.hpp"

#include <gtest/gtest.h>

#include "http/server.hpp"

namespace weir::app {
namespace {

DescriptorNeeds needs(std::int64_t limit, std::int64_t setting = 0) {
  return {.limit = limit,
          .io_threads = 4,
          .upstreams = 3,
          .calls = 1024,
          .memory_bytes = std::int64_t{4} << 30,
          .idle_connections = 1536,
          .per_call = 1,
          .max_connections = setting};
}

std::int64_t sum(const DescriptorPlan& plan) {
  return plan.max_connections + http::Server::refused_at_once(plan.max_connections) +
         plan.admin_connections + plan.upstreams;
}

TEST(DescriptorPlan, FitsEveryLimit) {
  for (const std::int64_t limit : {256, 512, 1024, 4096, 20'000, 65'536, 1 << 20, 1 << 30}) {
    const auto plan = plan_descriptors(needs(limit));
    EXPECT_LT(sum(plan), limit);
    EXPECT_GT(plan.max_connections, 0);
    EXPECT_GE(plan.admin_connections, 8);
    EXPECT_FALSE(plan.is_cut);
  }
}

TEST(DescriptorPlan, EveryClientOfASmallProcessCanCall) {
  const auto plan = plan_descriptors(needs(1024));
  EXPECT_GE(plan.upstreams, plan.max_connections);
  EXPECT_GT(plan.max_connections, 300);
}

TEST(DescriptorPlan, ALargeProcessKeepsForUpstreamsWhatTheyCanUse) {
  const auto plan = plan_descriptors(needs(20'000));
  EXPECT_EQ(plan.upstreams, 1024 + 1536);
  EXPECT_GT(plan.max_connections, 16'000);
}

TEST(DescriptorPlan, CallsFollowFromDescriptorsAndMemoryUnlessSet) {
  constexpr std::int64_t kMiB = 1 << 20;
  const struct {
    std::int64_t limit;
    std::int64_t memory;
    std::int64_t setting;
    std::int64_t least;
    std::int64_t most;
  } cases[] = {
      {1024, 4096 * kMiB, 0, 300, 500},  // descriptors
      {20'000, 64'000 * kMiB, 0, 9'000, 10'000},
      {1 << 20, 512 * kMiB, 0, 2'048, 2'048},  // memory
      {1 << 20, 1'000'000 * kMiB, 0, 65'536, 65'536},
      {1 << 20, 1 * kMiB, 0, 64, 64},
      {20'000, 4096 * kMiB, 5'000, 5'000, 5'000},
      {1 << 20, 1 * kMiB, 5'000, 5'000, 5'000},
  };
  for (const auto& test : cases) {
    auto given = needs(test.limit);
    given.calls = test.setting;
    given.memory_bytes = test.memory;
    const auto plan = plan_descriptors(given);
    EXPECT_GE(plan.calls, test.least) << test.limit << ' ' << test.memory;
    EXPECT_LE(plan.calls, test.most) << test.limit << ' ' << test.memory;
    EXPECT_LT(sum(plan), test.limit);
  }
}

TEST(DescriptorPlan, WhatIsDerivedHasAnEnd) {
  EXPECT_EQ(plan_descriptors(needs(1 << 20)).max_connections, 65'536);
  EXPECT_EQ(plan_descriptors(needs(1 << 20, 500'000)).max_connections, 500'000);
}

TEST(DescriptorPlan, ASettingThatFitsIsFollowed) {
  const auto plan = plan_descriptors(needs(20'000, 16'500));
  EXPECT_EQ(plan.max_connections, 16'500);
  EXPECT_FALSE(plan.is_cut);
  EXPECT_EQ(plan_descriptors(needs(1024, 8)).max_connections, 8);
}

TEST(DescriptorPlan, ASettingThatDoesNotIsCut) {
  const auto plan = plan_descriptors(needs(1024, 10'000));
  EXPECT_TRUE(plan.is_cut);
  EXPECT_GT(plan.max_connections, 550);
  EXPECT_LE(sum(plan), 1024);
}

TEST(DescriptorPlan, ACallToThisProcessNeedsTwoMore) {
  auto simulates = needs(1024);
  simulates.per_call = 2;
  EXPECT_GE(plan_descriptors(simulates).upstreams, 2 * plan_descriptors(simulates).max_connections);
}

TEST(DescriptorPlan, WithHardlyAnyItServesAtAll) {
  const auto plan = plan_descriptors(needs(40));
  EXPECT_GE(plan.max_connections, 1);
  EXPECT_GE(plan.upstreams, 1);
}

}  // namespace
}  // namespace weir::app
