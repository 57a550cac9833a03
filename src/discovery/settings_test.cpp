#include "discovery/settings.hpp"

#include <gtest/gtest.h>

#include "config/document.hpp"
#include "config/schema.hpp"

namespace weir::discovery {
namespace {

using namespace std::chrono_literals;

struct Reading {
  UpstreamSettings value;
  std::string problems;
};

Reading read(std::string_view rest) {
  config::Reader reader("f", {});
  Reading reading;
  const auto yaml = "name: a\nurl: http://host\n" + std::string(rest);
  upstream_schema().read(reader, config::parse_document(yaml).value(), reading.value);
  reading.problems = config::format_problems(reader.take_problems());
  return reading;
}

TEST(UpstreamSettings, LeavesCallsToTheirSectionUnlessItSaysOtherwise) {
  const auto [value, problems] = read("");
  EXPECT_EQ(problems, "");
  EXPECT_EQ(value.priority, 0);
  EXPECT_EQ(value.weight, 1);
  EXPECT_EQ(value.max_in_flight, std::nullopt);
  EXPECT_EQ(value.connect_timeout, std::nullopt);
  EXPECT_EQ(value.first_byte_timeout, std::nullopt);
  EXPECT_EQ(value.total_timeout, std::nullopt);
  EXPECT_EQ(value.stream_usage, StreamUsage::automatic);
}

TEST(UpstreamSettings, ReadsHowItIsCalled) {
  const auto [value, problems] = read(
      "priority: 10\n"
      "weight: 1000\n"
      "max_in_flight: 0\n"
      "connect_timeout: 500ms\n"
      "first_byte_timeout: 20m\n"
      "total_timeout: 24h\n"
      "stream_usage: never\n");
  EXPECT_EQ(problems, "");
  EXPECT_EQ(value.priority, 10);
  EXPECT_EQ(value.weight, 1'000);
  EXPECT_EQ(value.max_in_flight, 0);
  EXPECT_EQ(value.connect_timeout, 500ms);
  EXPECT_EQ(value.first_byte_timeout, 20min);
  EXPECT_EQ(value.total_timeout, 24h);
  EXPECT_EQ(value.stream_usage, StreamUsage::never);
}

TEST(UpstreamSettings, ComplainsOfWhatCannotBe) {
  for (const auto* row :
       {"weight: 0", "weight: 1001", "priority: -1", "priority: 1001", "max_in_flight: -1",
        "connect_timeout: 5", "total_timeout: 10ms", "stream_usage: maybe"}) {
    EXPECT_NE(read(row).problems, "") << row;
  }
}

}  // namespace
}  // namespace weir::discovery
