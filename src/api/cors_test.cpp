#include "api/cors.hpp"

#include <gtest/gtest.h>

namespace weir::api {
namespace {

bool says(const std::string& fields, std::string_view line) {
  return fields.find(std::string(line) + "\r\n") != std::string::npos;
}

TEST(Cors, AnOriginIsAllowedByNameOrByAStar) {
  const std::vector<std::string> nobody;
  const std::vector<std::string> anyone{"*"};
  const std::vector<std::string> one{"https://chat.example"};
  const std::vector<std::string> capitals{"https://Chat.Example"};
  const struct {
    std::string_view origin;
    const std::vector<std::string>& allowed;
    std::string_view answer;  // empty: no field at all
  } cases[] = {
      {"https://chat.example", anyone, "*"},
      {"https://chat.example", one, "https://chat.example"},
      {"https://chat.example", capitals, "https://chat.example"},
      {"http://chat.example", one, ""},
      {"https://chat.example:8443", one, ""},
      {"https://chat.example.evil.example", one, ""},
      {"null", anyone, "*"},
      {"null", one, ""},
      {"null", nobody, ""},
      {"https://other.example", one, ""},
      {"https://chat.example", nobody, ""},
      {"", anyone, ""},
  };
  for (const auto& [origin, allowed, answer] : cases) {
    const auto fields = cors_fields(origin, allowed);
    EXPECT_EQ(fields.empty(), answer.empty()) << origin;
    if (answer.empty()) continue;
    EXPECT_TRUE(says(fields, "Access-Control-Allow-Origin: " + std::string(answer))) << fields;
  }
}

TEST(Cors, APageMaySeeTheLimitsOfItsKey) {
  const std::vector<std::string> anyone{"*"};
  const auto fields = cors_fields("https://chat.example", anyone);
  for (const auto* name : {"Retry-After", "Server-Timing", "x-ratelimit-remaining-requests",
                           "x-ratelimit-remaining-tokens", "x-siliconcloud-trace-id",
                           "x-request-id", "x-weir-missing-upstreams"}) {
    EXPECT_NE(fields.find(name), std::string::npos) << name;
  }
}

TEST(Cors, APreflightAllowsReadingAndCalling) {
  EXPECT_TRUE(says(preflight_fields("authorization"),
                   "Access-Control-Allow-Methods: GET, HEAD, POST, DELETE, OPTIONS"));
}

TEST(Cors, APreflightAllowsTheHeadersThatWereAskedFor) {
  const struct {
    std::string_view asked_for;
    std::string_view allowed;
  } cases[] = {
      {"authorization, content-type, x-api-key", "authorization, content-type, x-api-key"},
      {"", "Authorization, Content-Type"},
      {"a\r\nSet-Cookie: b", "Authorization, Content-Type"},
  };
  for (const auto& [asked_for, allowed] : cases) {
    EXPECT_TRUE(
        says(preflight_fields(asked_for), "Access-Control-Allow-Headers: " + std::string(allowed)))
        << asked_for;
  }
}

}  // namespace
}  // namespace weir::api
