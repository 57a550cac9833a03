#include "upstream/settings.hpp"

#include <gtest/gtest.h>

#include "config/document.hpp"
#include "config/schema.hpp"

namespace weir::upstream {
namespace {

using namespace std::chrono_literals;

struct Reading {
  Settings value;
  std::string problems;
};

Reading read(std::string_view yaml) {
  config::Reader reader("f", {});
  Reading reading;
  settings_schema().read(reader, config::parse_document(yaml).value(), reading.value);
  reading.problems = config::format_problems(reader.take_problems());
  return reading;
}

TEST(CallSettings, ReadsWhatIsGivenAndKeepsTheRest) {
  const auto [value, problems] = read(
      "connect_timeout: 2s\n"
      "max_in_flight: 8\n"
      "queue_length: 0\n"
      "retries: 0\n"
      "breaker: {consecutive_failures: 0, first_refusal: 500ms}\n"
      "max_body_bytes: 1MiB\n");
  EXPECT_EQ(problems, "");
  EXPECT_EQ(value.connect_timeout, 2s);
  EXPECT_EQ(value.first_byte_timeout, 600s);
  EXPECT_EQ(value.max_in_flight, 8);
  EXPECT_EQ(value.queue_length, 0);
  EXPECT_EQ(value.retries, 0);
  EXPECT_EQ(value.breaker.consecutive_failures, 0);
  EXPECT_EQ(value.breaker.failure_percent, 50);
  EXPECT_EQ(value.breaker.first_refusal, 500ms);
  EXPECT_EQ(value.max_body_bytes, 1 << 20);
}

TEST(CallSettings, TheDefaultsAreWithinTheirOwnBounds) {
  const auto schema = settings_schema();
  config::Node printed = schema.print(Settings());
  config::Reader reader("f", {});
  Settings again;
  schema.read(reader, printed, again);
  EXPECT_EQ(config::format_problems(reader.take_problems()), "");
  EXPECT_TRUE(schema.same(again, Settings()));
}

TEST(CallSettings, ComplainsOfWhatCannotBe) {
  const struct {
    std::string_view yaml;
    std::string_view problem;
  } cases[] = {
      {"connect_timeout: 5", "connect_timeout"},
      {"connect_timeout: 1ms", "connect_timeout"},
      {"max_in_flight: -1", "max_in_flight"},
      {"retries: 11", "retries"},
      {"retry_budget_percent: 101", "retry_budget_percent"},
      {"breaker: {failure_percent: 101}", "breaker.failure_percent"},
      {"breaker: {first_refusal: 2m}", "breaker.max_refusal"},
      {"total_timeout: 1s", "total_timeout"},
      {"buffer_bytes: 16MiB", "buffer_bytes"},
      {"max_event_bytes: 1KiB", "max_event_bytes"},
      {"max_tries: 3", "max_tries"},
  };
  for (const auto& test : cases) {
    EXPECT_NE(read(test.yaml).problems.find(test.problem), std::string::npos)
        << test.yaml << ": " << read(test.yaml).problems;
  }
}

}  // namespace
}  // namespace weir::upstream
