#include "app/command_line/usage_command.hpp"

#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/temporary_directory_for_test.hpp"
#include "store/sqlite_store.hpp"

namespace weir::app {
namespace {

using std::chrono::days;
using std::chrono::hours;
using store::Day;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

const Day kToday = std::chrono::year(2026) / 11 / 23;
const WallTime kNow = kToday + hours(13);

class UsageCommand : public testing::Test {
 protected:
  UsageCommand() {
    settings_.store = "sqlite:" + directory_.path() + "/weir.db";
    settings_.keys.emplace_back().name = "ci";
    auto opened = store::SqliteStore::open({.path = directory_.path() + "/weir.db"});
    EXPECT_TRUE(opened) << opened.error().text();
    store_ = std::move(*opened);
    create_key("key_000000000001", "ops");
  }

  void create_key(const std::string& id, const std::string& name) {
    store::KeyRecord key;
    key.id = id;
    key.name = name;
    key.secrets.emplace_back();
    const auto created = store_->create(key);
    ASSERT_TRUE(created) << created.error().text();
  }

  void add(Day day, std::string key_id, std::string model, store::UsageCounts counts) {
    store::UsageBatch batch{.writer = "w", .number = ++number_, .made_at = kNow, .rows = {}};
    batch.rows.push_back({day, std::move(key_id), std::move(model), counts});
    ASSERT_TRUE(store_->add_usage(batch));
  }

  void add_a_little_of_everything() {
    add(kToday - days(1), "key_000000000001", "Qwen/Qwen3-8B", {2, 0, 100, 200, 0, 0, 60, 50});
    add(kToday, "key_000000000001", "Qwen/Qwen3-8B", {3, 1, 300, 400, 0, 1});
    add(kToday, "config:ci", "demo/image", {10, 0, 0, 0, 20, 0});
  }

  [[nodiscard]] std::string show(const UsageQuery& query, bool json = false) {
    const auto shown = show_usage(settings_, query, kNow, json);
    return shown ? *shown : shown.error().text();
  }

  [[nodiscard]] std::string prune(const std::string& before) {
    const auto pruned = prune_usage(settings_, before, kNow);
    return pruned ? *pruned : pruned.error().text();
  }

