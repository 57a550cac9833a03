#include "discovery/inquiry.hpp"

#include <map>

#include <gtest/gtest.h>

#include "discovery/kinds/scripted_upstream.hpp"

namespace weir::discovery {
namespace {

using kinds::kAskedAt;

Inquiry inquiry_of(std::string_view slug) { return {*find_kind(slug), kAskedAt}; }

TEST(Inquiry, AnswersMayComeInAnyOrder) {
  auto inquiry = inquiry_of("sglang");
  const auto asks = inquiry.next();
  ASSERT_EQ(asks.size(), 2U);
  inquiry.answer(1, Answer{200, R"({"is_generation":false})"});
  inquiry.answer(0, Answer{200, R"({"data":[{"id":"m"}]})"});
  EXPECT_TRUE(inquiry.next().empty());
  EXPECT_EQ(kinds::show(inquiry.listing()->models.front()), "m {embedding}");
}

TEST(Inquiry, AsksNothingMoreAfterARequiredFailure) {
  auto inquiry = inquiry_of("ollama");
  ASSERT_EQ(inquiry.next().size(), 1U);
  inquiry.answer(0, fail(Errc::upstream_unreachable, "refused"));
  EXPECT_TRUE(inquiry.next().empty());
  EXPECT_EQ(inquiry.listing().error().text(), "upstream_unreachable: refused");
}

TEST(Inquiry, WhatIsNotAnsweredCountsAsCancelled) {
  auto inquiry = inquiry_of("openai");
  EXPECT_EQ(inquiry.listing().error().code, Errc::cancelled);
  ASSERT_EQ(inquiry.next().size(), 1U);
  EXPECT_EQ(inquiry.listing().error().code, Errc::cancelled);
  EXPECT_TRUE(inquiry.next().empty());
}

TEST(Inquiry, IgnoresAnAnswerToNothing) {
  auto inquiry = inquiry_of("openai");
  inquiry.answer(0, Answer{200, "[]"});
  EXPECT_EQ(inquiry.next().size(), 1U);
  inquiry.answer(7, Answer{200, "[]"});
  EXPECT_EQ(inquiry.listing().error().code, Errc::cancelled);
}

TEST(Inquiry, StopsAskingForPagesWhenItsAnswersAreTooLarge) {
  auto inquiry = inquiry_of("anthropic");
  const std::string padding(kMaxRoundBytes / 4, ' ');
  std::size_t rounds = 0;
  for (auto asks = inquiry.next(); !asks.empty(); asks = inquiry.next()) {
    inquiry.answer(0, Answer{200, padding + fmt::format(R"({{"data":[{{"id":"m{}"}}],
        "has_more":true,"last_id":"m{}"}})",
                                                        rounds, rounds)});
    ++rounds;
  }
  EXPECT_EQ(rounds, 4U);
  const auto listing = inquiry.listing();
  EXPECT_EQ(listing->models.size(), 3U);
  EXPECT_TRUE(listing->truncated);
}

TEST(Inquiry, ARequiredAnswerThatIsTooLargeFailsTheRound) {
  auto inquiry = inquiry_of("openai");
  ASSERT_EQ(inquiry.next().size(), 1U);
  inquiry.answer(0, Answer{200, std::string(kMaxRoundBytes + 1, ' ')});
  EXPECT_TRUE(inquiry.next().empty());
  EXPECT_EQ(inquiry.listing().error().code, Errc::upstream_answer_too_large);
}

/// The answer at each target; others are 404.
using Targets = std::map<std::string, Answer>;

struct Round {
  std::vector<std::string> asked;
  Result<Listing> listing;
};

