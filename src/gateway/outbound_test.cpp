#include "gateway/outbound.hpp"

#include <gmock/gmock.h>

namespace weir::gateway {
namespace {

using catalogue::Endpoint;
using testing::HasSubstr;
using testing::Not;

// The body as the upstream gets it.
std::string edited(std::string_view body, const Outbound& outbound) {
  std::string text;
  std::uint64_t at = 0;
  for (const Edit& edit : outbound.edits) {
    text.append(body.substr(at, edit.at.begin - at)).append(edit.text);
    at = edit.at.end;
  }
  return text.append(body.substr(at));
}

http::Request client_with(std::initializer_list<http::Field> fields) {
  http::Request request;
  for (const auto& field : fields) request.add(field, http::field_name(field.name));
  return request;
}

struct Composed {
  Outbound outbound;
  std::string body;
};

Composed compose_json(std::string_view body, std::string_view model, bool asks_usage = false,
                      Endpoint endpoint = Endpoint::chat_completions) {
  const auto request = read_json_request(body, endpoint);
  Composed composed;
  compose(composed.outbound,
          {.endpoint = endpoint,
           .request = *request,
           .body = body,
           .model = model,
           .asks_usage = asks_usage,
           .length = body.size()},
          client_with({{"Content-Type", "application/json; charset=utf-8"}, {"Accept", "*/*"}}),
          "t1", "key");
  composed.body = edited(body, composed.outbound);
  return composed;
}

TEST(Outbound, AModelOfTheSameNamePassesUntouched) {
  constexpr std::string_view kBody = R"({"model":"m","messages":[]})";
  const auto [outbound, body] = compose_json(kBody, "m");
  EXPECT_EQ(body, kBody);
  EXPECT_FALSE(outbound.renamed);
  EXPECT_EQ(outbound.head,
            "Content-Type: application/json\r\nAccept: */*\r\nX-Trace-Id: t1\r\n"
            "Content-Length: 27\r\n\r\n");
}

TEST(Outbound, TheUpstreamsNameTakesTheClientsPlace) {
  const auto [outbound, body] = compose_json(R"({"model":"m","messages":[]})", "org/\"m\"");
  EXPECT_EQ(body, R"({"model":"org/\"m\"","messages":[]})");
  EXPECT_TRUE(outbound.renamed);
  EXPECT_THAT(outbound.head, HasSubstr("Content-Length: " + std::to_string(body.size()) + "\r\n"));
}

TEST(Outbound, AStreamIsAskedForItsUsageOnlyWhereThatIsUnderstood) {
  constexpr std::string_view kBody = R"({"model":"m","stream":true})";
  const auto asked = compose_json(kBody, "m", true);
  EXPECT_TRUE(asked.outbound.hides_usage);
  EXPECT_THAT(asked.body, HasSubstr(R"("include_usage":true)"));
  EXPECT_THAT(compose_json(kBody, "m", false).body, Not(HasSubstr("include_usage")));
  EXPECT_FALSE(compose_json(kBody, "m", true, Endpoint::messages).outbound.hides_usage);
  const auto wants = compose_json(
      R"({"model":"m","stream":true,"stream_options":{"include_usage":true}})", "m", true);
  EXPECT_FALSE(wants.outbound.hides_usage);
}

TEST(Outbound, AVideosRequestIsAskedForByTheUpstreamsId) {
  constexpr std::string_view kBody = R"({"requestId":"sealed"})";
  const auto request = read_json_request(kBody, Endpoint::video_status);
  const std::string id = "u-7";
  Outbound outbound;
  compose(outbound,
          {.endpoint = Endpoint::video_status,
           .request = *request,
           .body = kBody,
           .model = "m",
           .request_id = &id,
           .length = kBody.size()},
          {}, {}, {});
  EXPECT_EQ(edited(kBody, outbound), R"({"requestId":"u-7"})");
  EXPECT_FALSE(outbound.renamed);
}

TEST(Outbound, AResponseIsContinuedByTheUpstreamsNames) {
  constexpr std::string_view kBody = R"({"previous_response_id":"sealed","model":"mine"})";
  const auto request = read_json_request(kBody, Endpoint::responses);
  const std::string id = "resp_7";
  Outbound outbound;
  compose(outbound,
          {.endpoint = Endpoint::responses,
           .request = *request,
           .body = kBody,
           .model = "theirs",
           .request_id = &id,
           .length = kBody.size()},
          {}, {}, {});
  EXPECT_EQ(edited(kBody, outbound), R"({"previous_response_id":"resp_7","model":"theirs"})");
}

TEST(Outbound, ARequestByAPathHasNoBody) {
  CallRequest request;
  request.request_id = "sealed";
  const std::string id = "resp_7";
  for (const auto method : {http::Method::get, http::Method::post}) {
    const StoredCall stored{.method = method, .id = "sealed", .suffix = {}, .query = {}};
    Outbound outbound;
    compose(outbound,
            {.endpoint = Endpoint::stored_responses,
             .request = request,
             .body = {},
             .model = "theirs",
             .request_id = &id,
             .stored = &stored,
             .length = 0},
            {}, {}, {});
    EXPECT_TRUE(outbound.edits.empty());
    EXPECT_THAT(outbound.head, Not(HasSubstr("Content-Type")));
    const bool is_post = method == http::Method::post;
    EXPECT_EQ(outbound.head, is_post ? "Content-Length: 0\r\n\r\n" : "\r\n");
  }
}

TEST(Outbound, AnUploadOfUnknownLengthIsSentInChunks) {
  constexpr std::string_view kStart =
      "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm";
  CallRequest request;
  request.model = "m";
  request.model_at = {kStart.size() - 1, kStart.size()};
  Outbound outbound;
  compose(outbound,
          {.endpoint = Endpoint::audio_transcriptions,
           .request = request,
           .body = kStart,
           .model = "longer"},
          client_with({{"Content-Type", "multipart/form-data; boundary=b"}}), {}, {});
  EXPECT_THAT(outbound.head, HasSubstr("Content-Type: multipart/form-data; boundary=b\r\n"));
  EXPECT_THAT(outbound.head, Not(HasSubstr("Content-Length")));
  EXPECT_THAT(outbound.head, testing::EndsWith("Transfer-Encoding: chunked\r\n\r\n3b\r\n"));
}

TEST(Outbound, TheHeadHasThePassedFields) {
  CallRequest request;
  request.model = "m";
  Outbound outbound;
  compose(
      outbound,
      {.endpoint = Endpoint::messages, .request = request, .body = "{}", .model = "m", .length = 2},
      client_with({{"Authorization", "Bearer sk"}, {"anthropic-version", "2023-06-01"}}), {}, {});
  EXPECT_EQ(outbound.head,
            "Content-Type: application/json\r\nanthropic-version: 2023-06-01\r\n"
            "Content-Length: 2\r\n\r\n");
}

}  // namespace
}  // namespace weir::gateway
