#include "simulator/handler.hpp"

#include <future>
#include <memory>
#include <string>

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "http/server_for_test.hpp"

namespace weir::simulator {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

constexpr std::string_view kToken = "Authorization: Bearer open sesame\r\n";

// Reports how the first exchange ended.
class WatchedHandler : public ScriptHandler {
 public:
  WatchedHandler(const Settings& settings, const Secret& token, std::promise<bool>& ended_well)
      : ScriptHandler(settings, token), ended_well_(ended_well) {}
  void finished(const http::Exchange& exchange) override {
    if (std::exchange(told_, true)) return;
    ended_well_.set_value(exchange.client->ended());
  }

 private:
  std::promise<bool>& ended_well_;
  bool told_ = false;
};

class ScriptHandlerTest : public http::ServerFixture {
 protected:
  void SetUp() override {
    ASSERT_NO_FATAL_FAILURE(serve(server_settings_, [this](int) {
      return std::make_unique<WatchedHandler>(settings_, token_, ended_well_);
    }));
    socket_.connect(server_->endpoint());
  }
  void TearDown() override {
    boost::system::error_code ignored;
    socket_.close(ignored);  // so that nothing lingers
    ServerFixture::TearDown();
  }

  void send(std::string_view bytes) { asio::write(socket_, asio::buffer(bytes)); }
  void post(std::string_view path, std::string_view body, std::string_view fields = kToken) {
    send(fmt::format("POST {} HTTP/1.1\r\nHost: w\r\nContent-Length: {}\r\n{}\r\n{}", path,
                     body.size(), fields, body));
  }
  std::string read_to_end() {
    boost::system::error_code ignored;
    asio::read(socket_, asio::dynamic_buffer(received_), ignored);
    return received_;
  }
  std::string read_until(std::string_view end) {
    boost::system::error_code error;
    while (!error && received_.find(end) == received_.npos) {
      std::string more(4096, '\0');
      received_.append(more, 0, socket_.read_some(asio::buffer(more), error));
    }
    return received_;
  }