Round round_at(std::string_view url, const Targets& targets, std::string_view slug = "openai",
               ApiRoot first = ApiRoot::versioned) {
  Round round{{}, fail(Errc::internal)};
  Inquiry inquiry(*find_kind(slug), kAskedAt, *parse_base_url(url), first);
  for (auto asks = inquiry.next(); !asks.empty(); asks = inquiry.next()) {
    for (std::size_t i = 0; i < asks.size(); ++i) {
      round.asked.push_back(asks[i].target);
      const auto found = targets.find(asks[i].target);
      inquiry.answer(i, found == targets.end() ? Answer{404, "not found"} : found->second);
    }
  }
  round.listing = inquiry.listing();
  return round;
}

const Answer kList{200, R"({"data":[{"id":"m"}]})"};

TEST(Inquiry, AServerWithoutTheVersionIsAskedAtItsUrlAsGiven) {
  struct Case {
    const char* url;
    Targets targets;
    std::vector<std::string> asked;
    ApiRoot root;
  };
  const Case cases[] = {
      {"http://host", {{"/v1/models", kList}}, {"/v1/models"}, ApiRoot::versioned},
      {"http://host", {{"/models", kList}}, {"/v1/models", "/models"}, ApiRoot::as_given},
      {"http://host/inference",
       {{"/inference/models", kList}},
       {"/inference/v1/models", "/inference/models"},
       ApiRoot::as_given},
      {"http://host/inference",
       {{"/catalog/models", kList}},
       {"/inference/v1/models", "/inference/models", "/catalog/models"},
       ApiRoot::catalog},
  };
  for (const auto& test : cases) {
    const auto round = round_at(test.url, test.targets);
    EXPECT_EQ(round.asked, test.asked) << test.url;
    ASSERT_TRUE(round.listing.has_value()) << round.listing.error().text();
    EXPECT_EQ(round.listing->api_root, test.root) << test.url;
  }
}

TEST(Inquiry, EveryWayToSayNotHereLeadsToTheNextRoot) {
  for (const int status : {300, 301, 302, 308, 400, 404, 405, 410, 421, 422, 501}) {
    EXPECT_TRUE(
        round_at("http://host", {{"/v1/models", {status, "{}"}}, {"/models", kList}}).listing)
        << status;
  }
  for (const auto* body : {"<!doctype html>", "", "no", R"({"error":"Unexpected endpoint"})"}) {
    EXPECT_TRUE(round_at("http://host", {{"/v1/models", {200, body}}, {"/models", kList}}).listing)
        << body;
  }
}

TEST(Inquiry, AServerThatIsThereIsNotLookedForElsewhere) {
  for (const int status : {401, 403, 407, 408, 425, 429, 500, 502, 503, 504}) {
    const auto round =
        round_at("http://host", {{"/v1/models", {status, "{}"}}, {"/models", kList}});
    EXPECT_EQ(round.asked.size(), 1U) << status;
    EXPECT_FALSE(round.listing) << status;
  }
  EXPECT_TRUE(round_at("http://host", {{"/v1/models", {200, R"({"data":[]})"}}}).listing);
}

TEST(Inquiry, TheRootThatGaveTheLastListIsTriedFirst) {
  const auto again = round_at("http://host", {{"/models", kList}}, "openai", ApiRoot::as_given);
  EXPECT_EQ(again.asked, (std::vector<std::string>{"/models"}));
  EXPECT_EQ(again.listing->api_root, ApiRoot::as_given);
  const auto moved = round_at("http://host", {{"/v1/models", kList}}, "openai", ApiRoot::as_given);
  EXPECT_EQ(moved.asked, (std::vector<std::string>{"/models", "/v1/models"}));
  EXPECT_EQ(moved.listing->api_root, ApiRoot::versioned);
  // The root was found under another URL; this one has no such root.
  EXPECT_EQ(round_at("http://host/v1", {{"/v1/models", kList}}, "openai", ApiRoot::as_given).asked,
            (std::vector<std::string>{"/v1/models"}));
}

TEST(Inquiry, QuestionsToTheServerAreAskedOnceMoreAtAnotherRoot) {
  const Targets targets{{"/models", kList},
                        {"/get_model_info", {200, R"({"is_generation":false})"}}};
  const auto round = round_at("http://host", targets, "sglang");
  EXPECT_EQ(kinds::show(round.listing->models.front()), "m {embedding}");
  EXPECT_EQ(round.listing->api_root, ApiRoot::as_given);
}

