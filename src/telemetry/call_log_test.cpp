#include "telemetry/call_log.hpp"

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::telemetry {
namespace {

using testing::ElementsAre;

CallSummary call_of(std::string_view model) {
  CallSummary call{};
  call.model.assign(model);
  return call;
}

std::vector<std::string> models(const CallLog& log, std::uint64_t before = UINT64_MAX) {
  std::vector<std::string> found;
  log.visit(before, [&](const CallSummary& call) {
    found.emplace_back(call.model.view());
    return true;
  });
  return found;
}

TEST(CallLog, HasTheNewestCallsFirst) {
  CallLog log(30);
  auto& source = log.add_source();
  auto& other = log.add_source();
  source.record(call_of("a"));
  other.record(call_of("b"));
  source.record(call_of("c"));

  EXPECT_THAT(models(log), ElementsAre("c", "b", "a"));
  EXPECT_THAT(models(log, 2), ElementsAre("a"));
  EXPECT_EQ(log.last_id(), 3);
  EXPECT_EQ(log.find(2)->model.view(), "b");
  EXPECT_EQ(log.find(4), std::nullopt);
  EXPECT_EQ(log.totals().requests, 3);
}

TEST(CallLog, KeepsATenthUntilSomebodyLooksAndLosesNoneOfThemThen) {
  CallLog log(50);
  auto& source = log.add_source();
  for (int i = 1; i <= 12; ++i) source.record(call_of(std::to_string(i)));
  EXPECT_THAT(models(log), ElementsAre("12", "11", "10", "9", "8"));

  log.open_up();
  EXPECT_EQ(log.kept(), 50);
  EXPECT_THAT(models(log), ElementsAre("12", "11", "10", "9", "8"));
  for (int i = 13; i <= 100; ++i) source.record(call_of(std::to_string(i)));
  const auto kept = models(log);
  ASSERT_EQ(kept.size(), 50);
  EXPECT_EQ(kept.front(), "100");
  EXPECT_EQ(kept.back(), "51");
}

TEST(CallLog, OfNoCapacityCountsOnly) {
  CallLog log(0);
  log.add_source().record(call_of("a"));
  EXPECT_TRUE(models(log).empty());
  EXPECT_EQ(log.totals().requests, 1);
}

TEST(CallLog, TextsAreCutBetweenCharacters) {
  ShortText<6> text;
  text.assign("abcd\xC3\xA9");
  EXPECT_EQ(text.view(), "abcd");
  text.assign("abc\xC3\xA9");
  EXPECT_EQ(text.view(), "abc\xC3\xA9");
}

TEST(CallLog, ReadersSeeWholeCallsWhileOthersWrite) {
  CallLog log(20);
  log.open_up();
  std::atomic<bool> is_over{false};
  std::vector<std::thread> writers;
  for (int i = 0; i < 2; ++i) {
    writers.emplace_back([&is_over, source = &log.add_source()] {
      for (std::uint32_t number = 1; !is_over || number < 1000; ++number) {
        CallSummary call{};
        call.input_tokens = call.output_tokens = number;
        source->record(call);
      }
    });
  }
  std::size_t seen = 0;
  for (int round = 0; round < 200 || seen == 0; ++round) {
    log.visit(UINT64_MAX, [&](const CallSummary& call) {
      EXPECT_EQ(call.input_tokens, call.output_tokens);
      return ++seen != 0;
    });
  }
  is_over = true;
  for (auto& writer : writers) writer.join();
}

}  // namespace
}  // namespace weir::telemetry
