#include "upstream/outcome.hpp"

#include <gtest/gtest.h>

#include "base/enumerators.hpp"

namespace weir::upstream {
namespace {

TEST(Outcome, OfAStatus) {
  struct Case {
    int status;
    Outcome outcome;
  };
  const Case cases[] = {
      {200, Outcome::answered},        {204, Outcome::answered},
      {302, Outcome::answered},        {400, Outcome::answered},
      {401, Outcome::account_refused}, {402, Outcome::account_refused},
      {403, Outcome::forbidden},       {404, Outcome::answered},
      {408, Outcome::answered},        {422, Outcome::answered},
      {429, Outcome::rate_limited},    {499, Outcome::answered},
      {500, Outcome::server_error},    {501, Outcome::answered},
      {502, Outcome::server_error},    {503, Outcome::overloaded},
      {504, Outcome::server_error},    {505, Outcome::answered},
      {529, Outcome::overloaded},      {599, Outcome::server_error},
      {600, Outcome::answered},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(outcome_of_status(test.status), test.outcome) << test.status;
  }
}

TEST(Outcome, SaysWhoseFaultItWasAndWhetherToTryAgain) {
  struct Case {
    Outcome outcome;
    const char* slug;
    Evidence evidence;
    Again again;
  };
  const Case cases[] = {
      {Outcome::answered, "answered", Evidence::good, Again::never},
      {Outcome::account_refused, "account_refused", Evidence::bad, Again::elsewhere},
      {Outcome::forbidden, "forbidden", Evidence::weak, Again::elsewhere},
      {Outcome::model_refused, "model_refused", Evidence::bad, Again::elsewhere},
      {Outcome::not_found, "not_found", Evidence::weak, Again::elsewhere},
      {Outcome::not_offered, "not_offered", Evidence::none, Again::elsewhere},
      {Outcome::rate_limited, "rate_limited", Evidence::good, Again::elsewhere},
      {Outcome::overloaded, "overloaded", Evidence::bad, Again::elsewhere},
      {Outcome::server_error, "server_error", Evidence::bad, Again::never},
      {Outcome::request_failed, "request_failed", Evidence::none, Again::never},
      {Outcome::no_socket, "no_socket", Evidence::none, Again::elsewhere},
      {Outcome::connect_failed, "connect_failed", Evidence::bad, Again::elsewhere},
      {Outcome::options_refused, "options_refused", Evidence::none, Again::same},
      {Outcome::stale_connection, "stale_connection", Evidence::none, Again::same},
      {Outcome::reset_before_answer, "reset_before_answer", Evidence::bad, Again::never},
      {Outcome::first_byte_timeout, "first_byte_timeout", Evidence::bad, Again::never},
      {Outcome::went_silent, "went_silent", Evidence::bad, Again::never},
      {Outcome::no_answer, "no_answer", Evidence::bad, Again::elsewhere},
      {Outcome::broken_answer, "broken_answer", Evidence::bad, Again::never},
      {Outcome::stalled, "stalled", Evidence::bad, Again::never},
      {Outcome::total_timeout, "total_timeout", Evidence::none, Again::never},
      {Outcome::cancelled, "cancelled", Evidence::none, Again::never},
  };
  ASSERT_EQ(std::size(cases), kEnumeratorCount<Outcome>);
  for (const auto& test : cases) {
    const OutcomeRow& row = describe(test.outcome);
    EXPECT_EQ(row.slug, test.slug);
    EXPECT_EQ(row.evidence, test.evidence) << test.slug;
    EXPECT_EQ(may_retry(test.outcome, true), test.again) << test.slug;
  }
}

TEST(Outcome, NothingIsTriedAgainWithoutItsBody) {
  for (const Outcome outcome : kEnumerators<Outcome>) {
    EXPECT_EQ(may_retry(outcome, false), Again::never) << describe(outcome).slug;
  }
}

}  // namespace
}  // namespace weir::upstream