  Settings settings_{0ms, 0ms, 0ms, 0ms};
  Secret token_{"open sesame"};
  std::promise<bool> ended_well_;
  http::Settings server_settings_;
  asio::io_context context_;
  net::Tcp::socket socket_{context_};
  std::string received_;
};

std::string chat(std::string_view more) {
  return fmt::format(
      R"({{"model":"demo/chat","messages":[{{"role":"user","content":"Hi"}}],"max_tokens":2{}}})",
      more);
}

TEST_F(ScriptHandlerTest, AnswersWholeAndKeepsTheConnection) {
  post("/v1/chat/completions", chat(""));
  const auto first = read_until("\"total_tokens\":3}}");
  EXPECT_TRUE(first.starts_with("HTTP/1.1 200 OK\r\n")) << first;
  EXPECT_NE(first.find("Content-Type: application/json; charset=utf-8\r\n"), first.npos);
  EXPECT_NE(first.find("Content-Length: "), first.npos);
  received_.clear();
  send(fmt::format("GET /v1/models HTTP/1.1\r\nHost: w\r\nConnection: close\r\n{}\r\n", kToken));
  EXPECT_NE(read_to_end().find("demo/embedding"), std::string::npos);
  EXPECT_TRUE(ended_well_.get_future().get());
}

TEST_F(ScriptHandlerTest, StreamsInChunksToTheEnd) {
  post("/v1/chat/completions", chat(R"(,"stream":true)"));
  const auto answer = read_until("\r\n0\r\n\r\n");
  EXPECT_NE(answer.find("Transfer-Encoding: chunked\r\n"), answer.npos) << answer;
  EXPECT_NE(answer.find("Content-Type: text/event-stream\r\n"), answer.npos) << answer;
  EXPECT_TRUE(answer.ends_with("data: [DONE]\n\n\r\n0\r\n\r\n")) << answer;
}

TEST_F(ScriptHandlerTest, WaitsAsLongAsTheScriptSays) {
  post("/v1/chat/completions", chat(R"(,"stream":true,"simulator":{"delay_ms":2,"token_ms":1})"));
  EXPECT_TRUE(read_until("0\r\n\r\n").ends_with("data: [DONE]\n\n\r\n0\r\n\r\n"));
}

TEST_F(ScriptHandlerTest, ACutAnswerClosesWithoutItsEnd) {
  post("/v1/chat/completions", chat(R"(,"stream":true,"simulator":{"cut_after_events":1})"));
  const auto answer = read_to_end();
  EXPECT_TRUE(answer.ends_with("\n\n\r\n")) << answer;
  EXPECT_EQ(answer.find("[DONE]"), answer.npos);
  EXPECT_FALSE(ended_well_.get_future().get());
}

TEST_F(ScriptHandlerTest, ACutBeforeTheFirstEventStillHasAHead) {
  post("/v1/chat/completions", chat(R"(,"stream":true,"simulator":{"cut_after_events":0})"));
  const auto answer = read_to_end();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST_F(ScriptHandlerTest, ACutWholeAnswerIsShorterThanItSaid) {
  post("/v1/chat/completions", chat(R"(,"simulator":{"cut_after_events":0})"));
  const auto answer = read_to_end();
  EXPECT_NE(answer.find("{\"id\":"), answer.npos) << answer;
  EXPECT_EQ(answer.find("total_tokens"), answer.npos);
}

TEST_F(ScriptHandlerTest, AClientThatLeavesAStallEndsIt) {
  post("/v1/chat/completions", chat(R"(,"stream":true,"simulator":{"stall_after_events":1})"));
  read_until("\n\n\r\n");
  socket_.close();
  EXPECT_FALSE(ended_well_.get_future().get());
}

TEST_F(ScriptHandlerTest, AClientThatLeavesBeforeTheHeadEndsIt) {
  post("/v1/chat/completions", chat(R"(,"simulator":{"delay_ms":600000})"));
  socket_.close();
  EXPECT_FALSE(ended_well_.get_future().get());
}

TEST_F(ScriptHandlerTest, OnlyWhoKnowsTheTokenIsServed) {
  post("/v1/chat/completions", chat(""), "Authorization: Bearer close sesame\r\n");
  EXPECT_TRUE(read_until("\"Invalid token\"").starts_with("HTTP/1.1 401 Unauthorized\r\n"));
}

TEST_F(ScriptHandlerTest, TheTokenMayComeAsAnApiKey) {
  post("/v1/messages", chat(""), "X-Api-Key: open sesame\r\n");
  EXPECT_TRUE(read_until("\"usage\"").starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_F(ScriptHandlerTest, ABodyMayComeInChunks) {
  send(
      fmt::format("POST /v1/chat/completions HTTP/1.1\r\nHost: w\r\n{}"
                  "Transfer-Encoding: chunked\r\n\r\n",
                  kToken));
  const auto body = chat("");
  send(fmt::format("{:x}\r\n{}\r\n", 9, body.substr(0, 9)));
  send(fmt::format("{:x}\r\n{}\r\n0\r\n\r\n", body.size() - 9, body.substr(9)));
  EXPECT_TRUE(read_until("\"total_tokens\":3}}").starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_F(ScriptHandlerTest, ABodyThatIsTooLongIsRefused) {
  send(fmt::format("POST /v1/chat/completions HTTP/1.1\r\nHost: w\r\nContent-Length: {}\r\n{}\r\n",
                   ScriptHandler::kMaxBodyBytes + 1, kToken));
  EXPECT_TRUE(read_to_end().starts_with("HTTP/1.1 413 "));
}

TEST_F(ScriptHandlerTest, AStopEndsWhatIsStalled) {
  post("/v1/chat/completions", chat(R"(,"simulator":{"stall_after_events":0})"));
  read_until("\r\n\r\n");
  server_->stop(0s);
  EXPECT_FALSE(ended_well_.get_future().get());
}

}  // namespace
}  // namespace weir::simulator
