#include "limit/window_table.hpp"

#include <algorithm>
#include <cstring>
#include <memory>
#include <numeric>
#include <random>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "limit/table_memory_for_test.hpp"

namespace weir::limit {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr nanoseconds kMinute = minutes(1);
constexpr nanoseconds kDay = hours(24);
constexpr WindowName kName = 0x1234'5678'9abc'def0;

std::int64_t sum(const std::vector<KeptCount>& counts) {
  return std::accumulate(counts.begin(), counts.end(), std::int64_t{0},
                         [](std::int64_t all, const KeptCount& one) { return all + one.cost; });
}

/// The memory of its buckets.
std::uint64_t* first_word(const KeptSlot& slot) {
  return reinterpret_cast<std::uint64_t*>(reinterpret_cast<std::byte*>(&slot.slot()) + 64);
}

std::vector<std::uint64_t> words(const KeptSlot& slot) {
  return {first_word(slot), first_word(slot) + WindowSlot::kBuckets};
}

class Windows : public testing::Test {
 protected:
  [[nodiscard]] JournalTime at(nanoseconds after) const { return start_ + after; }
  [[nodiscard]] KeptSlot slot(nanoseconds span = kMinute) {
    return memory_.table().find_or_make(kName, start_, span);
  }

  TableMemory memory_;
  const JournalTime start_ = memory_.table().time_at(memory_.now().monotonic);
};

TEST_F(Windows, AChargeCountsForTheWindowAndAtMostAPartLonger) {
  auto one = slot();
  EXPECT_TRUE(one.charge(5, at(seconds(0)), WindowSlot::width_of(kMinute)));
  EXPECT_EQ(sum(one.counts(at(seconds(0)), kMinute)), 5);
  const auto counts = one.counts(at(seconds(59)), kMinute);
  ASSERT_EQ(counts.size(), 1U);
  EXPECT_EQ(counts[0].cost, 5);
  EXPECT_GE(counts[0].last, at(seconds(0))) << "never too short";
  EXPECT_LE(counts[0].last, at(kMinute / WindowSlot::kParts + nanoseconds(1)));
  EXPECT_TRUE(one.counts(at(seconds(62)), kMinute).empty());
}

TEST_F(Windows, NoCountIsAfterTheMomentItIsReadAt) {
  auto one = slot(kDay);
  EXPECT_TRUE(one.charge(5, at(seconds(1)), WindowSlot::width_of(kDay)));
  EXPECT_EQ(one.counts(at(seconds(2)), kDay)[0].last, at(seconds(2)));
}

TEST_F(Windows, ARefundIsTakenFromTheChargeItBelongsTo) {
  auto one = slot();
  EXPECT_TRUE(one.charge(5, at(seconds(0)), WindowSlot::width_of(kMinute)));
  EXPECT_TRUE(one.charge(7, at(seconds(10)), WindowSlot::width_of(kMinute)));
  one.give_back(4, at(seconds(0)), WindowSlot::width_of(kMinute));
  const auto counts = one.counts(at(seconds(11)), kMinute);
  ASSERT_EQ(counts.size(), 2U);
  EXPECT_EQ(counts[0].cost, 1);
  EXPECT_EQ(counts[1].cost, 7);
  one.give_back(9, at(seconds(0)), WindowSlot::width_of(kMinute));
  EXPECT_EQ(sum(one.counts(at(seconds(11)), kMinute)), 7) << "never below nothing";
  one.give_back(1, at(seconds(30)), WindowSlot::width_of(kMinute));
  EXPECT_EQ(sum(one.counts(at(seconds(31)), kMinute)), 7) << "nothing was charged then";
}

TEST_F(Windows, ARefundOfAWindowAgoTakesNothingFromToday) {
  auto one = slot();
  EXPECT_TRUE(one.charge(5, at(seconds(0)), WindowSlot::width_of(kMinute)));
  const auto later = kMinute / WindowSlot::kParts * WindowSlot::kBuckets + seconds(1);
  EXPECT_TRUE(one.charge(7, at(later), WindowSlot::width_of(kMinute)));
  one.give_back(5, at(seconds(0)), WindowSlot::width_of(kMinute));
  EXPECT_EQ(sum(one.counts(at(later), kMinute)), 7);
}

TEST_F(Windows, WhatIsOldNeverComesBack) {
  auto one = slot();
  for (int i = 0; i < 60; ++i)
    EXPECT_TRUE(one.charge(1, at(seconds(i)), WindowSlot::width_of(kMinute)));
  for (const auto after : {hours(1), hours(10), hours(17), hours(20), hours(30), hours(100)}) {
    EXPECT_TRUE(one.counts(at(after), kMinute).empty()) << after.count();
  }
}

TEST_F(Windows, WhatIsAheadCountsFromNow) {
  auto one = slot();
  EXPECT_TRUE(one.charge(5, at(seconds(20)), WindowSlot::width_of(kMinute)));
  const auto counts = one.counts(at(seconds(0)), kMinute);
  ASSERT_EQ(counts.size(), 1U);
  EXPECT_EQ(counts[0], (KeptCount{at(seconds(0)), 5}));
}

TEST_F(Windows, AHugeSumStaysAtItsBound) {
  auto one = slot(kDay);
  for (int i = 0; i < 20; ++i)
    EXPECT_TRUE(one.charge(1'000'000'000, at(seconds(0)), WindowSlot::width_of(kDay)));
  EXPECT_EQ(sum(one.counts(at(seconds(1)), kDay)), WindowSlot::kMaxCost);
  one.give_back(1'000'000'000, at(seconds(0)), WindowSlot::width_of(kDay));
  EXPECT_EQ(sum(one.counts(at(seconds(1)), kDay)), WindowSlot::kMaxCost);
}

TEST_F(Windows, TheRandomTruthIsNeverForgiven) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937_64 random(seed);
  auto one = slot();
  std::vector<std::pair<nanoseconds, std::int64_t>> log;
  nanoseconds now{0};
  for (int i = 0; i < 5000; ++i) {
    now += milliseconds(std::uniform_int_distribution<int>(0, i % 97 == 0 ? 90'000 : 400)(random));
    const auto cost = std::uniform_int_distribution<std::int64_t>(1, 1000)(random);
    EXPECT_TRUE(one.charge(cost, at(now), WindowSlot::width_of(kMinute)));
    log.emplace_back(now, cost);
    std::int64_t least = 0;
    std::int64_t most = 0;
    const auto longer = kMinute + kMinute / WindowSlot::kParts + nanoseconds(2);
    for (const auto& [time, charged] : log) {
      if (now - time < kMinute) least += charged;
      if (now - time < longer) most += charged;
    }
    // As a window that is restored counts them.
    std::int64_t counted = 0;
    for (const auto& count : one.counts(at(now), kMinute)) {
      if (at(now) - count.last < kMinute) counted += count.cost;
    }
    ASSERT_GE(counted, least) << i;
    ASSERT_LE(counted, most) << i;
  }
}

TEST_F(Windows, ADamagedWordCostsOnlyItself) {
  auto one = slot();
  const auto unused = words(one);
  for (int i = 0; i < 30; ++i) {
    EXPECT_TRUE(one.charge(1, at(seconds(i)), WindowSlot::width_of(kMinute)));
  }
  const auto all = words(one);
  const auto used = std::ranges::mismatch(all, unused).in1 - all.begin();
  first_word(one)[used] ^= 0x10;
  EXPECT_EQ(sum(one.counts(at(seconds(30)), kMinute)), 29);
}

TEST_F(Windows, AWordInAnotherPlaceIsDamage) {
  auto one = slot();
  const auto unused = words(one);
  EXPECT_TRUE(one.charge(1, at(seconds(0)), WindowSlot::width_of(kMinute)));
  const auto all = words(one);
  const auto used = static_cast<std::size_t>(std::ranges::mismatch(all, unused).in1 - all.begin());
  first_word(one)[(used + 1) % WindowSlot::kBuckets] = all[used];
  EXPECT_EQ(sum(one.counts(at(seconds(1)), kMinute)), 1);
}

TEST_F(Windows, AFullTableHasNoPlaceUntilAWindowIsIdle) {
  const auto& table = memory_.table();
  std::vector<KeptSlot> slots;
  for (WindowName name = 2;; ++name) {
    const auto made = table.find_or_make(name, start_, kMinute);
    if (!made) break;
    EXPECT_TRUE(made.charge(1, start_, WindowSlot::width_of(kMinute)));
    slots.push_back(made);
  }
  EXPECT_EQ(slots.size(), table.capacity());
  EXPECT_TRUE(table.find(2) == slots[0]) << "a known one is found";
  EXPECT_FALSE(table.find_or_make(999, at(seconds(59)), kMinute));
  const auto later = table.find_or_make(999, at(seconds(62)), kMinute);
  ASSERT_TRUE(later);
  EXPECT_TRUE(later.counts(at(seconds(62)), kMinute).empty());
}

TEST_F(Windows, TimeGoesOnWithTheNextProcess) {
  EXPECT_TRUE(slot().charge(5, at(seconds(0)), WindowSlot::width_of(kMinute)));
  memory_.restart(seconds(30));
  const auto& table = memory_.table();
  EXPECT_EQ(table.time_at(memory_.now().monotonic), at(seconds(30)));
  EXPECT_EQ(sum(table.find(kName).counts(at(seconds(30)), kMinute)), 5);
}

TEST_F(Windows, AnotherTableTakesWhatStillCounts) {
  EXPECT_TRUE(slot().charge(5, at(seconds(0)), WindowSlot::width_of(kMinute)));
  const auto daily = memory_.table().find_or_make(77, start_, kDay);
  EXPECT_TRUE(daily.charge(3, at(seconds(0)), WindowSlot::width_of(kDay)));
  TableMemory larger(WindowTable::kMinBytes * 4);
  const WindowTable wide(larger.bytes(), memory_.now());
  const auto now = wide.time_at(memory_.now().monotonic);
  EXPECT_EQ(wide.add_all(memory_.table(), now), 0U);
  EXPECT_EQ(sum(wide.find(kName).counts(now, kMinute)), 5);
  EXPECT_EQ(sum(wide.find(77).counts(now, kDay)), 3);
}

TEST(WindowTables, OnlyATableIsOne) {
  TableMemory memory;
  const auto bytes = memory.bytes();
  EXPECT_EQ(WindowTable::check(bytes), std::nullopt);
  EXPECT_EQ(WindowTable::check(bytes.first(100)), TableFault::foreign);
  EXPECT_EQ(WindowTable::check(bytes.first(WindowTable::kHeaderBytes)), TableFault::cut);
  EXPECT_EQ(WindowTable::check(bytes.first(bytes.size() - 64)), TableFault::cut);
  EXPECT_EQ(WindowTable::whole_size(bytes), bytes.size());
  auto changed = [&](std::size_t offset, const char* text) {
    std::vector<std::byte> copy(bytes.begin(), bytes.end());
    std::memcpy(copy.data() + offset, text, std::strlen(text));
    return WindowTable::check(copy);
  };
  EXPECT_EQ(changed(0, "SQLite format 3"), TableFault::foreign);
  EXPECT_EQ(changed(13, "2"), TableFault::version);
  EXPECT_EQ(changed(16, "x"), TableFault::foreign) << "the header's checksum";
  EXPECT_EQ(changed(24, "x"), TableFault::foreign);
  const std::vector<std::byte> zeros(bytes.size());
  EXPECT_EQ(WindowTable::check(zeros), TableFault::empty);
}

TEST(WindowTables, TheNewestWholeAnchorCounts) {
  TableMemory memory;
  auto now = memory.now();
  for (int i = 0; i < 5; ++i) {
    now.monotonic += seconds(10);
    memory.table().set_anchor(now, i == 4);
  }
  ASSERT_TRUE(memory.table().anchor());
  EXPECT_EQ(memory.table().anchor()->reading, now);
  EXPECT_TRUE(memory.table().anchor()->is_last);
  // The fifth after the first of format() is the sixth record.
  memory.bytes()[256 + 16] ^= std::byte{1};
  ASSERT_TRUE(memory.table().anchor());
  EXPECT_EQ(memory.table().anchor()->reading.monotonic, now.monotonic - seconds(10));
}

TEST(WindowTables, NamesDiffer) {
  const auto a = hash_scope("key_a", "");
  EXPECT_NE(a, hash_scope("key_b", ""));
  EXPECT_NE(a, hash_scope("key_a", "m"));
  EXPECT_NE(hash_scope("key_a", "m"), hash_scope("key_am", ""));
  EXPECT_NE(name_window(a, "requests_per_minute"), name_window(a, "requests_per_day"));
  // Files outlive builds.
  EXPECT_EQ(name_window(hash_scope("config:test", "lab/chat"), "tokens_per_day"),
            name_window(hash_scope("config:test", "lab/chat"), "tokens_per_day"));
}

}  // namespace
}  // namespace weir::limit
