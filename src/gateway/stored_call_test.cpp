#include "gateway/stored_call.hpp"

#include <string_view>

#include <gtest/gtest.h>

namespace weir::gateway {
namespace {

using catalogue::Endpoint;
using http::Method;

constexpr std::string_view kHead = "POST /v1/responses/{id} HTTP/1.1\r\nHost: gpu\r\n";

std::string first_line(Method method, std::string_view rest, std::string_view query = {}) {
  const auto call = read_stored_call(Endpoint::stored_responses, method, rest, query);
  if (!call) return "none";
  const auto head = address(kHead, *call, "resp_/1");
  return head.substr(0, head.find("\r\n"));
}

TEST(StoredCall, EachOperationHasItsMethodAndTarget) {
  EXPECT_EQ(first_line(Method::get, "x"), "GET /v1/responses/resp_%2F1 HTTP/1.1");
  EXPECT_EQ(first_line(Method::get, "x/"), "GET /v1/responses/resp_%2F1 HTTP/1.1");
  EXPECT_EQ(first_line(Method::delete_, "x"), "DELETE /v1/responses/resp_%2F1 HTTP/1.1");
  EXPECT_EQ(first_line(Method::post, "x/cancel"), "POST /v1/responses/resp_%2F1/cancel HTTP/1.1");
  EXPECT_EQ(first_line(Method::get, "x/input_items"),
            "GET /v1/responses/resp_%2F1/input_items HTTP/1.1");
  for (const std::string_view rest : {"", "/", "/cancel", "x/cancel/y", "x/unknown", "x//"}) {
    EXPECT_EQ(first_line(Method::get, rest), "none") << rest;
  }
  EXPECT_EQ(first_line(Method::post, "x"), "none");
  EXPECT_EQ(first_line(Method::get, "x/cancel"), "none");
}

TEST(StoredCall, OnlyItsParametersArePassedOn) {
  EXPECT_EQ(first_line(Method::get, "x", "stream=true&key=secret&starting_after=7"),
            "GET /v1/responses/resp_%2F1?stream=true&starting_after=7 HTTP/1.1");
  EXPECT_EQ(
      first_line(Method::get, "x/input_items", "limit=2&include[]=a&include%5B%5D=b&stream=1"),
      "GET /v1/responses/resp_%2F1/input_items?limit=2&include[]=a&include%5B%5D=b HTTP/1.1");
  EXPECT_EQ(first_line(Method::delete_, "x", "limit=2&&"),
            "DELETE /v1/responses/resp_%2F1 HTTP/1.1");
  const auto call = read_stored_call(Endpoint::stored_responses, Method::get, "x", "stream=true");
  EXPECT_TRUE(call->streamed);
  EXPECT_FALSE(
      read_stored_call(Endpoint::stored_responses, Method::get, "x", "stream=false")->streamed);
}

TEST(StoredCall, TheQueryOfTheUpstreamsUrlStays) {
  const auto call = read_stored_call(Endpoint::stored_responses, Method::get, "x", "stream=true");
  EXPECT_EQ(address("POST /responses/{id}?api-version=1 HTTP/1.1\r\n", *call, "a"),
            "GET /responses/a?stream=true&api-version=1 HTTP/1.1\r\n");
}

TEST(StoredCall, APathSaysItsMethods) {
  EXPECT_EQ(allowed_methods(Endpoint::stored_responses, "x"), "GET, DELETE, OPTIONS");
  EXPECT_EQ(allowed_methods(Endpoint::stored_responses, "x/cancel"), "POST, OPTIONS");
  EXPECT_EQ(allowed_methods(Endpoint::stored_responses, "x/more"), "");
  EXPECT_EQ(allowed_methods(Endpoint::stored_responses, ""), "");
}

TEST(StoredCall, TheIdIsDecoded) {
  const auto call = read_stored_call(Endpoint::stored_responses, Method::get, "a%2Fb", "");
  EXPECT_EQ(call->id, "a/b");
  EXPECT_EQ(read_stored_call(Endpoint::stored_responses, Method::get, "a%zz", "")->id, "");
}

}  // namespace
}  // namespace weir::gateway
