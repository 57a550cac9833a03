#include "auth/issue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "auth/key_text.hpp"
#include "store/memory_store.hpp"

namespace weir::auth {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using testing::HasSubstr;

const WallTime kNow{seconds(1'800'000'000)};

/// A store that fails after `calls` calls.
class ChangingStore final : public store::Store {
 public:
  ChangingStore(store::MemoryStore& kept, int calls) : kept_(kept), calls_(calls) {}

  Result<> create(const store::KeyRecord& key) override { return counted().create(key); }
  Result<std::vector<store::KeyRecord>> list() override { return counted().list(); }
  Result<store::KeyRecord> find(std::string_view id) override { return counted().find(id); }
  Result<> set_disabled(std::string_view id, bool disabled) override {
    return counted().set_disabled(id, disabled);
  }
  Result<> change_limits(std::string_view id, const store::LimitChange& change) override {
    return counted().change_limits(id, change);
  }
  Result<> revoke(std::string_view id, WallTime now) override { return counted().revoke(id, now); }
  Result<> rotate(std::string_view id, const store::KeySecret& next, WallTime until) override {
    return counted().rotate(id, next, until);
  }
  Result<store::KeyMark> read_changes(const std::optional<store::KeyMark>& since,
                                      store::KeyReader& reader) override {
    return counted().read_changes(since, reader);
  }
  Result<std::uint64_t> version() override { return counted().version(); }
  Result<> add_usage(const store::UsageBatch& batch) override { return counted().add_usage(batch); }
  Result<std::vector<store::UsageRow>> usage(const store::UsageFilter& filter) override {
    return counted().usage(filter);
  }
  Result<std::vector<store::Day>> usage_days(std::size_t most) override {
    return counted().usage_days(most);
  }
  Result<std::int64_t> delete_usage(store::Day before, std::int64_t max_rows) override {
    return counted().delete_usage(before, max_rows);
  }

 private:
  store::MemoryStore& counted() {
    if (calls_-- == 0) kept_.break_for_test("disk full");
    return kept_;
  }

  store::MemoryStore& kept_;
  int calls_;
};

class Issue : public testing::Test {
 protected:
  Result<IssuedKey> issue(const KeyDraft& draft) {
    return issue_key(store_, digester_, system_random, draft, kNow);
  }

  store::MemoryStore store_;
  Digester digester_{Secret("a pepper of some length, for tests")};
};

TEST_F(Issue, KeepsTheDigestAndGivesOutTheText) {
  const auto issued = issue({.name = "ci",
                             .grant = {.expires_at = kNow + hours(1),
                                       .limits = {.requests_per_minute = 60, .max_in_flight = 4},
                                       .model_limits = {{"Qwen/*", {.tokens_per_minute = 1000}}},
                                       .models = {"Qwen/*"},
                                       .sub_types = {"chat"},
                                       .networks = {"10.0.0.0/8"}}});

  ASSERT_TRUE(issued) << issued.error().text();
  EXPECT_EQ(parse_key(issued->text.reveal()), KeyFault::none);
  const auto kept = store_.find("ci");
  ASSERT_TRUE(kept);
  EXPECT_EQ(*kept, issued->record);
  ASSERT_EQ(kept->secrets.size(), 1);
  EXPECT_EQ(kept->secrets[0].digest, digester_.digest(issued->text.reveal()));
  EXPECT_TRUE(issued->text.reveal().starts_with(kept->secrets[0].prefix));
  EXPECT_TRUE(issued->text.reveal().ends_with(kept->secrets[0].last4));
  EXPECT_EQ(kept->grant.expires_at, kNow + hours(1));
  EXPECT_EQ(kept->grant.limits, (limit::Limits{.requests_per_minute = 60, .max_in_flight = 4}));
  ASSERT_EQ(kept->grant.model_limits.size(), 1);
  EXPECT_EQ(kept->grant.model_limits[0].models, "Qwen/*");
  EXPECT_EQ(kept->grant.model_limits[0].limits, limit::Limits{.tokens_per_minute = 1000});
}

TEST_F(Issue, RefusesWhatCouldNeverWork) {
  struct Row {
    KeyDraft draft;
    const char* said;
  };
  for (const Row& row : std::initializer_list<Row>{
           {{.name = ""}, "1 to 100 bytes"},
           {{.name = "a", .grant = {.expires_at = kNow, .models = {"*"}}}, "in the past"},
           {{.name = "a", .grant = {.limits = {.requests_per_minute = -1}, .models = {"*"}}},
            "or 0 for unlimited"},
           {{.name = "a", .grant = {.model_limits = {{"", {}}}, .models = {"*"}}}, "is empty"},
           {{.name = "a", .grant = {.models = {}}}, "may call no models"},
           {{.name = "a", .grant = {.models = {"m", ""}}}, "empty or contains a control character"},
           {{.name = "a", .grant = {.models = {"*"}, .networks = {"10.0.0.1/8"}}}, "bits set"},
       }) {
    const auto issued = issue(row.draft);
    ASSERT_FALSE(issued) << row.said;
    EXPECT_EQ(issued.error().code, Errc::invalid_parameter);
    EXPECT_THAT(issued.error().detail, HasSubstr(row.said));
  }
  EXPECT_TRUE(store_.list()->empty());
}

TEST_F(Issue, RefusesATakenName) {
  ASSERT_TRUE(issue({.name = "ci"}));
  EXPECT_EQ(issue({.name = "ci"}).error().code, Errc::already_exists);
}

TEST_F(Issue, GivesOutNothingThatIsNotKept) {
  store_.break_for_test("disk full");
  EXPECT_EQ(issue({.name = "ci"}).error().detail, "disk full");
}

TEST_F(Issue, RotationKeepsTheKeyAndChangesItsText) {
  const auto first =
      issue({.name = "ci", .grant = {.limits = {.requests_per_minute = 60}, .models = {"*"}}});
  ASSERT_TRUE(first);

  const auto second = rotate_key(store_, digester_, system_random, "ci", hours(2), kNow + hours(1));

  ASSERT_TRUE(second) << second.error().text();
  EXPECT_NE(second->text.reveal(), first->text.reveal());
  EXPECT_EQ(second->record.id, first->record.id);
  EXPECT_EQ(second->record.grant.limits, limit::Limits{.requests_per_minute = 60});
  ASSERT_EQ(second->record.secrets.size(), 2);
  EXPECT_EQ(second->record.secrets[0].digest, digester_.digest(second->text.reveal()));
  EXPECT_EQ(second->record.secrets[1].valid_until, kNow + hours(3));
}

TEST_F(Issue, ARotationThatIsNotKeptGivesOutNothing) {
  ASSERT_TRUE(issue({.name = "ci"}));
  ChangingStore breaks(store_, 1);
  EXPECT_EQ(rotate_key(breaks, digester_, system_random, "ci", hours(1), kNow).error().detail,
            "disk full");
  store_.break_for_test({});
  EXPECT_EQ(store_.find("ci")->secrets.size(), 1);
}

TEST_F(Issue, ARotationThatIsKeptGivesOutItsTextWhateverComesThen) {
  ASSERT_TRUE(issue({.name = "ci"}));
  ChangingStore breaks(store_, 2);
  const auto rotated = rotate_key(breaks, digester_, system_random, "ci", hours(1), kNow);
  ASSERT_TRUE(rotated) << "the record it had before is shown";
  store_.break_for_test({});
  EXPECT_EQ(store_.find("ci")->secrets[0].digest, digester_.digest(rotated->text.reveal()));
}

TEST_F(Issue, RefusesARotationThatMakesNoSense) {
  const auto rotate = [&](const char* name, std::chrono::milliseconds overlap) {
    return rotate_key(store_, digester_, system_random, name, overlap, kNow).error().code;
  };
  ASSERT_TRUE(issue({.name = "ci"}));
  EXPECT_EQ(rotate("ci", std::chrono::milliseconds(-1)), Errc::invalid_parameter);
  EXPECT_EQ(rotate("ci", kMaxOverlap + hours(1)), Errc::invalid_parameter);
  EXPECT_EQ(rotate("none", hours(1)), Errc::not_found);
}

}  // namespace
}  // namespace weir::auth
