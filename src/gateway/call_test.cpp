// Calls from end to end, on real sockets.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gmock/gmock.h>

#include "gateway/call_for_test.hpp"

namespace weir::gateway {
namespace {

using catalogue::Endpoint;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

using CallTest = CallFixture;

std::string answer(int status, std::string_view type, std::string_view body,
                   std::string_view more_fields = {}) {
  return fmt::format("HTTP/1.1 {} X\r\nContent-Type: {}\r\n{}Content-Length: {}\r\n\r\n{}", status,
                     type, more_fields, body.size(), body);
}

const std::string kUsage =
    R"({"model":"theirs","usage":{"prompt_tokens":7,"completion_tokens":5}})";
const std::string kGood = answer(200, "application/json", kUsage);
const std::string kStreamHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n";

std::string chunk(std::string_view text) {
  return fmt::format("{:x}\r\n{}\r\n", text.size(), text);
}

constexpr std::string_view kChat = R"({"model":"m","messages":[]})";
constexpr std::string_view kStream = R"({"model":"m","stream":true})";

TEST_F(CallTest, IsAnsweredUnderTheClientsNameAndBilledAsReported) {
  auto& upstream = add({{kGood}}, "theirs");
  start();
  const auto received = post(kChat);
  EXPECT_THAT(received, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(received, HasSubstr(R"("model":"m")"));
  EXPECT_THAT(received, HasSubstr("Server-Timing: weir;dur="));
  EXPECT_THAT(upstream.requests().at(0), HasSubstr(R"({"model":"theirs","messages":[]})"));
  EXPECT_EQ(last().charged_tokens, 12);
  EXPECT_EQ(last().phase, Phase::done);
  EXPECT_FALSE(last().estimated);
}

TEST_F(CallTest, AConnectionIsKeptForTheNextCall) {
  auto& upstream = add({{kGood}, {kGood}});
  start();
  EXPECT_THAT(post(kChat), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(post(kChat), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(upstream.requests().size(), 2U);
}

TEST_F(CallTest, AnIdleConnectionThatWasClosedCostsNoRetry) {
  calls_.retries = 0;
  add({{kGood, true}, {kGood}});
  start();
  EXPECT_THAT(post(kChat), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(post(kChat), StartsWith("HTTP/1.1 200"));
}

TEST_F(CallTest, AnotherUpstreamIsTriedWhereThatIsSafe) {
  for (const int status : {429, 503, 529}) {
    SCOPED_TRACE(status);
    auto& other = add({{answer(status, "text/plain", "busy")}});
    EXPECT_TRUE(other.requests().empty());
  }
  add({{kGood}});
  calls_.retries = 5;
  start();
  EXPECT_THAT(post(kChat), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(last().attempts, 4);
  EXPECT_EQ(last().upstream, "u3");
}

TEST_F(CallTest, AnUpstreamThatIsNotThereIsPassedOver) {
  std::uint16_t port = 0;
  {
    const FakeUpstream gone({});
    port = gone.port();
  }
  add_at(port);
  add({{kGood}});
  start();
  EXPECT_THAT(post(kChat), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(last().attempts, 2);
}

// An upstream that refuses fast is always the idlest one.
TEST_F(CallTest, AnUpstreamThatRefusesEachCallIsNotTheFirstChoiceForLong) {
  constexpr std::size_t kCalls = 20;
  auto& refusing = add(std::vector<FakeUpstream::Turn>(kCalls, {answer(403, "text/plain", "no")}));
  add(std::vector<FakeUpstream::Turn>(kCalls, {kGood}));
  destinations_[1].priority = destinations_[0].priority;
  start();
  for (std::size_t i = 0; i < kCalls; ++i) EXPECT_THAT(post(kChat), StartsWith("HTTP/1.1 200"));
  EXPECT_LE(refusing.requests().size(), 6U);
}

TEST_F(CallTest, OnlyAReasonThatAllUpstreamsHaveIsThatOfAll) {
  const auto limited = answer(429, "text/plain", "later");
  {
    const FakeUpstream gone({});
    add_at(gone.port());
  }
  add({{limited}});
  add({{limited}});
  start();
  EXPECT_THAT(post(kChat),
              EndsWith("The upstream of this model has reached a rate limit of its own."));
  EXPECT_EQ(last().attempts, 3);
}

TEST_F(CallTest, WhereAllUpstreamsHaveTheSameReasonNoneIsNamed) {
  const auto limited = answer(429, "text/plain", "later");
  add({{limited}});
  add({{limited}});
  start();
  EXPECT_THAT(post(kChat), EndsWith("upstream_rate_limited: "));
  EXPECT_EQ(last().attempts, 2);
}

TEST_F(CallTest, WhatMayHaveBegunIsNotTriedAgain) {
  add({{"", true}});
  auto& other = add({{kGood}});
  start();
  EXPECT_THAT(post(kChat), HasSubstr("upstream_broke"));
  EXPECT_TRUE(other.requests().empty());
  EXPECT_EQ(last().charged_tokens, 0);
}

TEST_F(CallTest, AnUpstreamsOwnTroubleIsNotShown) {
  const struct {
    const char* what;
    std::string answer;
    const char* slug;
  } rows[] = {
      {"our key", answer(401, "text/plain", "operator@example"), "upstream_rejected_key"},
      {"its fault", answer(500, "text/plain", "trace"), "upstream_refused"},
      {"a redirect", answer(302, "text/plain", "", "Location: http://x/\r\n"),
       "upstream_answer_invalid"},
      {"no HTTP", "SSH-2.0-OpenSSH\r\n\r\n", "upstream_answer_invalid"},
  };
  for (const auto& row : rows) add({{row.answer, true}});
  calls_.retries = 0;
  start();
  for (std::size_t i = 0; i < std::size(rows); ++i) {
    // Each call has the next upstream: the earlier ones are left out by their own priority.
    destinations_[i].priority = -1;
    replace_directory();
    const auto received = post(kChat);
    EXPECT_THAT(received, HasSubstr(rows[i].slug)) << rows[i].what;
    EXPECT_THAT(received, Not(HasSubstr("operator@example"))) << rows[i].what;
    destinations_[i].priority = 100;
  }
}

TEST_F(CallTest, TheClientsOwnErrorPassesThrough) {
  add({{answer(422, "application/json", R"({"error":"too long"})")}});
  start();
  const auto received = post(kChat);
  EXPECT_THAT(received, StartsWith("HTTP/1.1 422"));
  EXPECT_THAT(received, EndsWith(R"({"error":"too long"})"));
  EXPECT_EQ(last().charged_tokens, 0);
}

TEST_F(CallTest, AStreamPassesEventByEventAndIsBilledAsReported) {
  add({{kStreamHead + chunk("data: {\"a\":1}\n\n") +
        chunk("data: {\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\n") +
        chunk("data: [DONE]\n\n") + "0\r\n\r\n"}});
  start();
  const auto received = post(kStream);
  EXPECT_THAT(received, HasSubstr("X-Accel-Buffering: no\r\n"));
  EXPECT_THAT(received, HasSubstr("data: {\"a\":1}\n\n"));
  EXPECT_THAT(received, EndsWith("0\r\n\r\n"));
  EXPECT_TRUE(last().streamed);
  EXPECT_EQ(last().charged_tokens, 5);
}

TEST_F(CallTest, AStreamThatSaidItsEndIsCompleteHoweverItsConnectionEnds) {
  add({{kStreamHead + chunk("data: {\"a\":1}\n\n") + chunk("data: [DONE]\n\n"), true}});
  start();
  EXPECT_THAT(post(kStream), EndsWith("0\r\n\r\n"));
  EXPECT_EQ(last_reason(), std::nullopt);
}

TEST_F(CallTest, AStreamThatBreaksSaysSoInPlaceOfItsLastEvent) {
  add({{kStreamHead + chunk("data: {\"a\":1}\n\n"), true}});
  start();
  const auto received = post(kStream);
  EXPECT_THAT(received, HasSubstr(R"("code":"upstream_broke")"));
  EXPECT_THAT(received, EndsWith("0\r\n\r\n"));
  EXPECT_THAT(received, Not(HasSubstr("[DONE]")));
  EXPECT_EQ(last_reason(), Errc::upstream_broke);
}

TEST_F(CallTest, AnErrorWithAGoodStatusIsNoAnswer) {
  const std::string bodies[] = {answer(200, "application/json", R"({"error":{"message":"no"}})"),
                                answer(200, "text/html", "<html>no</html>"),
                                answer(200, "application/json", " <html>no</html>"),
                                answer(200, "application/json", "")};
  std::vector<FakeUpstream::Turn> turns;
  for (const auto& body : bodies) turns.push_back({body});
  turns.push_back(
      {kStreamHead + chunk(": ping\n\n") + chunk("data: {\"error\":\"no\"}\n\n") + "0\r\n\r\n"});
  add(std::move(turns));
  start();
  for (std::size_t i = 0; i < std::size(bodies); ++i) {
    EXPECT_THAT(post(kChat), StartsWith("HTTP/1.1 503")) << bodies[i];
  }
  EXPECT_THAT(post(kStream), StartsWith("HTTP/1.1 503"));
  EXPECT_EQ(last_reason(), Errc::upstream_refused);
}

constexpr std::string_view kOverloadedJson =
    R"({"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}})";

TEST_F(CallTest, AnotherUpstreamIsTriedAfterAnErrorWithAGoodStatus) {
  const auto event = chunk(fmt::format("event: error\ndata: {}\n\n", kOverloadedJson));
  const std::string half = std::string(kOverloadedJson.substr(0, 20));
  const std::string rest = std::string(kOverloadedJson.substr(20));
  const std::string chunked =
      "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
  const std::string answers[] = {
      answer(200, "application/json", kOverloadedJson),
      answer(200, "text/plain", kOverloadedJson),
      answer(200, "text/event-stream", fmt::format(": a\n\ndata: {}\n\n", kOverloadedJson)),
      answer(200, "application/json",
             R"({"code":50505,"message":"Model service overloaded.","data":null})"),
      answer(200, "application/json", R"({"error":{"message":"no credit","code":402}})"),
      answer(200, "text/html", "<html>Sign in</html>"),
      chunked + chunk(half) + chunk(rest) + "0\r\n\r\n",
      kStreamHead + chunk(": ping\n\n") + event + "0\r\n\r\n",
      kStreamHead + chunk("event: ping\ndata: {\"type\": \"ping\"}\n\n") + event + "0\r\n\r\n",
      kStreamHead +
          chunk("data: {\"response\":{\"error\":{\"code\":\"rate_limit_exceeded\"}}}\n\n") +
          "0\r\n\r\n",
  };
  for (const auto& text : answers) add({{text}, {text}});
  add({{kGood}, {kGood}});
  calls_.retries = 20;
  start();
  for (const auto body : {kChat, kStream}) {
    const auto received = post(body);
    EXPECT_THAT(received, StartsWith("HTTP/1.1 200"));
    EXPECT_THAT(received, Not(HasSubstr("event-stream"))) << "a field of an earlier answer";
    EXPECT_THAT(received, EndsWith(kUsage));
    EXPECT_EQ(last().upstream, "u10");
    EXPECT_EQ(last().charged_tokens, 12);
    EXPECT_EQ(last_reason(), std::nullopt);
  }
}

TEST_F(CallTest, AnErrorWithAGoodStatusIsNotTriedAgainIfWorkMayHaveBegun) {
  const std::string answers[] = {
      answer(200, "application/json", R"({"error":{"message":"CUDA error"}})"),
      answer(200, "application/json", ""),
      kStreamHead + chunk("data: {\"error\":\"no\"}\n\n") + "0\r\n\r\n",
      kStreamHead + chunk("data: {\"a\":1}\n\n") +
          chunk(fmt::format("data: {}\n\n", kOverloadedJson)) + "0\r\n\r\n",
  };
  for (const auto& text : answers) add({{text}});
  auto& other = add({});
  start();
  for (std::size_t i = 0; i < std::size(answers); ++i) {
    destinations_[i].priority = -1;
    replace_directory();
    post(kStream);
    EXPECT_EQ(last().attempts, 1) << answers[i];
    EXPECT_NE(last_reason(), std::nullopt) << answers[i];
    destinations_[i].priority = 100;
  }
  EXPECT_TRUE(other.requests().empty());
}

TEST_F(CallTest, AnErrorLaterInAStreamIsForwardedAndTheCallHasFailed) {
  add({{kStreamHead + chunk("data: {\"a\":1}\n\n") + chunk("data: {\"error\":\"no\"}\n\n") +
        "0\r\n\r\n"}});
  start();
  const auto received = post(kStream);
  EXPECT_THAT(received, StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(received, HasSubstr("data: {\"error\":\"no\"}"));
  EXPECT_EQ(last_reason(), Errc::upstream_refused);
}

TEST_F(CallTest, AStreamWithoutAnEventIsAnErrorOfItsOwn) {
  add({{kStreamHead + "0\r\n\r\n"}});
  start();
  EXPECT_THAT(post(kStream), HasSubstr("upstream_broke"));
}

TEST_F(CallTest, AVideosIdLeadsBackToItsUpstream) {
  auto& upstream = add({{answer(200, "application/json", R"({"requestId":"r-1"})")},
                        {answer(200, "application/json", R"({"status":"Succeed"})")}});
  start(Endpoint::video_submit);
  const auto submitted = post(R"({"model":"m","prompt":"a river"})");
  const auto begin = submitted.find(R"("requestId":")") + 13;
  const auto id = submitted.substr(begin, submitted.find('"', begin) - begin);
  EXPECT_THAT(id, StartsWith("weirreq_"));
  call_at(Endpoint::video_status);
  EXPECT_THAT(post(fmt::format(R"({{"requestId":"{}"}})", id)), HasSubstr("Succeed"));
  EXPECT_THAT(upstream.requests().at(1), EndsWith(R"({"requestId":"r-1"})"));
  EXPECT_THAT(post(R"({"requestId":"made-up"})"), HasSubstr("Unknown requestId."));
}

TEST_F(CallTest, ASubmissionWithoutOneUsableIdIsInvalid) {
  const std::string long_id(2000, 'r');
  add({{answer(200, "application/json", "{}")},
       {answer(200, "application/json", R"({"requestId":7})")},
       {answer(200, "application/json", R"({"requestId":"a","requestId":"b"})")},
       {answer(200, "application/json", R"({"requestId":")" + long_id + "\"}")}});
  start(Endpoint::video_submit);
  for (int i = 0; i < 4; ++i) {
    EXPECT_THAT(post(R"({"model":"m"})"), HasSubstr("upstream_answer_invalid")) << i;
  }
}

constexpr std::string_view kForm =
    "--b\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nm\r\n"
    "--b\r\nContent-Disposition: form-data; name=\"file\"; "
    "filename=\"a\"\r\n\r\nsound\r\n--b--\r\n";
constexpr std::string_view kFormType = "Content-Type: multipart/form-data; boundary=b\r\n";

TEST_F(CallTest, AFormIsForwardedWithTheUpstreamsName) {
  auto& upstream = add({{answer(200, "application/json", "{}")}}, "theirs");
  start(Endpoint::audio_transcriptions);
  EXPECT_THAT(post(kForm, kFormType), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(upstream.requests().at(0), HasSubstr("\r\n\r\ntheirs\r\n"));
  EXPECT_THAT(upstream.requests().at(0), EndsWith("sound\r\n--b--\r\n"));
}

TEST_F(CallTest, ARequestThatCannotBeReadReachesNoUpstream) {
  const struct {
    Endpoint endpoint;
    std::string body;
    std::string fields;
    const char* text;
  } rows[] = {
      {Endpoint::chat_completions, "{", "", "invalid_parameter"},
      {Endpoint::chat_completions, R"({"model":"m"})", "Content-Type: a/b\r\nContent-Type: c/d\r\n",
       "more than one Content-Type"},
      {Endpoint::audio_transcriptions, std::string(kForm), "", "multipart/form-data"},
      {Endpoint::audio_transcriptions, "--b--\r\n", std::string(kFormType), "invalid_parameter"},
      {Endpoint::audio_transcriptions, std::string(kForm.substr(0, 70)), std::string(kFormType),
       "invalid_parameter"},
  };
  auto& upstream = add({});
  start();
  for (const auto& row : rows) {
    call_at(row.endpoint);
    EXPECT_THAT(post(row.body, row.fields), HasSubstr(row.text));
  }
  EXPECT_TRUE(upstream.requests().empty());
}

TEST_F(CallTest, AStreamWhoseOptionsAreRefusedIsAskedForWithoutThem) {
  const auto stream =
      kStreamHead + chunk("data: {\"a\":1}\n\n") + chunk("data: [DONE]\n\n") + "0\r\n\r\n";
  const auto refusal = answer(
      422, "application/json",
      R"({"detail":[{"type":"extra_forbidden","loc":["body","stream_options"],"msg":"no"}]})");
  const auto other_refusal =
      answer(400, "application/json", R"({"error":{"message":"n, or stream_options, is bad"}})");
  auto& upstream = add({{other_refusal}, {other_refusal}, {refusal}, {stream}, {stream}});
  destinations_[0].asks_usage = true;
  calls_.retries = 0;
  start();
  const auto asks = [&](std::size_t number) {
    return upstream.requests().at(number).find("include_usage") != std::string::npos;
  };
  EXPECT_THAT(post(kStream), HasSubstr("is bad")) << "the options were not the reason";
  EXPECT_TRUE(asks(0));
  EXPECT_FALSE(asks(1));

  EXPECT_THAT(post(kStream), EndsWith("0\r\n\r\n"));
  EXPECT_TRUE(asks(2));
  EXPECT_FALSE(asks(3));
  EXPECT_EQ(last_reason(), std::nullopt);

  EXPECT_THAT(post(kStream), EndsWith("0\r\n\r\n"));
  EXPECT_FALSE(asks(4)) << "it is remembered";
  EXPECT_EQ(last().attempts, 1);
}

TEST_F(CallTest, TheClientsOwnStreamOptionsStay) {
  const auto refusal =
      answer(400, "application/json", R"({"error":{"message":"stream_options is unknown"}})");
  auto& upstream = add({{refusal}});
  destinations_[0].asks_usage = true;
  start();
  EXPECT_THAT(post(R"({"model":"m","stream":true,"stream_options":{}})"), HasSubstr("is unknown"));
  EXPECT_EQ(upstream.requests().size(), 1U);
}

TEST_F(CallTest, LongEventsHaveTheSameBound) {
  const std::string begin = "data: {\"a\":1}\n\n";
  const std::string event = "data: \"" + std::string(2 << 20, 'a') + "\"\n\n";
  const auto turn =
      kStreamHead + chunk(begin) + chunk(event) + chunk("data: [DONE]\n\n") + "0\r\n\r\n";
  add({{turn}, {turn, true}});
  start();
  EXPECT_THAT(post(kStream), HasSubstr("data: [DONE]"));
  EXPECT_EQ(shared_.body_memory.held(), 0);
  calls_.buffer_bytes = 1 << 20;
  replace_directory();
  EXPECT_THAT(post(kStream), HasSubstr(R"("code":"overloaded")"));
  EXPECT_EQ(last_reason(), Errc::overloaded);
  EXPECT_EQ(shared_.body_memory.held(), 0);
}

TEST_F(CallTest, BodiesInMemoryHaveABound) {
  calls_.buffer_bytes = 10;
  auto& upstream = add({});
  start(Endpoint::audio_transcriptions);
  EXPECT_THAT(post(kForm, kFormType), HasSubstr("overloaded"));
  EXPECT_TRUE(upstream.requests().empty());
  EXPECT_EQ(shared_.body_memory.held(), 0);
}

TEST_F(CallTest, ARouteThatWasAssumedAndIsDeniedIsReported) {
  std::vector<std::string> denied;
  shared_.not_served = [&](const std::string& upstream, const std::string& model) {
    denied.push_back(upstream + " " + model);
  };
  add({{answer(404, "application/json", "{}")}});
  model_.routes.back().listed = false;
  start();
  EXPECT_THAT(post(kChat), StartsWith("HTTP/1.1 404"));
  thread_.call([] {});
  EXPECT_THAT(denied, testing::ElementsAre("u0 m"));
}

}  // namespace
}  // namespace weir::gateway
