#include "limit/journal_clock.hpp"

#include <gtest/gtest.h>

namespace weir::limit {
namespace {

using std::chrono::hours;
using std::chrono::nanoseconds;

struct Case {
  const char* name;
  const char* boot;  // of the reading; the anchor's is "a" by default
  int monotonic;     // hours; the anchor's is 10
  int wall;          // hours; the anchor's is 1000
  bool is_last;      // the anchor's
  int passed;        // hours, expected
  const char* anchor_boot = "a";
};

class Resume : public testing::TestWithParam<Case> {};

TEST_P(Resume, NeverPassesMoreThanRealTime) {
  const Case& one = GetParam();
  const JournalTime at(hours(50));
  const ClockAnchor anchor{
      at, {one.anchor_boot, MonotonicTime(hours(10)), WallTime(hours(1000))}, one.is_last};
  const ClockReading now{one.boot, MonotonicTime(hours(one.monotonic)), WallTime(hours(one.wall))};
  EXPECT_EQ(resume(anchor, now) - at, hours(one.passed));
}

INSTANTIATE_TEST_SUITE_P(
    Table, Resume,
    testing::Values(Case{"a restart of the process", "a", 12, 1002, false, 2},
                    Case{"after a stop", "a", 12, 1002, true, 2},
                    Case{"the wall clock jumped ahead", "a", 12, 5000, false, 2},
                    Case{"the wall clock jumped back", "a", 12, 3, true, 2},
                    Case{"a restart of the machine after a stop", "b", 1, 1009, true, 9},
                    Case{"a crash of the machine", "b", 1, 1009, false, 1},
                    Case{"a crash, and a clock that is wrong", "b", 1, 9999, false, 1},
                    Case{"a crash, and a clock that went back", "b", 1, 3, false, 0},
                    Case{"a stop, and a clock that went back", "b", 1, 3, true, 0},
                    Case{"a long uptime, and a clock that went back", "b", 30, 3, true, 0},
                    Case{"moved to a machine long up", "b", 720, 1001, false, 1},
                    Case{"moved at once", "b", 720, 1000, false, 0},
                    Case{"moved to a machine just up", "b", 2, 1009, false, 2},
                    Case{"moved to a machine whose clock is behind", "b", 720, 999, false, 0},
                    Case{"moved after a stop", "b", 720, 1001, true, 1},
                    Case{"moved after a stop to a clock behind", "b", 720, 999, true, 0},
                    Case{"an uptime that is below zero", "b", -3, 1001, false, 0},
                    Case{"a monotonic clock that went back", "a", 2, 1002, false, 0},
                    Case{"the same after a stop", "a", 2, 1002, true, 2},
                    Case{"boots that are unknown", "", 12, 1002, false, 0},
                    Case{"boots that are unknown, after a stop", "", 12, 1002, true, 2},
                    Case{"only the last boot is unknown", "b", 12, 1002, false, 0, ""},
                    Case{"both boots are unknown", "", 12, 1002, false, 0, ""}),
    [](const auto& info) {
      std::string name = info.param.name;
      for (char& c : name) {
        if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
      }
      return name;
    });

}  // namespace
}  // namespace weir::limit
