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
  const auto reply = error_reply(Errc::invalid_token);
  EXPECT_EQ(reply.status, 401);
  EXPECT_NE(reply.fixed_fields.find("Content-Type: application/json\r\n"), std::string_view::npos);
  EXPECT_EQ(reply.fields, "WWW-Authenticate: Bearer\r\n");
}

}  // namespace
}  // namespace weir::api