TEST(Inquiry, AnErrorNamesEachPathThatWasRequested) {
  struct Case {
    const char* url;
    Targets targets;
    const char* error;
  };
  const Case cases[] = {
      {"http://host",
       {},
       "upstream_refused: /v1/models answered 404 and /models answered 404: check url and kind"},
      {"http://host/engine/v1",
       {},
       "upstream_refused: /engine/v1/models answered 404: check url and kind"},
      {"http://host/inference",
       {},
       "upstream_refused: /inference/v1/models answered 404 and /inference/models answered 404 and "
       "/catalog/models answered 404: check url and kind"},
      {"http://host",
       {{"/v1/models", {405, ""}}, {"/models", {401, ""}}},
       "upstream_rejected_key: /v1/models answered 405 and /models answered 401"},
      {"http://host",
       {{"/v1/models", {200, "<html>"}}, {"/models", {200, "<html>"}}},
       "upstream_answer_invalid: /v1/models answered HTML, not JSON and /models answered HTML, not "
       "JSON: check url"},
      {"http://host/v1",
       {{"/v1/models", {302, "", "https://other/login?key=secret"}}},
       "upstream_refused: /v1/models answered 302, a redirect to https://other/login: redirects "
       "are followed only to the same path with or without a trailing slash; set url to the "
       "target"},
      {"http://host/v1",
       {{"/v1/models", {404, "", "", "", "/v1/models/"}}},
       "upstream_refused: /v1/models/ answered 404: check url and kind"},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(round_at(test.url, test.targets).listing.error().text(), test.error) << test.url;
  }
  EXPECT_TRUE(round_at("http://host/v1", {}, "anthropic")
                  .listing.error()
                  .text()
                  .starts_with("upstream_refused: /v1/models answered 404"));
}

TEST(Inquiry, AConnectionThatIsLostAtTheSecondRootIsAnErrorOfItsPath) {
  Inquiry inquiry(*find_kind("openai"), kAskedAt, *parse_base_url("http://host"),
                  ApiRoot::versioned);
  ASSERT_EQ(inquiry.next().size(), 1U);
  inquiry.answer(0, Answer{404, ""});
  ASSERT_EQ(inquiry.next().size(), 1U);
  inquiry.answer(0, fail(Errc::connection_lost, "end of stream"));
  EXPECT_TRUE(inquiry.next().empty());
  EXPECT_EQ(inquiry.listing().error().text(),
            "connection_lost: /v1/models answered 404 and /models: end of stream");
}

TEST(Inquiry, APageThatIsMissingIsNotASignOfAnotherRoot) {
  Inquiry inquiry(*find_kind("anthropic"), kAskedAt, *parse_base_url("http://host"),
                  ApiRoot::versioned);
  ASSERT_EQ(inquiry.next().size(), 1U);
  inquiry.answer(0, Answer{200, R"({"data":[{"id":"a"}],"has_more":true,"last_id":"a"})"});
  ASSERT_EQ(inquiry.next().size(), 1U);
  inquiry.answer(0, Answer{404, ""});
  EXPECT_TRUE(inquiry.next().empty());
}

TEST(Inquiry, TellsWordsNoTableKnowsAndWhetherThereIsMore) {
  auto inquiry = inquiry_of("openai");
  ASSERT_EQ(inquiry.next().size(), 1U);
  inquiry.answer(
      0, Answer{200, R"({"data":[{"id":"a","type":"hologram"}],"next":"/v1/other?page=2"})"});
  EXPECT_TRUE(inquiry.next().empty());
  const auto listing = inquiry.listing();
  EXPECT_EQ(listing->unknown_words, std::vector<std::string>{"hologram"});
  EXPECT_TRUE(listing->truncated);
}

