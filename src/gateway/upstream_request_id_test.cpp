#include "gateway/upstream_request_id.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir::gateway {
namespace {

std::string id_of(std::vector<http::Field> fields) {
  http::ResponseHead head;
  head.fields = std::move(fields);
  return std::string(find_request_id(head));
}

TEST(UpstreamRequestId, IsThatOfAnyFamily) {
  for (const char* name :
       {"x-request-id", "X-Request-ID", "request-id", "x-siliconcloud-trace-id", "apim-request-id",
        "x-amzn-RequestId", "x-debug-trace-id", "mistral-correlation-id"}) {
    EXPECT_EQ(id_of({{"date", "now"}, {name, "req_011CSHoEeqs5C35K2UUqR7Fy"}}),
              "req_011CSHoEeqs5C35K2UUqR7Fy");
  }
  EXPECT_EQ(id_of({{"content-type", "application/json"}, {"x-requested-id", "a"}}), "");
}

TEST(UpstreamRequestId, AnApisOwnComesBeforeOthers) {
  EXPECT_EQ(id_of({{"apim-request-id", "azure"}, {"x-request-id", "openai"}}), "openai");
  EXPECT_EQ(id_of({{"x-request-id", "openai"}, {"apim-request-id", "azure"}}), "openai");
  EXPECT_EQ(id_of({{"x-request-id", "first"}, {"x-request-id", "second"}}), "first");
  EXPECT_EQ(id_of({{"x-request-id", ""}, {"request-id", "second"}}), "second");
}

TEST(UpstreamRequestId, APartOfAWordIsNoKey) {
  EXPECT_EQ(id_of({{"x-request-id", "task-7f"}}), "task-7f");
  EXPECT_EQ(id_of({{"x-request-id", "task-sk-7f"}}), "");
}

TEST(UpstreamRequestId, NothingElseIsTakenForAnId) {
  const std::string longest(kMaxUpstreamIdBytes, 'a');
  EXPECT_EQ(id_of({{"x-request-id", longest}}), longest);
  EXPECT_EQ(id_of({{"x-request-id", longest + 'a'}}), "");
  for (const char* value :
       {"a b", "a\"b", "a\\b", "a\xC3\xA4", "{a}", "a,b", "a<b>", "sk-secret", "req-sk-1"}) {
    EXPECT_EQ(id_of({{"x-request-id", value}}), "") << value;
    EXPECT_EQ(id_of({{"x-request-id", value}, {"request-id", "good"}}), "good") << value;
  }
}

}  // namespace
}  // namespace weir::gateway
