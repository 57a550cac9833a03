#include "gateway/bill.hpp"

#include <gtest/gtest.h>

namespace weir::gateway {
namespace {

TEST(Bill, IsWhatTheUpstreamReportedOrMayHaveDone) {
  constexpr limit::Claim kClaimed{.tokens = 1000, .images = 2};
  constexpr Estimate kPassed{.prompt = 40, .answer = 12, .unreported = 3};
  const dialect::TokenUsage usage{.input = 30, .output = 5};
  const struct {
    const char* what;
    Work work;
    Estimate passed;
    std::int64_t prompt;
    std::int64_t answer;
    std::int64_t images;
    bool estimated;
  } rows[] = {
      {"never reached", {}, {}, 0, 0, 0, false},
      {"refused", {.reached = false, .was_taken = true}, kPassed, 0, 0, 0, false},
      {"reported", {.reached = true, .succeeded = true, .reported = usage}, {}, 30, 5, 2, false},
      {"not reported", {.reached = true, .succeeded = true}, kPassed, 40, 12, 2, true},
      {"a total alone",
       {.reached = true, .succeeded = true, .reported = {.sum = 50}},
       kPassed,
       38,
       12,
       2,
       false},
      {"a small total alone",
       {.reached = true, .succeeded = true, .reported = {.sum = 7}},
       kPassed,
       0,
       7,
       2,
       false},
      {"0 despite text",
       {.reached = true, .succeeded = true, .reported = {.input = 0, .output = 0}},
       kPassed,
       40,
       12,
       2,
       true},
      {"0 for the answer only",
       {.reached = true, .succeeded = true, .reported = {.input = 30, .output = 0}},
       kPassed,
       30,
       12,
       2,
       true},
      {"an empty answer",
       {.reached = true, .succeeded = true, .reported = {.input = 30, .output = 0}},
       {.prompt = 40},
       30,
       0,
       2,
       false},
      {"a stream that reports at its end",
       {.reached = true, .succeeded = true, .streamed = true, .reported = usage},
       {.prompt = 40, .answer = 9},
       30,
       5,
       2,
       false},
      {"a stream that reports at its start only",
       {.reached = true,
        .succeeded = true,
        .streamed = true,
        .reported = {.input = 30, .output = 1}},
       {.prompt = 40, .answer = 200, .unreported = 200},
       30,
       201,
       2,
       true},
      {"a client that left with the last event",
       {.reached = true, .finished = true, .streamed = true, .was_taken = true, .reported = usage},
       kPassed,
       30,
       5,
       0,
       false},
      {"a stream cut after it reported its start",
       {.reached = true, .streamed = true, .was_taken = true, .reported = usage},
       kPassed,
       30,
       8,
       0,
       true},
      {"a stream cut without a report",
       {.reached = true, .streamed = true, .was_taken = true},
       kPassed,
       40,
       12,
       0,
       true},
      {"a client that left before the answer",
       {.reached = true, .was_taken = true},
       {.prompt = 40},
       40,
       0,
       0,
       true},
      {"an upstream that broke before anything came", {.reached = true}, kPassed, 0, 0, 0, false},
  };
  for (const auto& row : rows) {
    const auto bill = compute_bill(row.work, kClaimed, row.passed);
    EXPECT_EQ(bill.usage.input.value_or(0), row.prompt) << row.what;
    EXPECT_EQ(bill.usage.output.value_or(0), row.answer) << row.what;
    EXPECT_EQ(bill.claim.tokens, row.prompt + row.answer) << row.what;
    EXPECT_EQ(bill.claim.images, row.images) << row.what;
    EXPECT_EQ(bill.estimated, row.estimated) << row.what;
  }
}

TEST(Bill, NothingIsEstimatedWhereNoTokensAreCounted) {
  const auto bill = compute_bill({.reached = true, .succeeded = true}, {.images = 2},
                                 {.prompt = 40, .answer = 12});
  EXPECT_EQ(bill.claim.tokens, 0);
  EXPECT_EQ(bill.claim.images, 2);
  EXPECT_FALSE(bill.estimated);
}

TEST(Bill, ImagesAreThoseDelivered) {
  const auto images = [](Work work, std::int64_t asked = 4) {
    return compute_bill(work, {.images = asked}, {}).claim.images;
  };
  EXPECT_EQ(images({.reached = true, .succeeded = true, .images = 4}), 4);
  EXPECT_EQ(images({.reached = true, .succeeded = true, .images = 1}), 1);
  EXPECT_EQ(images({.reached = true, .succeeded = true, .images = 0}), 0);
  EXPECT_EQ(images({.reached = true, .succeeded = true, .images = 9}), 9);
  EXPECT_EQ(images({.reached = true, .succeeded = true}), 4) << "a picture by itself";
  EXPECT_EQ(images({.reached = true, .streamed = true, .was_taken = true, .images = 1}), 1);
  EXPECT_EQ(images({.reached = true, .was_taken = true}), 0) << "the upstream broke";
  EXPECT_EQ(images({.reached = true, .was_taken = true, .client_left = true}), 4);
  EXPECT_EQ(images({.reached = true, .was_taken = true, .client_left = true, .images = 1}), 4);
  EXPECT_EQ(images({.reached = true,
                    .finished = true,
                    .streamed = true,
                    .was_taken = true,
                    .client_left = true,
                    .images = 1}),
            1)
      << "it had all of it";
  EXPECT_EQ(images({.was_taken = true, .client_left = true}), 0) << "nobody worked on it";
  EXPECT_EQ(images({.reached = true, .images = 2}), 0) << "nobody got them";
  EXPECT_EQ(images({.was_taken = true}), 0) << "it was refused";
  EXPECT_EQ(images({.reached = true, .succeeded = true, .images = 3}, 0), 0) << "no images there";
}

TEST(Bill, PartsAreNoMoreThanWhatTheyAreOf) {
  const Work reported{.reached = true,
                      .succeeded = true,
                      .reported = {.input = 30, .output = 5, .cached = 40, .reasoning = 6}};
  const Work unreported{.reached = true,
                        .succeeded = true,
                        .reported = {.input = 0, .output = 5, .cached = 40, .reasoning = 4}};

  const auto bill = compute_bill(reported, {.tokens = 1000}, {});
  const auto estimated = compute_bill(unreported, {.tokens = 1000}, {.prompt = 12});

  EXPECT_EQ(bill.usage.cached, 30);
  EXPECT_EQ(bill.usage.reasoning, 5);
  EXPECT_EQ(bill.claim.tokens, 35) << "they are parts";
  EXPECT_EQ(estimated.usage.cached, 12);
  EXPECT_EQ(estimated.usage.reasoning, 4);
}

TEST(Bill, CharactersAreOfCallsThatWereWorkedOn) {
  const auto characters = [](Work work) {
    work.characters = 70;
    return compute_bill(work, {}, {}).characters;
  };
  EXPECT_EQ(characters({.reached = true, .succeeded = true}), 70);
  EXPECT_EQ(characters({.reached = true, .was_taken = true}), 70);
  EXPECT_EQ(characters({.reached = true}), 0);
  EXPECT_EQ(characters({.was_taken = true}), 0);
}

TEST(Bill, ThePromptIsEstimatedOnlyWithoutItsReport) {
  constexpr limit::Claim kClaimed{.tokens = 10};
  EXPECT_TRUE(needs_prompt({.reached = true, .succeeded = true}, kClaimed));
  EXPECT_TRUE(
      needs_prompt({.reached = true, .succeeded = true, .reported = {.input = 0}}, kClaimed));
  EXPECT_FALSE(
      needs_prompt({.reached = true, .succeeded = true, .reported = {.input = 3}}, kClaimed));
  EXPECT_FALSE(needs_prompt({.reached = true, .succeeded = true}, {}));
  EXPECT_FALSE(needs_prompt({.reached = true}, kClaimed));
}

}  // namespace
}  // namespace weir::gateway
