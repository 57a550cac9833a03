#include "api/error_reply.hpp"

#include <gtest/gtest.h>

namespace weir::api {
namespace {

TEST(ErrorBody, IsByteForByteTheContracts) {
  EXPECT_EQ(
      error_body(Errc::model_not_found),
      R"({"code":20012,"message":"Model does not exist. Please check it carefully.","data":""})");
  EXPECT_EQ(error_body(Errc::invalid_token), R"("Invalid token")");
  EXPECT_EQ(error_body(Errc::forbidden), R"("Forbidden")");
  EXPECT_EQ(error_body(Errc::route_not_found), R"("404 page not found")");
  EXPECT_EQ(
      error_body(Errc::overloaded),
      R"({"code":50505,"message":"Model service overloaded. Please try again later.","data":""})");
  EXPECT_EQ(
      error_body(Errc::rate_limited),
      R"({"message":"Request was rejected due to rate limiting. Details:RPM limit reached.","data":""})");
  EXPECT_EQ(error_body(Errc::invalid_parameter, "no \"x\""),
            R"({"code":20015,"message":"no \"x\"","data":""})");
}

TEST(ErrorReply, NamesItsTypeAndChallenges) {
  const auto reply = error_reply(dialect::Family::siliconflow, {Errc::invalid_token});
  EXPECT_EQ(reply.status, 401);
  EXPECT_NE(reply.fixed_fields.find("Content-Type: application/json\r\n"), std::string_view::npos);
  EXPECT_EQ(reply.fields, "WWW-Authenticate: Bearer\r\nx-should-retry: false\r\n");
}

TEST(ErrorReply, SaysWhetherAndWhenToRetry) {
  using std::chrono::seconds;
  const struct {
    ErrorAnswer error;
    const char* fields;
  } cases[] = {
      {{Errc::rate_limited, "RPM", seconds(1)}, "Retry-After: 1\r\n"},
      {{Errc::rate_limited, "RPM", seconds(60)}, "Retry-After: 60\r\n"},
      {{Errc::rate_limited, "RPD", seconds(61)}, "Retry-After: 61\r\nx-should-retry: false\r\n"},
      {{Errc::rate_limited, "TPM"}, "x-should-retry: false\r\n"},  // it never fits
      {{Errc::upstream_unavailable, {}, seconds(30)}, "Retry-After: 30\r\n"},
      {{Errc::upstream_idle_timeout}, ""},
      {{Errc::internal}, ""},
      {{Errc::not_implemented}, "x-should-retry: false\r\n"},
      {{Errc::model_not_found}, "x-should-retry: false\r\n"},
  };
  for (const auto& c : cases) {
    for (const auto family : kEnumerators<dialect::Family>) {
      EXPECT_EQ(error_reply(family, c.error).fields, c.fields) << describe(c.error.code).slug;
    }
  }
}

TEST(ErrorReply, SaysWhatTheClientCanDo) {
  const auto message = [](const ErrorAnswer& error) {
    const auto reply = error_reply(dialect::Family::anthropic, error);
    const auto body = reply.body;
    const auto at = body.find(R"("message":")") + 11;
    return std::string(body.substr(at, body.find('"', at) - at));
  };
  EXPECT_EQ(message({Errc::invalid_token}),
            "Invalid token. The key is missing, unknown, expired or revoked. Use a valid key.");
  EXPECT_EQ(message({Errc::rate_limited, "RPM limit reached.", std::chrono::seconds(12)}),
            "RPM limit reached. Retry after 12 seconds.");
  EXPECT_EQ(message({Errc::invalid_parameter, "The parameter n must be a positive integer."}),
            "The parameter n must be a positive integer.");
  EXPECT_EQ(message({Errc::upstream_unavailable, {}, std::chrono::seconds(1)}),
            "No upstream of this model is available now. Retry after 1 second.");
  EXPECT_EQ(message({Errc::upstream_unreachable}), "The upstream of this model is unreachable.");
  EXPECT_EQ(message({.code = Errc::model_not_found, .plain = "No model x."}), "No model x.");
}

TEST(ErrorReply, KeepsTheContractsWordingInItsShape) {
  const ErrorAnswer cases[] = {
      {.code = Errc::upstream_unreachable},
      {.code = Errc::upstream_first_byte_timeout, .plain = "Not within 5 s."},
      {.code = Errc::model_not_found, .plain = "No model x."},
      {.code = Errc::route_not_found, .plain = "No path /x."},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(error_reply(dialect::Family::siliconflow, c).body, error_body(c.code));
  }
}

}  // namespace
}  // namespace weir::api