TEST(Inquiry, CanBeMovedBetweenSteps) {
  auto first = inquiry_of("openai");
  ASSERT_EQ(first.next().size(), 1U);
  Inquiry second = std::move(first);
  second.answer(0, Answer{200, R"([{"id":"m"}])"});
  EXPECT_EQ(second.listing()->models.size(), 1U);
}

/// Sends a round to a scripted server, and returns the inquiry at its end.
Inquiry round_after(RoundRecordPtr last, std::string_view slug, const Targets& targets,
                    WallTime asked_at = kAskedAt) {
  Inquiry inquiry(*find_kind(slug), asked_at, *parse_base_url("http://host"), ApiRoot::versioned,
                  std::move(last));
  for (auto asks = inquiry.next(); !asks.empty(); asks = inquiry.next()) {
    for (std::size_t i = 0; i < asks.size(); ++i) {
      const auto found = targets.find(asks[i].target);
      if (found == targets.end()) {
        inquiry.answer(i, fail(Errc::connection_lost));
      } else {
        inquiry.answer(i, found->second);
      }
    }
  }
  return inquiry;
}

TEST(Inquiry, ARoundOfTheSameAnswersRepeatsTheLast) {
  const Targets one{{"/v1/models", kList}};
  const Targets pages{
      {"/v1/models?limit=1000", {200, R"({"data":[{"id":"a"}],"has_more":true,"last_id":"a"})"}},
      {"/v1/models?limit=1000&after_id=a", {200, R"({"data":[{"id":"b"}],"has_more":false})"}}};
  auto other_page = pages;
  other_page["/v1/models?limit=1000&after_id=a"].body = R"({"data":[{"id":"c"}],"has_more":false})";
  auto fewer_pages = pages;
  fewer_pages["/v1/models?limit=1000"].body = R"({"data":[{"id":"a"}],"has_more":false})";
  auto lost_page = pages;
  lost_page.erase("/v1/models?limit=1000&after_id=a");
  const struct {
    const char* name;
    const char* kind;
    Targets before;
    Targets now;
    std::chrono::minutes later;
    bool is_repeated;
    std::size_t models;
  } cases[] = {
      {"same", "openai", one, one, std::chrono::minutes(1), true, 1},
      {"two rows",
       "openai",
       one,
       {{"/v1/models", {200, R"({"data":[{"id":"m"},{"id":"n"}]})"}}},
       std::chrono::minutes(1),
       false,
       2},
      {"an hour later", "openai", one, one, std::chrono::minutes(60), false, 1},
      {"same pages", "anthropic", pages, pages, std::chrono::minutes(1), true, 2},
      {"another second page", "anthropic", pages, other_page, std::chrono::minutes(1), false, 2},
      {"one page less", "anthropic", pages, fewer_pages, std::chrono::minutes(1), false, 1},
      {"one page more", "anthropic", fewer_pages, pages, std::chrono::minutes(1), false, 2},
      {"a lost page", "anthropic", pages, lost_page, std::chrono::minutes(1), false, 1},
  };
  for (const auto& test : cases) {
    auto before = round_after(nullptr, test.kind, test.before);
    EXPECT_FALSE(before.repeats_last()) << test.name;
    ASSERT_TRUE(before.listing()) << test.name;
    ASSERT_TRUE(before.record()) << test.name;

    auto now = round_after(before.record(), test.kind, test.now, kAskedAt + test.later);
    EXPECT_EQ(now.repeats_last(), test.is_repeated) << test.name;
    const auto listing = now.listing();
    ASSERT_TRUE(listing) << test.name;
    EXPECT_EQ(listing->models.size(), test.models) << test.name;
  }
}

TEST(Inquiry, ARoundWithoutEveryAnswerIsNoMeasureForTheNext) {
  EXPECT_EQ(round_after(nullptr, "openai", {}).record(), nullptr);
  EXPECT_EQ(Inquiry(*find_kind("openai"), kAskedAt).record(), nullptr);
}

}  // namespace
}  // namespace weir::discovery
