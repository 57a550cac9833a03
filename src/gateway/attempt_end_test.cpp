#include "gateway/attempt_end.hpp"

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::gateway {
namespace {

using namespace std::chrono_literals;
using catalogue::Endpoint;
using upstream::Outcome;

Error error(Errc code, std::string detail = {}) { return fail(code, std::move(detail)).error(); }

TEST(ClassifyError, SaysWhoseErrorItWas) {
  const struct {
    Errc code;
    Outcome otherwise;
    Outcome outcome;
    Errc told;
  } rows[] = {
      {Errc::client_left, Outcome::broken_answer, Outcome::cancelled, Errc::client_left},
      {Errc::connection_lost, Outcome::broken_answer, Outcome::cancelled, Errc::client_left},
      {Errc::client_stalled, Outcome::broken_answer, Outcome::cancelled, Errc::client_stalled},
      {Errc::stopping, Outcome::broken_answer, Outcome::cancelled, Errc::stopping},
      {Errc::request_timeout, Outcome::reset_before_answer, Outcome::cancelled,
       Errc::request_timeout},
      {Errc::payload_too_large, Outcome::reset_before_answer, Outcome::cancelled,
       Errc::payload_too_large},
      {Errc::malformed_request, Outcome::reset_before_answer, Outcome::cancelled,
       Errc::malformed_request},
      {Errc::invalid_parameter, Outcome::reset_before_answer, Outcome::cancelled,
       Errc::invalid_parameter},
      {Errc::upstream_total_timeout, Outcome::broken_answer, Outcome::total_timeout,
       Errc::upstream_total_timeout},
      {Errc::upstream_idle_timeout, Outcome::broken_answer, Outcome::stalled,
       Errc::upstream_idle_timeout},
      {Errc::upstream_idle_timeout, Outcome::connect_failed, Outcome::connect_failed,
       Errc::upstream_idle_timeout},
      {Errc::upstream_first_byte_timeout, Outcome::broken_answer, Outcome::first_byte_timeout,
       Errc::upstream_first_byte_timeout},
      {Errc::upstream_unreachable, Outcome::connect_failed, Outcome::connect_failed,
       Errc::upstream_unreachable},
      {Errc::upstream_broke, Outcome::broken_answer, Outcome::broken_answer, Errc::upstream_broke},
  };
  for (const auto& row : rows) {
    const auto end = classify_error(error(row.code), row.otherwise, false);
    EXPECT_EQ(end.outcome, row.outcome) << describe(row.code).slug;
    EXPECT_EQ(end.error, row.told) << describe(row.code).slug;
    EXPECT_EQ(classify_error(error(row.code), row.otherwise, true).error, Errc::client_left);
  }
}

TEST(ClassifyError, OnlyTheClientsOwnErrorIsExplainedToIt) {
  const auto own =
      classify_error(error(Errc::invalid_parameter, "n is 0"), Outcome::reset_before_answer, false);
  EXPECT_EQ(own.message, "n is 0");
  const auto upstreams =
      classify_error(error(Errc::upstream_broke, "10.0.0.7 closed"), Outcome::broken_answer, false);
  EXPECT_EQ(upstreams.message, "");
}

TEST(ClassifyNoHead, ToldApartByWhatTheConnectionHadSeen) {
  const struct {
    const char* what;
    Errc code;
    NoHead connection;
    Outcome outcome;
  } rows[] = {
      {"an idle connection that had been closed",
       Errc::upstream_broke,
       {false, true, true},
       Outcome::stale_connection},
      {"a new one", Errc::upstream_broke, {false, false, true}, Outcome::reset_before_answer},
      {"closed after a while",
       Errc::upstream_broke,
       {false, true, false},
       Outcome::reset_before_answer},
      {"a part of a head", Errc::upstream_broke, {true, true, true}, Outcome::broken_answer},
      {"no HTTP", Errc::upstream_answer_invalid, {true, true, true}, Outcome::broken_answer},
      {"silence", Errc::upstream_first_byte_timeout, {}, Outcome::first_byte_timeout},
      {"no time left", Errc::upstream_total_timeout, {}, Outcome::total_timeout},
  };
  for (const auto& row : rows) {
    EXPECT_EQ(classify_no_head(error(row.code), row.connection, false).outcome, row.outcome)
        << row.what;
    EXPECT_EQ(classify_no_head(error(row.code), row.connection, true).outcome, Outcome::cancelled)
        << row.what;
  }
}

TEST(ClassifyAnswer, WhatIsNotTheClientsToSee) {
  const struct {
    int status;
    std::optional<Errc> error;
    bool says_when;
  } rows[] = {
      {200, std::nullopt, false},
      {204, std::nullopt, false},
      {307, Errc::upstream_answer_invalid, false},
      {400, std::nullopt, false},
      {401, Errc::upstream_rejected_key, false},
      {402, Errc::upstream_rejected_key, false},
      {403, Errc::upstream_rejected_key, false},
      {404, Errc::upstream_refused, false},
      {405, std::nullopt, false},
      {422, std::nullopt, false},
      {429, Errc::upstream_rate_limited, true},
      {500, Errc::upstream_refused, true},
      {501, Errc::upstream_refused, true},
      {503, Errc::upstream_refused, true},
  };
  for (const auto& row : rows) {
    const auto end = classify_answer({.status = row.status, .retry_after = 7s});
    EXPECT_EQ(end.error, row.error) << row.status;
    EXPECT_EQ(end.retry_after.has_value(), row.says_when) << row.status;
  }
}

TEST(ClassifyAnswer, ARefusalOfTheAccountThatTheClientChoseIsNotTheUpstreamsFault) {
  for (const int status : {401, 402}) {
    EXPECT_EQ(classify_answer({.status = status}).outcome, Outcome::account_refused);
    EXPECT_EQ(classify_answer({.status = status, .names_account = true}).outcome,
              Outcome::forbidden);
  }
  EXPECT_EQ(classify_answer({.status = 500, .names_account = true}).outcome, Outcome::server_error);
  EXPECT_THAT(classify_answer({.status = 401, .names_account = true}).plain,
              testing::HasSubstr("organization"));
  EXPECT_THAT(classify_answer({.status = 403}).plain, testing::HasSubstr("this request"));
}

TEST(ClassifyAnswer, TheCauseInTheBodyComesBeforeTheStatus) {
  using enum dialect::Fault;
  const struct {
    int status;
    dialect::Fault fault;
    Outcome outcome;
    bool is_shown;  ///< at once
  } rows[] = {
      {400, unknown, Outcome::answered, true},
      {400, request, Outcome::answered, true},
      {400, key, Outcome::account_refused, false},
      {400, credit, Outcome::account_refused, false},
      {400, account, Outcome::account_refused, false},
      {400, model, Outcome::not_found, false},
      {400, rate, Outcome::rate_limited, false},
      {400, overloaded, Outcome::overloaded, false},
      {401, unknown, Outcome::account_refused, false},
      {401, model, Outcome::account_refused, false},
      {403, unknown, Outcome::forbidden, false},
      {403, credit, Outcome::account_refused, false},
      {403, model, Outcome::not_found, false},
      {404, unknown, Outcome::not_found, false},
      {404, request, Outcome::answered, true},
      {404, credit, Outcome::account_refused, false},
      {410, unknown, Outcome::not_found, false},
      {412, credit, Outcome::account_refused, false},
      {422, unknown, Outcome::answered, true},
      {429, unknown, Outcome::rate_limited, false},
      {429, rate, Outcome::rate_limited, false},
      {429, overloaded, Outcome::rate_limited, false},
      {429, credit, Outcome::account_refused, false},
      {500, unknown, Outcome::server_error, false},
      {500, key, Outcome::account_refused, false},
      {500, model, Outcome::not_found, false},
      {500, request, Outcome::server_error, false},
      {529, overloaded, Outcome::overloaded, false},
  };
  for (const auto& row : rows) {
    const auto end = classify_answer({.status = row.status, .fault = row.fault});
    const auto what = dialect::kFaultNames[row.fault];
    EXPECT_EQ(end.outcome, row.outcome) << row.status << ' ' << what;
    EXPECT_EQ(!end.error, row.is_shown) << row.status << ' ' << what;
  }
}

TEST(ClassifyAnswer, AnAbsentPathIsThatOfAnEndpointThatNotAllHave) {
  for (const int status : {404, 405, 410, 501}) {
    EXPECT_TRUE(lacks_endpoint(status, classify_answer({.status = status}).outcome)) << status;
  }
  EXPECT_TRUE(lacks_endpoint(200, Outcome::no_answer));
  EXPECT_TRUE(lacks_endpoint(200, Outcome::server_error));
  EXPECT_FALSE(lacks_endpoint(200, Outcome::answered));
  EXPECT_FALSE(lacks_endpoint(200, Outcome::account_refused));
  EXPECT_FALSE(lacks_endpoint(400, Outcome::answered));
  const AnswerHead model{.status = 404, .fault = dialect::Fault::model, .names_model = true};
  EXPECT_FALSE(lacks_endpoint(404, classify_answer(model).outcome));
  EXPECT_FALSE(lacks_endpoint(404, Outcome::account_refused));
}

TEST(ClassifyAnswer, AModelIsRefusedOnlyIfTheErrorNamesIt) {
  for (const int status : {400, 403, 404, 500}) {
    AnswerHead answer{.status = status, .fault = dialect::Fault::model};
    EXPECT_EQ(classify_answer(answer).outcome, Outcome::not_found) << status;
    answer.names_model = true;
    EXPECT_EQ(classify_answer(answer).outcome, Outcome::model_refused) << status;
  }
}

TEST(ClassifyAnswer, OnlyThatAModelIsAbsentMayBeShownInTheUpstreamsWords) {
  using enum dialect::Fault;
  EXPECT_TRUE(classify_answer({.status = 404}).is_showable);
  EXPECT_TRUE(classify_answer({.status = 400, .fault = model}).is_showable);
  EXPECT_FALSE(classify_answer({.status = 500, .fault = model}).is_showable);
  EXPECT_FALSE(classify_answer({.status = 404, .fault = credit}).is_showable);
  EXPECT_FALSE(classify_answer({.status = 401}).is_showable);
}

TEST(ClassifyAnswer, AnEarlierRequestThatIsNotFoundIsTheClientsMistake) {
  EXPECT_EQ(classify_answer({.status = 404, .names_request = true}).error, std::nullopt);
  const AnswerHead worded{.status = 404, .fault = dialect::Fault::model, .names_request = true};
  EXPECT_EQ(classify_answer(worded).error, std::nullopt);
}

TEST(DeniesRoute, OnlyOneThatWasAssumedAndAtItsFirstPath) {
  const catalogue::SubTypes chat{catalogue::SubType::chat};
  const catalogue::Endpoints documented{Endpoint::chat_completions};
  const struct {
    const char* what;
    int status;
    bool listed;
    catalogue::Status route;
    catalogue::Endpoints documented;
    Endpoint endpoint;
    bool denied;
  } rows[] = {
      {"declared", 404, false, catalogue::Status::available, documented, Endpoint::chat_completions,
       true},
      {"declared, 405", 405, false, catalogue::Status::available, documented,
       Endpoint::chat_completions, true},
      {"declared, but the request is wrong", 400, false, catalogue::Status::available, documented,
       Endpoint::chat_completions, false},
      {"listed", 404, true, catalogue::Status::available, documented, Endpoint::chat_completions,
       false},
      {"listed, of a kind without that path",
       501,
       true,
       catalogue::Status::available,
       {},
       Endpoint::chat_completions,
       true},
      {"at another path", 404, false, catalogue::Status::available, documented, Endpoint::responses,
       false},
      {"known not to be there", 404, false, catalogue::Status::unavailable, documented,
       Endpoint::chat_completions, false},
  };
  for (const auto& row : rows) {
    const catalogue::Route route{
        .upstream = "u", .model = "m", .status = row.route, .listed = row.listed};
    EXPECT_EQ(denies_route(row.status, route, row.documented, chat, row.endpoint), row.denied)
        << row.what;
  }
}

TEST(NextStep, ARetryMustBeSafeAndWithinItsBounds) {
  const struct {
    const char* what;
    AttemptEnd end;
    bool can_replay;
    int retries;
    NextStep step;
  } rows[] = {
      {"answered", {.outcome = Outcome::answered}, true, 0, {}},
      {"an upload that has passed",
       {Outcome::connect_failed, Errc::upstream_unreachable},
       false,
       0,
       {}},
      {"not connected",
       {Outcome::connect_failed, Errc::upstream_unreachable},
       true,
       0,
       {.is_retry = true}},
      {"this machine is full", {Outcome::no_socket, Errc::overloaded}, true, 0, {.is_retry = true}},
      {"our account is refused",
       {Outcome::account_refused, Errc::upstream_rejected_key},
       true,
       0,
       {.is_retry = true}},
      {"forbidden", {Outcome::forbidden, Errc::upstream_rejected_key}, true, 0, {.is_retry = true}},
      {"the model is refused, after as many retries as are allowed",
       {Outcome::model_refused, Errc::upstream_refused},
       true,
       2,
       {.is_retry = true}},
      {"something is not found",
       {Outcome::not_found, Errc::upstream_refused},
       true,
       2,
       {.is_retry = true}},
      {"the endpoint is not offered there",
       {Outcome::not_offered, Errc::upstream_refused},
       true,
       2,
       {.is_retry = true}},
      {"refused for now",
       {Outcome::rate_limited, Errc::upstream_rate_limited},
       true,
       0,
       {.is_retry = true, .counts = true, .takes_from_budget = true}},
      {"overloaded",
       {Outcome::overloaded, Errc::upstream_refused},
       true,
       1,
       {.is_retry = true, .counts = true, .takes_from_budget = true}},
      {"too many retries", {Outcome::overloaded, Errc::upstream_refused}, true, 2, {}},
      {"a stale connection is no retry of the call",
       {Outcome::stale_connection, Errc::upstream_broke},
       true,
       2,
       {.is_retry = true, .at_same_upstream = true}},
      {"it may have begun", {Outcome::reset_before_answer, Errc::upstream_broke}, true, 0, {}},
      {"it may be at it",
       {Outcome::first_byte_timeout, Errc::upstream_first_byte_timeout},
       true,
       0,
       {}},
      {"the client left", {Outcome::cancelled, Errc::client_left}, true, 0, {}},
  };
  for (const auto& row : rows) {
    const auto step = next_step(row.end, row.can_replay, false, row.retries, 2);
    EXPECT_EQ(step.is_retry, row.step.is_retry) << row.what;
    EXPECT_EQ(step.at_same_upstream, row.step.at_same_upstream) << row.what;
    EXPECT_EQ(step.counts, row.step.counts) << row.what;
    EXPECT_EQ(step.takes_from_budget, row.step.takes_from_budget) << row.what;
  }
}

TEST(NextStep, WhatMayBeDoneTwiceIsDoneElsewhereWhenItsUpstreamGoesSilent) {
  const AttemptEnd silent{Outcome::went_silent, Errc::upstream_first_byte_timeout};
  const auto step = next_step(silent, true, true, 0, 2);
  EXPECT_TRUE(step.is_retry && step.counts && step.takes_from_budget);
  EXPECT_FALSE(step.at_same_upstream);
  EXPECT_FALSE(next_step(silent, true, false, 0, 2).is_retry) << "it may be paid for twice";
  EXPECT_FALSE(next_step(silent, false, true, 0, 2).is_retry) << "the body is gone";
  EXPECT_FALSE(next_step(silent, true, true, 2, 2).is_retry);
  const AttemptEnd late{Outcome::first_byte_timeout, Errc::upstream_first_byte_timeout};
  EXPECT_FALSE(next_step(late, true, true, 0, 2).is_retry) << "it may still be at it";
}

TEST(NextStep, WithoutRetriesThereIsNoneEither) {
  const AttemptEnd refused{Outcome::account_refused, Errc::upstream_rejected_key};
  EXPECT_FALSE(next_step(refused, true, false, 0, 0).is_retry);
}

TEST(TimeoutText, NamesTheLimitAndItsLength) {
  using std::chrono::milliseconds;
  EXPECT_EQ(timeout_text(Errc::upstream_connect_timeout, milliseconds(5'000), false),
            "The upstream of this model did not accept a connection within 5 s.");
  EXPECT_EQ(timeout_text(Errc::upstream_first_byte_timeout, milliseconds(2'449), false),
            "The upstream of this model did not begin its answer within 2.4 s.");
  EXPECT_EQ(timeout_text(Errc::upstream_idle_timeout, milliseconds(300), false),
            "The upstream of this model sent nothing for 300 ms.");
  EXPECT_EQ(timeout_text(Errc::upstream_idle_timeout, milliseconds(300), true),
            "The upstream of this model took nothing of the request for 300 ms.");
  EXPECT_EQ(timeout_text(Errc::upstream_total_timeout, milliseconds(3'600'000), false),
            "The call took longer than 3600 s.");
  EXPECT_EQ(timeout_text(Errc::upstream_broke, milliseconds(1), false), "");
}

}  // namespace
}  // namespace weir::gateway
