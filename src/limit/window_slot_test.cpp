#include "limit/window_slot.hpp"

#include <atomic>
#include <cstdint>
#include <cstring>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "limit/journaled_window.hpp"
#include "limit/table_memory_for_test.hpp"

namespace weir::limit {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr nanoseconds kMinute = minutes(1);
constexpr nanoseconds kDay = hours(24);
constexpr WindowName kA = 1600;
constexpr WindowName kB = 3200;  // may use any slot of the table, as may kA
constexpr std::size_t kSlots = 16;

/// A table in which all slots but one count for a year.
class Tenures : public testing::Test {
 protected:
  Tenures() {
    for (WindowName name = 1; name < kSlots; ++name) {
      const auto other = table().find_or_make(kA + name, at(seconds(0)), 365 * kDay);
      EXPECT_TRUE(other.charge(1, at(seconds(0)), WindowSlot::width_of(365 * kDay)));
    }
  }
  [[nodiscard]] const WindowTable& table() const { return memory_.table(); }
  [[nodiscard]] MonotonicTime mono(nanoseconds after) const {
    return memory_.now().monotonic + after;
  }
  [[nodiscard]] JournalTime at(nanoseconds after) const { return table().time_at(mono(after)); }
  [[nodiscard]] JournaledWindow window(WindowName name, nanoseconds span = kMinute) const {
    return {1000, span, KeptAs{&table(), name}};
  }
  /// The count that a new process finds.
  [[nodiscard]] std::int64_t left_in_file(WindowName name, nanoseconds span,
                                          nanoseconds after) const {
    return window(name, span).look(0, mono(after)).remaining;
  }
  static void use(JournaledWindow& window, std::int64_t cost, MonotonicTime now) {
    EXPECT_TRUE(window.look(cost, now).admitted);
    window.charge(cost, now);
  }
  [[nodiscard]] static std::uint64_t* tenure_of(const KeptSlot& slot) {
    return reinterpret_cast<std::uint64_t*>(&slot.slot()) + 3;
  }
  /// A's call began long ago; its slot is B's since, which has a count in each of its buckets.
  void let_b_take(JournaledWindow& a, JournaledWindow& b, nanoseconds span_of_b) {
    use(a, 10, mono(seconds(0)));
    for (std::size_t i = 0; i < 130; ++i) {
      use(b, 3, mono(seconds(70) + span_of_b / 130 * static_cast<std::int64_t>(i)));
    }
  }

