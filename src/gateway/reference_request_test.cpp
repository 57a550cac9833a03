#include "gateway/reference_request.hpp"

#include <string_view>

#include <gmock/gmock.h>

namespace weir::gateway {
namespace {

using catalogue::Endpoint;
using testing::HasSubstr;

TEST(ReferenceRequest, NamesWhatAnUpstreamKeeps) {
  constexpr std::string_view kBody =
      R"({"endpoint":"/v1/chat/completions", "input_file_id" : "file-1", "metadata":{"model":"x"}})";
  const auto request = read_reference(kBody, Endpoint::batches, 64);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->request_id, "file-1");
  const auto [begin, end] = request->request_id_at;
  EXPECT_EQ(kBody.substr(begin, end - begin), R"("file-1")");
  EXPECT_EQ(request->model, "");
  EXPECT_EQ(read_reference(R"({"uri":"speech:a"})", Endpoint::voice_deletion, 64)->request_id,
            "speech:a");
}

TEST(ReferenceRequest, WhatMayBeReadOtherwiseIsRefused) {
  const struct {
    Endpoint endpoint;
    std::string_view body;
    const char* why;
  } cases[] = {
      {Endpoint::batches, "{}", "input_file_id is missing"},
      {Endpoint::batches, R"({"input_file_id":7})", "non-empty string"},
      {Endpoint::batches, R"({"input_file_id":""})", "non-empty string"},
      {Endpoint::batches, R"({"input_file_id":"a","input_file_id":"b"})", "given twice"},
      {Endpoint::batches, R"({"Input_File_Id":"a"})", "Use input_file_id"},
      {Endpoint::batches, R"({"input_file_id":"a","replace":{"model":"b"}})", "replace"},
      {Endpoint::batches, R"({"input_file_id":"a","repl\u0061ce":{"model":"b"}})", "not one of"},
      {Endpoint::batches, R"({"input_file_id":"a","":1})", "not one of"},
      {Endpoint::batches, R"({"input_file_id":"a","model":"b"})", "model"},
      {Endpoint::batches, R"(["a"])", "not a JSON object"},
      {Endpoint::batches, R"({"input_file_id":"a")", "not complete"},
      {Endpoint::voice_deletion, R"({"uri":null})", "non-empty string"},
      {Endpoint::voice_deletion, R"({"input_file_id":"a"})", "uri is missing"},
  };
  for (const auto& c : cases) {
    const auto read = read_reference(c.body, c.endpoint, 64);
    ASSERT_FALSE(read) << c.body;
    EXPECT_EQ(read.error().code, Errc::invalid_parameter);
    EXPECT_THAT(read.error().detail, HasSubstr(c.why)) << c.body;
  }
}

}  // namespace
}  // namespace weir::gateway
