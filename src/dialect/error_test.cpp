#include <string>

#include <gtest/gtest.h>

#include "dialect/family.hpp"

namespace weir::dialect {
namespace {

TEST(ErrorBody, IsByteForByteTheContractsForSiliconflow) {
  const struct {
    Errc code;
    const char* body;
  } cases[] = {
      {Errc::model_not_found,
       R"({"code":20012,"message":"Model does not exist. Please check it carefully.","data":""})"},
      {Errc::invalid_token, R"("Invalid token")"},
      {Errc::forbidden, R"("Forbidden")"},
      {Errc::route_not_found, R"("404 page not found")"},
      {Errc::rate_limited,
       R"({"message":"Request was rejected due to rate limiting. Details:RPM limit reached.","data":""})"},
      {Errc::internal, R"({"code":50507,"message":"Request failed: Unknown error.","data":""})"},
      {Errc::overloaded,
       R"({"code":50505,"message":"Model service overloaded. Please try again later.","data":""})"},
      {Errc::upstream_idle_timeout, R"("Gateway Timeout")"},
      {Errc::version_not_supported,
       R"({"code":20015,"message":"The HTTP version is not supported.","data":""})"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(error_body(Family::siliconflow, {c.code}), c.body) << describe(c.code).slug;
  }
}

TEST(ErrorBody, HasTheTypeOfItsStatusForAnthropic) {
  const struct {
    Errc code;
    const char* type;
  } cases[] = {
      {Errc::invalid_parameter, "invalid_request_error"},
      {Errc::method_not_allowed, "invalid_request_error"},
      {Errc::invalid_token, "authentication_error"},
      {Errc::forbidden, "permission_error"},
      {Errc::model_not_found, "not_found_error"},
      {Errc::payload_too_large, "request_too_large"},
      {Errc::rate_limited, "rate_limit_error"},
      {Errc::internal, "api_error"},
      {Errc::overloaded, "overloaded_error"},
      {Errc::upstream_total_timeout, "timeout_error"},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(error_body(Family::anthropic, {c.code, "no \"x\""}),
              std::string(R"({"type":"error","error":{"type":")") + c.type +
                  R"(","message":"no \"x\""}})");
  }
}

TEST(ErrorBody, HasTheMembersOfBothConventionsForOpenai) {
  const struct {
    Errc code;
    const char* type;
    const char* word;
    const char* number;
  } cases[] = {
      {Errc::invalid_token, "invalid_request_error", "invalid_api_key", "401"},
      {Errc::forbidden, "invalid_request_error", "forbidden", "403"},
      {Errc::route_not_found, "invalid_request_error", "route_not_found", "404"},
      {Errc::model_not_found, "invalid_request_error", "model_not_found", "20012"},
      {Errc::invalid_parameter, "invalid_request_error", "invalid_parameter", "20015"},
      {Errc::rate_limited, "rate_limit_error", "rate_limit_exceeded", "429"},
      {Errc::upstream_unavailable, "server_error", "upstream_unavailable", "50505"},
      {Errc::upstream_idle_timeout, "server_error", "upstream_idle_timeout", "504"},
  };
  for (const Family family : {Family::openai, Family::responses}) {
    for (const auto& c : cases) {
      EXPECT_EQ(error_body(family, {c.code, "no"}),
                std::string(R"({"error":{"message":"no","type":")") + c.type +
                    R"(","param":null,"code":")" + c.word + R"("},"code":)" + c.number +
                    R"(,"message":"no","data":""})");
    }
  }
}

TEST(ErrorBody, NamesALimitThatIsUsedUpAsOpenaiDoes) {
  EXPECT_EQ(error_body(Family::openai, {Errc::rate_limited, "no", true}),
            R"({"error":{"message":"no","type":"insufficient_quota","param":null,)"
            R"("code":"insufficient_quota"},"code":429,"message":"no","data":""})");
  EXPECT_EQ(error_body(Family::openai, {Errc::model_not_found, "no", true}),
            error_body(Family::openai, {Errc::model_not_found, "no"}));
}

TEST(ErrorBody, IsEmptyOnlyForAnErrorThatIsNeverSent) {
  for (const Family family : kEnumerators<Family>) {
    for (const Errc code : all_errors()) {
      const bool is_sent = code != Errc::client_left && code != Errc::client_stalled;
      EXPECT_EQ(error_body(family, {code}).empty(), !is_sent) << describe(code).slug;
    }
  }
}

}  // namespace
}  // namespace weir::dialect