  TableMemory memory_{WindowTable::kMinBytes};
};

class TakenSlots : public Tenures, public testing::WithParamInterface<nanoseconds> {};

TEST_P(TakenSlots, AreNotChargedBySettlingMore) {
  auto a = window(kA);
  auto b = window(kB, GetParam());
  let_b_take(a, b, GetParam());
  const auto end = seconds(71) + GetParam();
  const auto left = left_in_file(kB, GetParam(), end);
  const auto left_of_b = b.look(0, mono(end)).remaining;
  ASSERT_LT(left, 1000);
  a.charge(20, mono(end));
  EXPECT_EQ(left_in_file(kB, GetParam(), end), left);
  EXPECT_EQ(b.look(0, mono(end)).remaining, left_of_b);
  EXPECT_EQ(a.look(0, mono(end)).remaining, 980) << "B's counts are not A's";
}

TEST_P(TakenSlots, AreNotRefundedBySettlingLess) {
  auto a = window(kA, 2 * kDay);
  use(a, 10, mono(seconds(0)));
  // The page was lost, or the tenure ended by another's clock: A still counts, and B is there.
  std::memset(static_cast<void*>(&table().find(kA).slot()), 0, sizeof(WindowSlot));
  auto b = window(kB, GetParam());
  use(b, 10, mono(seconds(0)));
  a.give_back(10, mono(seconds(0)), mono(seconds(1)));
  EXPECT_EQ(left_in_file(kB, GetParam(), seconds(1)), 990);
  EXPECT_EQ(a.look(0, mono(seconds(1))).remaining, 1000);
}

TEST_P(TakenSlots, GiveTheirNextWindowWhatWasChargedWithoutASlot) {
  auto a = window(kA);
  auto b = window(kB, GetParam());
  let_b_take(a, b, GetParam());
  const auto end = seconds(71) + GetParam();
  a.charge(20, mono(end));
  EXPECT_EQ(left_in_file(kA, kMinute, end), 1000) << "no place";
  const auto after = end + seconds(30);
  const auto later = at(after + 2 * GetParam());
  ASSERT_EQ(table().find(kB).slot().take(kA + 99, later, kMinute), WindowSlot::Taken::yes);
  a.charge(30, mono(after));
  EXPECT_EQ(left_in_file(kA, kMinute, after), 950);
}

INSTANTIATE_TEST_SUITE_P(, TakenSlots, testing::Values(kMinute, kDay));

TEST_F(Tenures, TheSameNameAgainIsAnotherTenure) {
  const auto first = table().find_or_make(kA, at(seconds(0)), kMinute);
  ASSERT_TRUE(table().find_or_make(kB, at(seconds(0)), kMinute)) << "A has charged nothing";
  const auto again = table().find_or_make(kA, at(seconds(0)), kMinute);
  ASSERT_TRUE(again);
  EXPECT_TRUE(again.charge(4, at(seconds(0)), WindowSlot::width_of(kMinute)));
  EXPECT_FALSE(first.is_held());
  EXPECT_FALSE(first.charge(9, at(seconds(0)), WindowSlot::width_of(kMinute)));
  EXPECT_FALSE(first.give_back(4, at(seconds(0)), WindowSlot::width_of(kMinute)));
  EXPECT_TRUE(first.counts(at(seconds(0)), kMinute).empty());
  EXPECT_EQ(again.counts(at(seconds(0)), kMinute)[0].cost, 4);
}

TEST_F(Tenures, AChargeAfterALookIsCountedThoughItsEmptySlotWasTaken) {
  auto a = window(kA);
  ASSERT_TRUE(a.look(10, mono(seconds(0))).admitted);
  ASSERT_TRUE(table().find_or_make(kB, at(seconds(0)), kMinute));
  a.charge(10, mono(seconds(0)));
  EXPECT_FALSE(a.was_overtaken());
  EXPECT_EQ(left_in_file(kA, kMinute, seconds(0)), 990);
}

TEST_F(Tenures, NumbersThatWrapAreDifferentStill) {
  const auto made = table().find_or_make(kA, at(seconds(0)), kMinute);
  *tenure_of(made) = ~std::uint64_t{3};
  const auto last = table().find(kA);
  ASSERT_TRUE(last);
  EXPECT_TRUE(last.charge(1, at(seconds(0)), WindowSlot::width_of(kMinute)));
  const auto next = table().find_or_make(kB, at(seconds(70)), kMinute);
  ASSERT_TRUE(next);
  EXPECT_TRUE(next.charge(5, at(seconds(70)), WindowSlot::width_of(kMinute)));
  EXPECT_FALSE(last.charge(1, at(seconds(70)), WindowSlot::width_of(kMinute)));
  EXPECT_TRUE(next.counts(at(seconds(70)), kMinute)[0].cost == 5 && next.is_held());
}

TEST_F(Tenures, AClaimOfAKilledProcessHoldsNobodyUp) {
  const auto a = table().find_or_make(kA, at(seconds(0)), kMinute);
  *tenure_of(a) |= 1;
  EXPECT_TRUE(table().find(kA) == a);
  EXPECT_TRUE(a.charge(2, at(seconds(0)), WindowSlot::width_of(kMinute)));
  EXPECT_EQ(*tenure_of(a) & 3, 0U) << "a claimant that lives on finds that it was refused";
  *tenure_of(a) |= 1;
  EXPECT_FALSE(table().find_or_make(kB, at(seconds(1)), kMinute)) << "it counts";
  EXPECT_TRUE(table().find_or_make(kB, at(seconds(70)), kMinute));
}

TEST_F(Tenures, ASlotThatIsBeingClearedIsNobodys) {
  const auto a = table().find_or_make(kA, at(seconds(0)), kMinute);
  *tenure_of(a) |= 2;
  EXPECT_FALSE(a.is_held());
  EXPECT_FALSE(a.charge(1, at(seconds(0)), WindowSlot::width_of(kMinute)));
  EXPECT_FALSE(table().find(kA));
  EXPECT_FALSE(table().find_or_make(kB, at(seconds(70)), kMinute));
}

// One charges the only slot that is idle while another takes it: one of them has it, with all that
// was charged and nothing else.
TEST_F(Tenures, AChargeAndATakeoverAtOnceNeverMix) {
  constexpr int kRounds = 4'000;
  const auto a = table().find_or_make(kA, at(seconds(0)), kMinute);
  const auto width = WindowSlot::width_of(kMinute);
  std::atomic<int> ready = 0;
  std::atomic<bool> charged = false;
  KeptSlot of_a = a;
  const auto meet = [&](int all) {
    ++ready;
    while (ready.load() < all) std::this_thread::yield();
  };
  std::thread process([&] {
    for (int i = 0; i < kRounds; ++i) {
      meet(4 * i + 2);
      charged = of_a.charge(2, at(minutes(2 * i)), width).has_value();
      meet(4 * i + 4);
    }
  });
  int taken = 0;
  for (int i = 0; i < kRounds; ++i) {
    const auto now = at(minutes(2 * i));
    meet(4 * i + 2);
    const auto b = table().find_or_make(kB, now, kMinute);
    if (b) EXPECT_TRUE(b.charge(7, now, width));
    ++ready;
    while (ready.load() < 4 * i + 4) std::this_thread::yield();
    EXPECT_NE(charged.load(), static_cast<bool>(b)) << i;
    const auto counts = (b ? b : of_a).counts(now, kMinute);
    ASSERT_EQ(counts.size(), 1U) << i;
    EXPECT_EQ(counts[0].cost, b ? 7 : 2) << i;
    if (b) ++taken;
    of_a = table().find_or_make(kA, at(minutes(2 * i + 2)), kMinute);
    ASSERT_TRUE(of_a);
  }
  process.join();
  RecordProperty("taken", taken);
}

}  // namespace
}  // namespace weir::limit
