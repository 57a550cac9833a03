#include "gateway/fault_notes.hpp"

#include <gtest/gtest.h>

namespace weir::gateway {
namespace {

using namespace std::chrono_literals;

constexpr MonotonicTime kNow{1h};

TEST(FaultNotes, AFaultIsNewsOnceUntilItWasOverForLong) {
  FaultNotes notes;
  const FaultNote credit{.model = {}, .cause = "credit", .status = 400, .code = "Arrearage"};
  EXPECT_TRUE(notes.note("one", credit, kNow));
  EXPECT_FALSE(notes.note("one", credit, kNow + 9min));
  EXPECT_FALSE(notes.note("one", credit, kNow + 18min)) << "seen nine minutes ago";
  EXPECT_TRUE(notes.note("one", credit, kNow + 28min));
  EXPECT_TRUE(notes.note("two", credit, kNow + 28min));
}

TEST(FaultNotes, AreThoseOfTheUpstreamThatAreNotOver) {
  FaultNotes notes;
  ASSERT_TRUE(notes.note("one", {.model = "m", .cause = "model", .status = 404, .code = {}}, kNow));
  ASSERT_TRUE(notes.note("one", {.model = {}, .cause = "key", .status = 401, .code = "c"}, kNow));
  ASSERT_TRUE(notes.note("ones", {.model = {}, .cause = "key", .status = 401, .code = {}}, kNow));
  const auto of = notes.of("one", kNow + 1min);
  ASSERT_EQ(of.size(), 2U);
  EXPECT_EQ(of[0].cause, "key");
  EXPECT_EQ(of[0].code, "c");
  EXPECT_EQ(of[1].model, "m");
  EXPECT_EQ(of[1].status, 404);
  EXPECT_TRUE(notes.of("one", kNow + 10min).empty());
  EXPECT_TRUE(notes.of("on", kNow).empty());
}

TEST(FaultNotes, AreBounded) {
  FaultNotes notes;
  for (std::size_t i = 0; i < FaultNotes::kMaxNotes; ++i) {
    ASSERT_TRUE(notes.note(std::to_string(i),
                           {.model = {}, .cause = "key", .status = 401, .code = {}}, kNow));
  }
  const FaultNote another{.model = {}, .cause = "key", .status = 401, .code = {}};
  EXPECT_FALSE(notes.note("another", another, kNow + 9min));
  EXPECT_TRUE(notes.note("another", another, kNow + 11min)) << "the others are over";
}

}  // namespace
}  // namespace weir::gateway
