#include "usage/journal.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace weir::usage {
namespace {

using store::Day;
using store::UsageCounts;

constexpr Day kDay{std::chrono::days(20'000)};
constexpr UsageCounts kCall{1, 0, 2, 4, 0, 0};

class Journals : public testing::Test {
 protected:
  explicit Journals(std::size_t slots = 64, std::size_t sections = 1)
      : words_((kJournalHeaderBytes + slots * sections * sizeof(JournalSlot)) / 8),
        memory_(bytes(), "writer", sections),
        section_(memory_.section(0)) {}

  [[nodiscard]] std::span<std::byte> bytes() { return std::as_writable_bytes(std::span(words_)); }
  void add(std::string_view model, std::uint64_t batch, const UsageCounts& counts = kCall) {
    section_.add(nullptr, kDay, "key_a", model, counts, batch);
  }
  [[nodiscard]] JournalContents read() {
    auto contents = read_journal(bytes(), WallTime{});
    EXPECT_TRUE(contents);
    return contents ? *contents : JournalContents{};
  }
  /// {batch: {"key/model": requests}}
  [[nodiscard]] std::map<std::int64_t, std::map<std::string, std::int64_t>> requests() {
    std::map<std::int64_t, std::map<std::string, std::int64_t>> found;
    for (const auto& batch : read().batches) {
      for (const auto& row : batch.rows) {
        found[batch.number][row.key_id + "/" + row.model] += row.counts.requests;
      }
    }
    return found;
  }
  [[nodiscard]] std::int64_t sum_of_first() {
    std::int64_t sum = 0;
    const auto all = requests();
    for (const auto& [name, count] : all.at(1)) sum += count;
    return sum;
  }
  using Requests = std::map<std::int64_t, std::map<std::string, std::int64_t>>;

  std::vector<std::uint64_t> words_;
  JournalMemory memory_;
  JournalSection section_;
};

class SmallJournals : public Journals {
 protected:
  SmallJournals() : Journals(16) {}
};

class TwoSections : public Journals {
 protected:
  TwoSections() : Journals(16, 2), other_(memory_.section(1)) {}
  JournalSection other_;
};

TEST_F(Journals, WhatWasAddedIsThere) {
  add("m", 1);
  add("m", 1, {1, 1, 10, 20, 3, 1, 5, 7, 9, 11});
  add("other", 1);
  const auto contents = read();
  ASSERT_EQ(contents.batches.size(), 1U);
  const auto& batch = contents.batches[0];
  EXPECT_EQ(batch.writer, "writer");
  EXPECT_EQ(batch.number, 1);
  ASSERT_EQ(batch.rows.size(), 2U);
  EXPECT_EQ(batch.rows[0],
            (store::UsageRow{kDay, "key_a", "m", {2, 1, 12, 24, 3, 1, 5, 7, 9, 11}}));
  EXPECT_EQ(batch.rows[1], (store::UsageRow{kDay, "key_a", "other", kCall}));
  EXPECT_EQ(contents.damaged, 0U);
}

TEST_F(Journals, WhatIsInTheStoreIsNotThereAgain) {
  add("m", 1);
  add("m", 2);
  add("m", 2);
  EXPECT_EQ(requests(), (Requests{{1, {{"key_a/m", 1}}}, {2, {{"key_a/m", 2}}}}));
  memory_.set_stored(1);
  EXPECT_EQ(requests(), (Requests{{2, {{"key_a/m", 2}}}}));
  section_.set_stored(1);
  add("m", 3);
  EXPECT_EQ(requests(), (Requests{{2, {{"key_a/m", 2}}}, {3, {{"key_a/m", 1}}}}));
  memory_.set_stored(3);
  EXPECT_EQ(requests(), Requests{});
}

TEST_F(Journals, ANoteFindsItsRow) {
  JournalSection::Note note;
  section_.add(&note, kDay, "key_a", "m", kCall, 1);
  ASSERT_NE(note.row, nullptr);
  section_.add(&note, kDay, "key_a", "m", kCall, 1);
  section_.add(nullptr, kDay, "key_a", "m", kCall, 1);
  EXPECT_EQ(requests(), (Requests{{1, {{"key_a/m", 3}}}}));
}

TEST_F(SmallJournals, ANoteOfAForgottenRowIsNotUsed) {
  JournalSection::Note note;
  section_.add(&note, kDay, "key_a", "m", kCall, 1);
  for (int i = 0; i < 30; ++i) add(fmt::to_string(i), 1);
  memory_.set_stored(1);
  section_.set_stored(1);
  for (int i = 100; i < 110; ++i) add(fmt::to_string(i), 2);
  section_.add(&note, kDay, "key_a", "m", kCall, 2);
  const auto found = requests();
  EXPECT_EQ(found.at(2).size(), 11U);
  EXPECT_EQ(found.at(2).at("key_a/m"), 1);
}

TEST_F(SmallJournals, AFullOneKeepsEveryCountWithoutItsModel) {
  for (int i = 0; i < 100; ++i) add(fmt::to_string(i), 1);
  std::int64_t sum = sum_of_first();
  EXPECT_EQ(sum, 100);
  EXPECT_GT(requests().at(1).at("key_a/"), 80);
  for (int i = 0; i < 100; ++i) {
    section_.add(nullptr, kDay, fmt::format("key_{}", i), "m", kCall, 1);
  }
  sum = sum_of_first();
  EXPECT_EQ(sum, 200);
  EXPECT_EQ(section_.take_left_out(), 0);
}

TEST_F(SmallJournals, CountsWithoutAnyPlaceAreReported) {
  for (int i = 0; i < 100; ++i) {
    section_.add(nullptr, kDay + std::chrono::days(i), "key_a", "m", kCall, 1);
  }
  std::int64_t sum = sum_of_first();
  EXPECT_EQ(sum + section_.take_left_out(), 100);
}

TEST_F(Journals, ANameThatIsTooLongIsCountedWithoutItsModel) {
  add(std::string(500, 'x'), 1);
  EXPECT_EQ(requests(), (Requests{{1, {{"key_a/", 1}}}}));
  section_.add(nullptr, kDay, std::string(500, 'k'), "m", kCall, 1);
  EXPECT_EQ(requests(), (Requests{{1, {{"/", 1}, {"key_a/", 1}}}}));
}

TEST_F(TwoSections, TheSectionsOfAFileAreOneBatch) {
  add("m", 1);
  other_.add(nullptr, kDay, "key_a", "m", kCall, 1);
  EXPECT_EQ(requests(), (Requests{{1, {{"key_a/m", 2}}}}));
}

// As a process that is killed in the middle of a change leaves it.
TEST_F(Journals, ATornChangeIsDroppedAndNothingElse) {
  add("m", 1);
  add("m", 1);
  add("n", 1);
  auto& slot = memory_.section(0)[0];
  int newest = 0;
  for (int i = 0; i < 4; ++i) {
    if (slot.copies[static_cast<std::size_t>(i)].version == 2) newest = i;
  }
  slot.copies[static_cast<std::size_t>(newest)].counts[2] += 5;
  EXPECT_EQ(requests(), (Requests{{1, {{"key_a/m", 1}, {"key_a/n", 1}}}}));
  slot.names[2] ^= 1;
  EXPECT_EQ(requests(), (Requests{{1, {{"key_a/n", 1}}}}));
  EXPECT_EQ(read().damaged, 1U);
}

TEST_F(Journals, AnyPrefixOfAChangeIsTheStateBeforeOrAfter) {
  add("m", 1);
  const auto before = words_;
  add("m", 1, {1, 0, 2, 4, 0, 0, 1, 2, 3, 4});
  const auto after = words_;
  std::vector<std::size_t> changed;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (before[i] != after[i]) changed.push_back(i);
  }
  std::mt19937 random(std::random_device{}());
  for (int round = 0; round < 200; ++round) {
    words_ = before;
    std::shuffle(changed.begin(), changed.end(), random);
    for (const auto index : changed) {
      const auto found = requests().at(1).at("key_a/m");
      ASSERT_EQ(found, 1);
      words_[index] = after[index];
    }
    ASSERT_EQ(requests().at(1).at("key_a/m"), 2);
  }
}

TEST_F(Journals, AFileThatWasCutIsReadAsFarAsItGoes) {
  add("m", 1);
  add("n", 1);
  const auto cut =
      read_journal(bytes().first(kJournalHeaderBytes + sizeof(JournalSlot) + 100), WallTime{});
  ASSERT_TRUE(cut);
  ASSERT_EQ(cut->batches.size(), 1U);
  EXPECT_EQ(cut->batches[0].rows.size(), 1U);
}

TEST_F(Journals, OnlyAJournalIsRead) {
  const auto fault_with = [&](std::size_t offset, std::string_view text) {
    std::vector<std::byte> copy(bytes().begin(), bytes().end());
    std::memcpy(copy.data() + offset, text.data(), text.size());
    const auto read = read_journal(copy, WallTime{});
    return read ? std::nullopt : std::optional(read.error());
  };
  EXPECT_EQ(fault_with(0, "weir"), std::nullopt);
  EXPECT_EQ(fault_with(0, "SQLite format 3"), JournalFault::foreign);
  EXPECT_EQ(fault_with(11, "2"), JournalFault::version);
  EXPECT_EQ(fault_with(16, "x"), JournalFault::foreign);
  EXPECT_EQ(read_journal({}, WallTime{}).error(), JournalFault::empty);
  EXPECT_EQ(read_journal(std::vector<std::byte>(8192), WallTime{}).error(), JournalFault::empty);
  EXPECT_EQ(read_journal(std::vector<std::byte>(10, std::byte{1}), WallTime{}).error(),
            JournalFault::foreign);
}

// The file is one of a version without the counts that most calls do not have.
TEST(FormerJournal, IsReadAsFarAsItGoes) {
  std::ifstream file("journal_of_6_counts_for_test.bin", std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(file), {});

  const auto read = read_journal(std::as_bytes(std::span(bytes)), WallTime{});

  ASSERT_TRUE(read);
  EXPECT_EQ(read->damaged, 0U);
  ASSERT_EQ(read->batches.size(), 2U);
  EXPECT_EQ(read->batches[0].rows,
            (std::vector{store::UsageRow{kDay, "key_a", "m", {2, 1, 20, 40, 6, 2}}}));
  EXPECT_EQ(read->batches[1].rows,
            (std::vector{store::UsageRow{kDay, "key_a", "n", {1, 0, 2, 4, 0, 0}}}));
}

TEST_F(Journals, AFileOfALaterVersionIsLeftAlone) {
  add("m", 1);
  std::uint64_t counts = store::kUsageMembers.size() + 1;
  std::memcpy(bytes().data() + 16 + kMaxWriterBytes + 1 + 8, &counts, sizeof counts);
  EXPECT_EQ(read_journal(bytes(), WallTime{}).error(), JournalFault::version);
}

TEST_F(Journals, ARandomHistoryIsExact) {
  const auto seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  Requests expected;
  std::uint64_t batch = 1;
  std::array<JournalSection::Note, 10> notes;
  for (int i = 0; i < 3000; ++i) {
    const auto model = std::uniform_int_distribution<std::size_t>(0, 9)(random);
    section_.add(random() % 2 == 0 ? &notes[model] : nullptr, kDay, "k", fmt::to_string(model),
                 kCall, batch);
    ++expected[static_cast<std::int64_t>(batch)][fmt::format("k/{}", model)];
    if (random() % 20 != 0) continue;
    // The batch before may wait for the store through several flushes.
    if (expected.size() < 2) {
      ++batch;
      expected[static_cast<std::int64_t>(batch)];
    } else {
      memory_.set_stored(batch - 1);
      section_.set_stored(batch - 1);
      expected.erase(expected.begin());
    }
    if (expected.rbegin()->second.empty()) continue;
    ASSERT_EQ(requests(), expected) << i;
  }
}

}  // namespace
}  // namespace weir::usage