  TemporaryDirectory directory_;
  Settings settings_;
  std::unique_ptr<store::SqliteStore> store_;  ///< open throughout, like a running server's
  std::int64_t number_ = 0;
};

TEST_F(UsageCommand, PrintsARowPerDayKeyAndModelAndATotal) {
  add_a_little_of_everything();

  EXPECT_EQ(show({}),
            "DAY         KEY  KEY ID            MODEL          REQUESTS  FAILED"
            "  PROMPT TOKENS  CACHED  COMPLETION TOKENS  REASONING  IMAGES  AUDIO SECONDS  "
            "CHARACTERS  ESTIMATED\n"
            "2026-11-22  ops  key_000000000001  Qwen/Qwen3-8B         2  "
            "     0            100      60                200         50       0              0    "
            "       0          0\n"
            "2026-11-23  ci   config:ci         demo/image           10  "
            "     0              0       0                  0          0      20              0    "
            "       0          0\n"
            "2026-11-23  ops  key_000000000001  Qwen/Qwen3-8B         3  "
            "     1            300       0                400          0       0              0    "
            "       0          1\n"
            "total                                                   15  "
            "     1            400      60                600         50      20              0    "
            "       0          1\n");
}

TEST_F(UsageCommand, AddsUpWhatIsNotAskedFor) {
  add_a_little_of_everything();

  EXPECT_EQ(show({.by = {"key"}}),
            "KEY    KEY ID            REQUESTS  FAILED  PROMPT TOKENS  CACHED"
            "  COMPLETION TOKENS  REASONING  IMAGES  AUDIO SECONDS  CHARACTERS  ESTIMATED\n"
            "ci     config:ci               10       0              0    "
            "   0                  0          0      20              0           0          0\n"
            "ops    key_000000000001         5       1            400    "
            "  60                600         50       0              0           0          1\n"
            "total                          15       1            400    "
            "  60                600         50      20              0           0          1\n");
}

TEST_F(UsageCommand, PrintsJson) {
  add(kToday, "config:ci", "m", {1, 0, 2, 3, 4, 1, 1, 2, 9, 70});
  add(kToday, "", "", {1, 1, 0, 0, 0, 0});

  EXPECT_EQ(show({.from = "2026-11-23"}, true),
            R"({"from":"2026-11-23","to":"2026-11-23","rows":[)"
            R"({"day":"2026-11-23","key":null,"key_id":null,"model":null,"requests":1,"failed":1,)"
            R"("prompt_tokens":0,"cached_tokens":0,"completion_tokens":0,"reasoning_tokens":0,)"
            R"("images":0,"audio_seconds":0,"characters":0,"estimated":0},)"
            R"({"day":"2026-11-23","key":"ci","key_id":"config:ci","model":"m","requests":1,)"
            R"("failed":0,"prompt_tokens":2,"cached_tokens":1,"completion_tokens":3,)"
            R"("reasoning_tokens":2,"images":4,"audio_seconds":9,"characters":70,"estimated":1}],)"
            R"("total":{"requests":2,"failed":1,"prompt_tokens":2,"cached_tokens":1,)"
            R"("completion_tokens":3,"reasoning_tokens":2,"images":4,"audio_seconds":9,)"
            R"("characters":70,"estimated":1}})"
            "\n");
}

TEST_F(UsageCommand, GivesOneKeyByNameOrId) {
  add_a_little_of_everything();
  const auto only_ops = AllOf(HasSubstr("key_000000000001"), Not(HasSubstr("config:ci")));
  const auto only_ci = AllOf(HasSubstr("config:ci"), Not(HasSubstr("key_000000000001")));

  EXPECT_THAT(show({.key = "ops"}), only_ops);
  EXPECT_THAT(show({.key = "key_000000000001"}), only_ops);
  EXPECT_THAT(show({.key = "ci"}), only_ci);
  settings_.keys.clear();
  EXPECT_THAT(show({.key = "config:ci"}), only_ci) << "though it has left the config";
  EXPECT_THAT(show({.key = "nobody"}), HasSubstr("there is no key nobody"));
}

TEST_F(UsageCommand, GivesTheModelsThatMatch) {
  add_a_little_of_everything();
  EXPECT_THAT(show({.model = "Qwen/*"}), AllOf(HasSubstr("Qwen3"), Not(HasSubstr("demo"))));
  EXPECT_THAT(show({.model = "*"}), AllOf(HasSubstr("Qwen3"), HasSubstr("demo")));
}

TEST_F(UsageCommand, GivesThirtyDaysUnlessToldOtherwise) {
  add(kToday - days(29), "key_000000000001", "first", {.requests = 1});
  add(kToday - days(30), "key_000000000001", "too-early", {.requests = 1});

  EXPECT_THAT(show({}), AllOf(HasSubstr("first"), Not(HasSubstr("too-early"))));
  EXPECT_THAT(show({.from = "2026-01-01"}), HasSubstr("too-early"));
  EXPECT_THAT(show({.to = "2026-11-20"}), AllOf(HasSubstr("first"), HasSubstr("too-early")));
  EXPECT_THAT(show({.from = "2026-10-24", .to = "2026-10-24"}), Not(HasSubstr("first")));
}

TEST_F(UsageCommand, SaysPlainlyThatThereIsNothing) {
  EXPECT_EQ(show({}), "No calls from 2026-10-25 to 2026-11-23.\n");
  EXPECT_EQ(show({.from = "2026-11-23", .key = "ops", .model = "Qwen/*"}),
            "No calls with the key \"ops\" to \"Qwen/*\" from 2026-11-23 to 2026-11-23.\n");
  EXPECT_THAT(show({}, true), HasSubstr(R"("rows":[],"total":{"requests":0,)"));
}

TEST_F(UsageCommand, PruneDeletesTheDaysBeforeADate) {
  for (int day = 0; day < 60; ++day) {
    add(kToday - days(day), "key_000000000001", "m", {.requests = 1});
  }
  EXPECT_EQ(prune("2026-11-01"), "Deleted the usage of the days before 2026-11-01.\n");
  EXPECT_THAT(show({.from = "2026-01-01", .by = {"day"}}),
              AllOf(HasSubstr("2026-11-01"), Not(HasSubstr("2026-10-31"))));
  EXPECT_EQ(prune("2026-11-01"), "Deleted the usage of the days before 2026-11-01.\n");
}

TEST_F(UsageCommand, PruneRefusesAllButADateUpToToday) {
  add_a_little_of_everything();
  EXPECT_THAT(prune("2026-11-24"), HasSubstr("a date not after today (2026-11-23)"));
  for (const char* bad : {"", "yesterday", "2026-11-31", "30"}) {
    EXPECT_THAT(prune(bad), HasSubstr("--before"));
  }
  EXPECT_THAT(show({}), HasSubstr("Qwen3"));
  EXPECT_EQ(prune("2026-11-23"), "Deleted the usage of the days before 2026-11-23.\n");
  EXPECT_THAT(show({.by = {"day"}}), Not(HasSubstr("2026-11-22")));
}

TEST_F(UsageCommand, ShowsTheSumsOfMonthsAndDaysByKeyOrModel) {
  for (int ago = 0; ago < 90; ++ago) add(kToday - days(ago), "config:ci", "m", {.requests = 1});
  const store::RollUp until{.days_before = kToday,
                            .months_before = std::chrono::year(2026) / 10 / 1};
  while (*store_->roll_up(until, 100) > 0) {
  }
  EXPECT_THAT(show({.from = "2026-08-01", .by = {"day", "key", "model"}}),
              AllOf(HasSubstr("2026-09     ci "), HasSubstr("2026-10-01  ci "),
                    Not(HasSubstr("2026-09-"))));
  EXPECT_THAT(
      show({.from = "2026-08-01", .by = {"day", "key", "model"}}, true),
      HasSubstr(R"("day":"2026-09","key":"ci","key_id":"config:ci","model":"m","requests":30,)"));
  EXPECT_THAT(show({.from = "2026-09-10", .to = "2026-09-11", .by = {"day", "key"}}),
              AllOf(HasSubstr("2026-09-10"), HasSubstr("2026-09-11")));
  EXPECT_THAT(show({.from = "2026-09-10", .by = {"key"}}), HasSubstr("75"));
  EXPECT_THAT(show({.from = "2026-09-10", .key = "ci", .by = {"model"}}),
              AllOf(HasSubstr("2026-09"), HasSubstr("usage.detail_days")));
}

TEST_F(UsageCommand, LeavesOutColumnsOfATableThatNobodyCouldRead) {
  store::UsageBatch batch{.writer = "w", .number = ++number_, .made_at = kNow, .rows = {}};
  for (int i = 0; i < 10'001; ++i)
    batch.rows.push_back({kToday, "key", std::to_string(i % 20), {1}});
  for (int i = 0; i < 10'001; ++i)
    batch.rows[static_cast<std::size_t>(i)].key_id += std::to_string(i);
  ASSERT_TRUE(store_->add_usage(batch));
  const auto shown = show({.may_leave_out = true});
  EXPECT_THAT(shown, AllOf(HasSubstr("2026-11-23  7 "), HasSubstr("10001"), Not(HasSubstr("KEY"))));
  EXPECT_THAT(shown, HasSubstr("summed by day and model. --by day,key,model shows them all."));
  EXPECT_THAT(show({}), HasSubstr("key9999"));
}

TEST_F(UsageCommand, NamesTheOptionThatIsWrong) {
  for (const char* bad : {"yesterday", "2026-11-31", "2026-11-23T00:00:00Z", "2026-1-1"}) {
    EXPECT_THAT(show({.from = bad}), AllOf(HasSubstr("--from"), HasSubstr(bad)));
    EXPECT_THAT(show({.to = bad}), AllOf(HasSubstr("--to"), HasSubstr("2026-12-31")));
  }
  EXPECT_THAT(show({.from = "2026-11-24"}), HasSubstr("a date not after --to (2026-11-23"));
  EXPECT_THAT(show({.by = {"day", "hour"}}), HasSubstr("--by \"hour\" is not allowed"));
}

TEST_F(UsageCommand, SaysWhereTheStoreWouldBe) {
  settings_.store = "sqlite:" + directory_.path() + "/none.db";
  EXPECT_THAT(show({}), AllOf(HasSubstr("there is no store at"), HasSubstr("none.db")));
}

}  // namespace
}  // namespace weir::app
