#include "translation/answer_stream.hpp"

#include <gtest/gtest.h>

namespace weir::translation {
namespace {

using catalogue::Endpoint;

// Says which events it was given.
class EchoAnswer final : public Answer {
 public:
  std::string rewrite(const boost::json::object& answer) override {
    return "rewritten " + std::string(answer.at("id").as_string());
  }
  void take(const boost::json::object& event, std::string& out) override {
    ++events_;
    has_finished_ = has_finished_ || event.contains("choices");
    const auto* number = event.if_contains("n");
    out += "event: x\ndata: " + (number ? std::to_string(number->as_int64()) : "-") + "\n\n";
  }
  void end(std::string& out) override { out += "event: end\n\n"; }
  std::uint64_t events() const override { return events_; }
  bool has_finished() const override { return has_finished_; }
  bool failed() const override { return events_ > 5; }
  std::string_view id() const override { return R"("resp_7")"; }

 private:
  std::uint64_t events_ = 0;
  bool has_finished_ = false;
};

AnswerStream make(Endpoint from = Endpoint::messages) {
  return {std::make_unique<EchoAnswer>(), from, "m"};
}

TEST(AnswerStream, PassesEachEventOnAsItComes) {
  auto stream = make();
  EXPECT_EQ(stream.pass("data: {\"n\":1}\n\ndata: {\"n\":2}\n\n"),
            "event: x\ndata: 1\n\nevent: x\ndata: 2\n\n");
  EXPECT_EQ(stream.pass(""), "");
  EXPECT_EQ(stream.finish("data: {\"n\":3}\n\ndata: [DONE]\n\n"),
            "event: x\ndata: 3\n\nevent: end\n\n");
  EXPECT_FALSE(stream.broken());
}

TEST(AnswerStream, AStreamWithoutAReasonToStopIsNotComplete) {
  auto stream = make();
  const std::string events(stream.finish("data: {\"n\":1}\n\n"));
  EXPECT_TRUE(events.starts_with("event: x\ndata: 1\n\nevent: error\n")) << events;
  EXPECT_EQ(stream.broken(), Errc::upstream_broke);
  EXPECT_EQ(stream.break_off(Errc::upstream_broke), "");
}

TEST(AnswerStream, AReasonToStopCompletesAStreamWithoutTheMark) {
  auto stream = make();
  const std::string reason = R"({"choices":[{"delta":{},"finish_reason":"stop"}]})";
  EXPECT_EQ(stream.finish("data: " + reason + "\n\ndata: {\"n\":1}\n\n"),
            "event: x\ndata: -\n\nevent: x\ndata: 1\n\nevent: end\n\n");
  EXPECT_FALSE(stream.broken());
}

TEST(AnswerStream, AnEventThatCannotBeReadIsAnError) {
  auto stream = make();
  const std::string event(stream.pass("data: {\"n\":1,}\n\ndata: {\"n\":2}\n\n"));
  EXPECT_TRUE(event.starts_with("event: error\n")) << event;
  EXPECT_EQ(stream.broken(), Errc::upstream_answer_invalid);
}

TEST(AnswerStream, AnAnswerThatFailsEndsTheStream) {
  auto stream = make();
  std::string events;
  for (int i = 0; i < 9; ++i) events += "data: {\"n\":1}\n\n";
  const std::string passed(stream.pass(events));
  EXPECT_TRUE(passed.contains("event: error\n")) << passed;
  EXPECT_EQ(stream.broken(), Errc::upstream_answer_invalid);
}

TEST(AnswerStream, HalfACharacterLosesNoEvent) {
  auto stream = make();
  EXPECT_EQ(stream.pass("data: {\"n\":1,\"t\":\"\\ud83d\"}\n\n"), "event: x\ndata: 1\n\n");
}

TEST(AnswerStream, EndsOnceWhereTheUpstreamSaysSo) {
  auto stream = make();
  EXPECT_EQ(stream.pass("data: [DONE]\n\n"), "event: end\n\n");
  EXPECT_EQ(stream.pass("data: {\"n\":1}\n\n"), "");
  EXPECT_EQ(stream.finish("data: [DONE]\n\n"), "");
  EXPECT_EQ(stream.break_off(Errc::upstream_broke), "");
}

TEST(AnswerStream, PassesCommentsAndSkipsWhatIsNoEvent) {
  auto stream = make();
  EXPECT_EQ(stream.pass(": ping\n\n\n\nevent: x\n\ndata: 7\n\ndata: ready\n\n"), ": ping\n\n");
}

TEST(AnswerStream, TellsAnErrorInTheClientsWordsAndEndsWithIt) {
  auto stream = make();
  const std::string error = R"({"error":{"message":"no memory","type":"server_error"}})";
  EXPECT_EQ(stream.finish("data: " + error + "\n\ndata: [DONE]\n\n"),
            "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\","
            "\"message\":\"no memory\"}}\n\n");
}

TEST(AnswerStream, AnErrorOfTheRequestIsNotRepeated) {
  const struct {
    const char* error;
    const char* type;
  } cases[] = {
      {R"({"message":"too long","type":"invalid_request_error","code":400})",
       "invalid_request_error"},
      {R"({"message":"slow down","code":429})", "rate_limit_error"},
      {R"({"message":"no memory","code":500})", "overloaded_error"},
  };
  for (const auto& c : cases) {
    auto stream = make();
    const std::string event(stream.pass(std::string("data: {\"error\":") + c.error + "}\n\n"));
    EXPECT_NE(event.find(c.type), std::string::npos) << event;
  }
}

TEST(AnswerStream, SaysThatAStreamCannotBeCompleted) {
  auto stream = make(Endpoint::responses);
  [[maybe_unused]] const auto passed = stream.pass("data: {\"n\":1}\n\n");
  const std::string event(stream.break_off(Errc::upstream_broke));
  EXPECT_NE(event.find("\"sequence_number\":1"), std::string::npos) << event;
  EXPECT_NE(event.find("\"id\":\"resp_7\""), std::string::npos) << event;
  EXPECT_NE(event.find("\"model\":\"m\""), std::string::npos) << event;
}

TEST(AnswerStream, RewritesAWholeAnswer) {
  EXPECT_EQ(make().rewrite(R"({"id":"a","choices":[{"message":{}}]})"), "rewritten a");
  for (const char* body : {"", "[]", "{", "oops", R"({"id":"a"})", R"({"id":"a","choices":[]})",
                           R"({"id":"a","choices":[{"message":null}]})"}) {
    const auto answer = make().rewrite(body);
    ASSERT_FALSE(answer) << body;
    EXPECT_EQ(answer.error().code, Errc::upstream_answer_invalid);
  }
}

TEST(AnswerStream, RewritesErrorsWhereTheShapesDiffer) {
  const std::string body = R"({"error":{"message":"too long","code":"context_length_exceeded"}})";
  EXPECT_EQ(make(Endpoint::responses).rewrite_error(400, body), body);
  const auto page = make(Endpoint::responses).rewrite_error(502, "<html>Bad Gateway</html>");
  EXPECT_TRUE(page.starts_with(R"({"error":{)")) << page;
  const struct {
    int status;
    const char* type;
  } cases[] = {{400, "invalid_request_error"}, {404, "not_found_error"},
               {413, "request_too_large"},     {422, "invalid_request_error"},
               {429, "rate_limit_error"},      {500, "overloaded_error"}};
  for (const auto& c : cases) {
    EXPECT_EQ(make().rewrite_error(c.status, body),
              std::string(R"({"type":"error","error":{"type":")") + c.type +
                  R"(","message":"too long"}})");
  }
}

}  // namespace
}  // namespace weir::translation
