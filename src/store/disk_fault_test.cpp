// A disk that fails at each of its calls in turn: acknowledged changes are there, refused ones are
// there as a whole or not at all, and the store works again once the disk does.
#include <algorithm>
#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/temporary_directory_for_test.hpp"
#include "store/failing_disk_for_test.hpp"
#include "store/memory_store.hpp"
#include "store/sqlite_store.hpp"

namespace weir::store {
namespace {

const WallTime kNow{std::chrono::days(20'000)};
const Day kDay{std::chrono::days(20'000)};
const UsageFilter kAllDays{.from = kDay, .to = kDay};
constexpr int kMostCalls = 2'000;  // more than any run makes, so that the loop ends

KeySecret secret(int number, int generation = 0) {
  KeySecret made;
  made.digest[0] = static_cast<std::byte>(number);
  made.digest[1] = static_cast<std::byte>(generation);
  made.created_at = kNow;
  return made;
}

KeyRecord key(int number) {
  KeyRecord made;
  made.id = fmt::format("key_{:012}", number);
  made.name = fmt::format("name {}", number);
  made.created_at = kNow;
  made.grant.models = {"a/*", "b/*"};
  made.grant.networks = {"10.0.0.0/8"};
  made.secrets = {secret(number)};
  return made;
}

UsageBatch batch(std::int64_t number) {
  UsageBatch made{.writer = "w", .number = number, .made_at = kNow, .rows = {}};
  for (int i = 0; i < 5; ++i) {
    made.rows.push_back({kDay, fmt::format("key_{}", i), "m", {.requests = number}});
  }
  return made;
}

/// A large key, so that a transaction spills over several pages.
KeyRecord large_key(int number) {
  KeyRecord made = key(number);
  for (int i = 0; i < 200; ++i) made.grant.models.push_back(fmt::format("{:0100}/{}", number, i));
  return made;
}

/// Independent changes: each can be present without the others.
using Change = std::function<Result<>(Store&)>;
const std::vector<Change>& changes() {
  static const std::vector<Change> all{
      [](Store& store) { return store.create(key(3)); },
      [](Store& store) { return store.rotate(key(0).id, secret(0, 1), kNow); },
      [](Store& store) { return store.set_disabled(key(1).id, true); },
      [](Store& store) { return store.add_usage(batch(1)); },
      [](Store& store) { return store.create(large_key(4)); },
      [](Store& store) { return store.revoke(key(2).id, kNow); },
  };
  return all;
}

void begin(Store& store) {
  for (int number = 0; number < 3; ++number) ASSERT_TRUE(store.create(key(number)));
}

struct Contents {
  std::vector<KeyRecord> keys;
  std::vector<UsageRow> usage;
  bool operator==(const Contents&) const = default;
};

Contents contents(Store& store) {
  auto keys = store.list();
  EXPECT_TRUE(keys) << keys.error().text();
  auto usage = store.usage(kAllDays);
  EXPECT_TRUE(usage) << usage.error().text();
  if (!keys || !usage) return {};
  // Changes refused at first come later, and so in another order.
  std::ranges::sort(*keys, {}, &KeyRecord::id);
  return {std::move(*keys), std::move(*usage)};
}

/// The contents of a store after the changes in the set `which`.
Contents after(unsigned which) {
  MemoryStore store;
  begin(store);
  for (std::size_t i = 0; i < changes().size(); ++i) {
    if ((which >> i & 1U) != 0) EXPECT_TRUE(changes()[i](store));
  }
  return contents(store);
}

/// The contents for each set of changes, computed once, since tests compare them often.
const std::vector<Contents>& all_contents() {
  static const std::vector<Contents> all = [] {
    std::vector<Contents> made;
    for (unsigned which = 0; which < 1U << changes().size(); ++which) made.push_back(after(which));
    return made;
  }();
  return all;
}

class DiskFault : public testing::TestWithParam<std::tuple<Fault, Often>> {
 protected:
  void SetUp() override {
    const auto store = SqliteStore::open({.path = template_});
    ASSERT_TRUE(store) << store.error().text();
    begin(**store);
  }

  /// Restores the file as SetUp left it, closed and complete.
  void fresh_copy() {
    for (const auto& file : {path_, SqliteStore::usage_path(path_)}) {
      for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(file + suffix);
    }
    std::filesystem::copy_file(template_, path_);
  }

  Result<std::unique_ptr<SqliteStore>> open() {
    return SqliteStore::open({.path = path_, .busy_timeout = std::chrono::milliseconds(0)});
  }

  /// The sets of changes that the store may hold: all that succeeded, and any of those that failed.
  struct Outcome {
    unsigned succeeded = 0;
    unsigned failed = 0;
  };

  Outcome change_all(Store& store) {
    Outcome outcome;
    for (std::size_t i = 0; i < changes().size(); ++i) {
      const auto done = changes()[i](store);
      (done ? outcome.succeeded : outcome.failed) |= 1U << i;
      if (!done) EXPECT_FALSE(done.error().detail.empty()) << "it does not say why";
      // A concurrent reader gets all keys, or an error.
      if (const auto keys = store.list(); keys) EXPECT_GE(keys->size(), 3);
    }
    return outcome;
  }

  /// Expects whole changes only: the contents equal those of one possible set.
  void expect_whole(Store& store, Outcome outcome) {
    const Contents kept = contents(store);
    bool found = false;
    for (unsigned which = 0; which < all_contents().size() && !found; ++which) {
      const bool possible = (which & outcome.succeeded) == outcome.succeeded &&
                            (which & ~(outcome.succeeded | outcome.failed)) == 0;
      found = possible && all_contents()[which] == kept;
    }
    EXPECT_TRUE(found) << "an acknowledged change is lost, or a change is half there";
  }

  /// Repeats refused changes, as a caller would, until they succeed.
  void expect_second_attempts_complete(Store& store) {
    for (const Change& change : changes()) {
      const auto again = change(store);
      const bool there = again || again.error().code == Errc::already_exists;
      EXPECT_TRUE(there) << again.error().text();
    }
    EXPECT_EQ(contents(store), all_contents().back());
  }

  /// One run; false if the disk had too few calls to fail.
  bool run(FailingDisk& disk, Fault fault, int index, Often often) {
    fresh_copy();
    disk.arm(fault, index, often);
    Outcome outcome;
    auto store = open();
    if (store) {
      outcome = change_all(**store);
      if (often == Often::always) EXPECT_TRUE(outcome.failed == 0 || disk.struck());
    } else {
      EXPECT_FALSE(store.error().detail.empty()) << "it does not say why";
    }
    const bool struck = disk.struck();
    disk.disarm();

    if (store) expect_whole(**store, outcome);
    const auto reopened = open();
    EXPECT_TRUE(reopened) << reopened.error().text();
    if (!reopened) return struck;
    EXPECT_TRUE((*reopened)->check_integrity());
    expect_whole(**reopened, outcome);
    // The object that met the failure works as well as a new one.
    expect_second_attempts_complete(store ? **store : **reopened);
    return struck;
  }

  TemporaryDirectory directory_;
  std::string template_ = directory_.path() + "/template.db";
  std::string path_ = directory_.path() + "/weir.db";
};

TEST_P(DiskFault, AtAnyCallIsReportedAndLeavesWholeChanges) {
  const auto [fault, often] = GetParam();
  FailingDisk disk;
  int index = 1;
  while (index < kMostCalls && !HasFailure()) {
    SCOPED_TRACE(fmt::format("call {}", index));
    if (!run(disk, fault, index, often)) break;
    ++index;
  }
  ASSERT_LT(index, kMostCalls);
  RecordProperty("calls", index - 1);
}

TEST_P(DiskFault, WhileTheFileIsMadeLeavesAWholeOneOrNone) {
  const auto [fault, often] = GetParam();
  FailingDisk disk;
  int index = 1;
  for (bool struck = true; struck && index < kMostCalls && !HasFailure(); ++index) {
    SCOPED_TRACE(fmt::format("call {}", index));
    const std::string place = fmt::format("{}/new-{}", directory_.path(), index);
    std::filesystem::create_directory(place);
    path_ = place + "/weir.db";
    disk.arm(fault, index, often);
    {
      const auto store = open();
      if (!store) EXPECT_FALSE(store.error().detail.empty()) << "it does not say why";
    }
    struck = disk.struck();
    disk.disarm();

    const auto again = open();
    ASSERT_TRUE(again) << again.error().text();
    EXPECT_TRUE((*again)->check_integrity());
    EXPECT_TRUE((*again)->create(key(0)));
    for (const auto& file : std::filesystem::directory_iterator(place)) {
      EXPECT_EQ(file.path().filename().string().find(".new-"), std::string::npos)
          << file.path() << " is left behind";
    }
  }
  ASSERT_LT(index, kMostCalls);
}

// Each sync is a wait of milliseconds before the first answer.
TEST(NewStore, IsSyncedOnce) {
  const TemporaryDirectory directory;
  const SqliteOptions options{.path = directory.path() + "/weir.db"};
  FailingDisk disk;
  disk.arm(Fault::sync_error, 2, Often::once);
  EXPECT_TRUE(SqliteStore::open(options));
  EXPECT_FALSE(disk.struck());
}

TEST(NewStore, IsSynced) {
  const TemporaryDirectory directory;
  const SqliteOptions options{.path = directory.path() + "/weir.db"};
  FailingDisk disk;
  disk.arm(Fault::sync_error, 1, Often::once);
  EXPECT_FALSE(SqliteStore::open(options));
}

std::string case_name(const testing::TestParamInfo<std::tuple<Fault, Often>>& info) {
  constexpr std::string_view kOften[] = {"once", "twice", "always"};
  const auto [fault, often] = info.param;
  return fmt::format("{}_{}", kFaultNames[fault], kOften[static_cast<std::size_t>(often)]);
}

INSTANTIATE_TEST_SUITE_P(Each, DiskFault,
                         testing::Combine(testing::ValuesIn(kEnumerators<Fault>),
                                          testing::Values(Often::once, Often::twice,
                                                          Often::always)),
                         case_name);

}  // namespace
}  // namespace weir::store
