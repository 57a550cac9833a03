#include "http/stages.hpp"

#include <deque>
#include <vector>

#include <gmock/gmock.h>

#include "http/handshakes.hpp"

namespace weir::http {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

TEST(ChooseVictim, TakesTheFirstStageOfAnyThreadAndPrefersItsOwn) {
  const struct {
    const char* what;
    std::vector<StageCounts> threads;
    std::size_t own;
    std::optional<Victim> victim;
  } rows[] = {
      {"all are busy", {{0, 0, 0}, {0, 0, 0}}, 0, std::nullopt},
      {"one thread", {{1, 1, 1}}, 0, Victim{0, Stage::silent}},
      {"partial before idle", {{0, 1, 9}}, 0, Victim{0, Stage::partial}},
      {"idle comes last", {{0, 0, 1}}, 0, Victim{0, Stage::idle}},
      {"its own first", {{9, 0, 0}, {1, 0, 0}}, 1, Victim{1, Stage::silent}},
      {"an earlier stage of another thread", {{0, 0, 5}, {1, 0, 0}}, 0, Victim{1, Stage::silent}},
      {"of the others the one that has most",
       {{0, 0, 0}, {1, 0, 0}, {3, 0, 0}, {2, 0, 0}},
       0,
       Victim{2, Stage::silent}},
      {"asked for already", {{-1, 0, 0}, {-2, 0, 1}}, 0, Victim{1, Stage::idle}},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(choose_victim(row.threads, row.own), row.victim) << row.what;
  }
}

struct Fake final : Staged {
  explicit Fake(Stages& of) : stages(of) {}
  Fake(const Fake&) = delete;
  Fake& operator=(const Fake&) = delete;
  ~Fake() { stages.remove(*this); }
  bool yield() override {
    yielded = !unread;
    return yielded;
  }
  Stages& stages;
  bool unread = false;
  bool yielded = false;
};

class StagesTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (auto* one : {&first_, &second_, &third_}) stages_.add(*one, Stage::silent);
  }
  Stages stages_;
  Fake first_{stages_};
  Fake second_{stages_};
  Fake third_{stages_};
};

TEST_F(StagesTest, TheOldestYieldsAndIsBusyFromThenOn) {
  EXPECT_TRUE(stages_.yield_oldest(Stage::silent));
  EXPECT_TRUE(first_.yielded);
  EXPECT_EQ(first_.stage(), Stage::busy);
  EXPECT_FALSE(second_.yielded);
  EXPECT_THAT(stages_.counts(), ElementsAre(2, 0, 0));
}

TEST_F(StagesTest, WhoseBytesWaitIsPassedOver) {
  first_.unread = true;
  EXPECT_TRUE(stages_.yield_oldest(Stage::silent));
  EXPECT_TRUE(second_.yielded);
  EXPECT_EQ(first_.stage(), Stage::silent);
}

TEST_F(StagesTest, AgeCountsFromWhenAStageBegan) {
  stages_.move(first_, Stage::busy);
  stages_.move(second_, Stage::idle);
  stages_.move(first_, Stage::idle);
  EXPECT_TRUE(stages_.yield_oldest(Stage::idle));
  EXPECT_TRUE(second_.yielded);
  EXPECT_FALSE(stages_.yield_oldest(Stage::partial));
  EXPECT_THAT(stages_.counts(), ElementsAre(1, 0, 1));
}

TEST_F(StagesTest, AYoungSilentOneIsSparedWhileThereIsAPartialOne) {
  stages_.move(third_, Stage::partial);
  EXPECT_EQ(stages_.yield_oldest(Stage::silent), Stage::partial);
  EXPECT_TRUE(third_.yielded);
  EXPECT_EQ(stages_.yield_oldest(Stage::silent), Stage::silent);
}

TEST_F(StagesTest, ASilentOneYieldsIfNoPartialOneCan) {
  stages_.move(third_, Stage::partial);
  third_.unread = true;
  EXPECT_EQ(stages_.yield_oldest(Stage::silent), Stage::silent);
  EXPECT_TRUE(first_.yielded);
}

TEST_F(StagesTest, ManyWhoseBytesWaitHideNoneBehindThem) {
  first_.unread = second_.unread = third_.unread = true;
  std::deque<Fake> unread;
  for (int i = 0; i < 100; ++i) {
    stages_.add(unread.emplace_back(stages_), Stage::silent);
    unread.back().unread = true;
  }
  Fake last(stages_);
  stages_.add(last, Stage::silent);
  int searches = 1;
  while (!stages_.yield_oldest(Stage::silent) && searches < 100) ++searches;
  EXPECT_TRUE(last.yielded);
  EXPECT_LE(searches, 8);
}

TEST_F(StagesTest, WhatAnotherThreadHasAskedForIsNotOfferedAgain) {
  stages_.ask(Stage::silent);
  EXPECT_THAT(stages_.counts(), ElementsAre(2, 0, 0));
  stages_.answer(Stage::silent);
  EXPECT_THAT(stages_.counts(), ElementsAre(3, 0, 0));
}

TEST(ChooseHandshake, OneThatWaitsForItsClient) {
  const struct {
    const char* what;
    std::vector<HandshakeView> views;
    std::optional<std::size_t> chosen;
  } rows[] = {
      {"none", {}, std::nullopt},
      {"a ClientHello that is not whole, however young", {{false, false, 0ms}}, 0},
      {"before one that was answered long ago", {{true, false, 9s}, {false, false, 0ms}}, 1},
      {"not if more of it is here", {{false, true, 9s}}, std::nullopt},
      {"a client that was just answered has its time", {{true, false, 249ms}}, std::nullopt},
      {"and no more", {{true, false, 250ms}}, 0},
      {"who waits for this server is spared", {{true, true, 9s}, {true, false, 1s}}, 1},
  };
  for (const auto& row : rows) EXPECT_EQ(choose_handshake(row.views), row.chosen) << row.what;
}

}  // namespace
}  // namespace weir::http
