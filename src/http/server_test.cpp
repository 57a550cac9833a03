#include "http/server.hpp"

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/connect.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include "http/server_for_test.hpp"

namespace weir::http {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

// Echoes the request's target, and records how each exchange ended.
class EchoHandler : public Handler {
 public:
  EchoHandler(std::vector<std::string>& ended, net::Timer& gate) : ended_(ended), gate_(gate) {}

  bool takes_body(const Request&) override { return false; }
  Answer handle(Exchange& exchange) override {
    auto reply = Reply::with_body(200, std::string(exchange.request->target));
    if (exchange.request->path != "/later") return reply;
    return answer_later(std::move(reply));
  }
  Reply refuse(Exchange& exchange, Errc code) override {
    exchange.reason = code;
    return Reply::with_body(describe(code).status, std::string(describe(code).slug));
  }
  void finished(const Exchange& exchange) override {
    ended_.emplace_back(exchange.reason ? describe(*exchange.reason).slug : "ok");
  }

 private:
  // Waits until the test opens the gate.
  net::Task<Outcome> answer_later(Reply reply) {
    co_await gate_.async_wait(net::use_task);
    co_return std::make_unique<Reply>(std::move(reply));
  }

  std::vector<std::string>& ended_;
  net::Timer& gate_;
};

class ServerTest : public ServerFixture {
 protected:
  void start(Settings settings) {
    settings_ = std::move(settings);
    serve(settings_, [this](int) { return std::make_unique<EchoHandler>(ended_, *gate_); });
  }
  void TearDown() override {
    ServerFixture::TearDown();
    thread_.call([this] { gate_.reset(); });
  }

  // A blocking client, as simple as the tests need.
  class Client {
   public:
    explicit Client(const net::Tcp::endpoint& to) : socket_(context_) { socket_.connect(to); }
    void send(std::string_view bytes) { asio::write(socket_, asio::buffer(bytes)); }
    void send_no_more() { socket_.shutdown(net::Tcp::socket::shutdown_send); }
    /// Everything received until the server closes.
    std::string read_to_end() {
      boost::system::error_code ignored;
      asio::read(socket_, asio::dynamic_buffer(received_), ignored);
      return received_;
    }
    /// Up to and including the `count`-th occurrence of `end`.
    std::string read_until(std::string_view end, int count = 1) {
      std::size_t at = 0;
      for (int seen = 0; seen < count;) {
        const auto found = received_.find(end, at);
        if (found != std::string::npos) {
          at = found + end.size();
          ++seen;
          continue;
        }
        std::string more(4096, '\0');
        boost::system::error_code error;
        const auto size = socket_.read_some(asio::buffer(more), error);
        if (error) return received_;
        received_.append(more, 0, size);
      }
      return received_.substr(0, at);
    }

   private:
    asio::io_context context_;
    net::Tcp::socket socket_;
    std::string received_;
  };

  Client connect() { return Client(server_->endpoint()); }

  Settings settings_;
  std::vector<std::string> ended_;
  std::unique_ptr<net::Timer> gate_ = thread_.call(
      [this] { return std::make_unique<net::Timer>(thread_.executor(), MonotonicTime::max()); });
};

TEST_F(ServerTest, KeepsTheConnectionAndAnswersPipelinedRequestsInOrder) {
  start({});
  auto client = connect();
  client.send("GET /1 HTTP/1.1\r\nHost: w\r\n\r\nGET /2 HTTP/1.1\r\nHost: w\r\n\r\n");
  client.send("GET /3 HTTP/1.1\r\nHost: w\r\nConnection: close\r\n\r\n");
  const auto answer = client.read_to_end();
  EXPECT_LT(answer.find("/1"), answer.find("/2"));
  EXPECT_LT(answer.find("/2"), answer.find("/3"));
  EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos);
}

TEST_F(ServerTest, WhoComesToACrowdHasHisTurn) {
  start({});
  std::deque<Client> crowd;
  for (std::size_t i = 0; i < 2 * net::FairQueue::kMaxConcurrent; ++i) {
    crowd.emplace_back(server_->endpoint());
    crowd.back().send("GET /later HTTP/1.1\r\nHost: w\r\n\r\n");
  }
  auto other = connect();
  for (const char* target : {"/1", "/2"}) {
    other.send("GET " + std::string(target) + " HTTP/1.1\r\nHost: w\r\n\r\n");
    EXPECT_TRUE(other.read_until(target).ends_with(target));
  }
  // A request that does not wait for the gate by now would never see it open.
  thread_.call([this] { gate_->expires_at(MonotonicTime::min()); });
  for (auto& client : crowd) EXPECT_TRUE(client.read_until("/later").ends_with("/later"));
}

TEST_F(ServerTest, AnAnswerThatComesLaterHoldsAPlaceUntilThen) {
  Settings settings;
  settings.max_in_flight = 1;
  start(settings);
  auto later = connect();
  later.send("POST /later HTTP/1.1\r\nHost: w\r\nContent-Length: 0\r\n\r\n");
  // The two requests race; the second is refused once the first has begun.
  std::string answer;
  do {
    auto other = connect();
    other.send("POST /1 HTTP/1.1\r\nHost: w\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    answer = other.read_to_end();
  } while (answer.starts_with("HTTP/1.1 200 "));
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 ")) << answer;
  auto session = connect();
  session.send(
      "GET /1 HTTP/1.1\r\nHost: w\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n");
  EXPECT_TRUE(session.read_to_end().starts_with("HTTP/1.1 503 ")) << "a session is a call";
  auto reader = connect();
  reader.send("GET /1 HTTP/1.1\r\nHost: w\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(reader.read_to_end().starts_with("HTTP/1.1 200 ")) << "places are kept for reading";
  thread_.call([this] { gate_->cancel(); });
  EXPECT_TRUE(later.read_until("/later").ends_with("/later"));
}

TEST_F(ServerTest, AChunkedBodyWithTrailersIsTakenHoweverItsBytesAreSplit) {
  start({});
  const std::string body = "5;a=b\r\nhello\r\n1\r\n!\r\n0\r\nX-Trace-Id: smuggled\r\n\r\n";
  const std::string next = "GET /next HTTP/1.1\r\nHost: w\r\nConnection: close\r\n\r\n";
  for (std::size_t split = 0; split <= body.size(); ++split) {
    auto client = connect();
    client.send("GET /a HTTP/1.1\r\nHost: w\r\nTransfer-Encoding: chunked\r\n\r\n" +
                body.substr(0, split));
    client.send(body.substr(split) + next);
    const auto answer = client.read_to_end();
    EXPECT_NE(answer.find("\r\n\r\n/a"), std::string::npos) << split << "\n" << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n/next")) << split << "\n" << answer;
  }
}

TEST_F(ServerTest, ABodyIsTakenBeforeTheAnswerAndTheNextRequestFollows) {
  start({});
  auto client = connect();
  client.send("GET /a HTTP/1.1\r\nHost: w\r\nContent-Length: 5\r\n\r\nhel");
  client.send("loGET /b HTTP/1.1\r\nHost: w\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r");
  client.send("\n\r\nGET /c HTTP/1.1\r\nHost: w\r\nConnection: close\r\n\r\n");
  const auto answer = client.read_to_end();
  for (const char* target : {"\r\n\r\n/a", "\r\n\r\n/b", "\r\n\r\n/c"}) {
    EXPECT_NE(answer.find(target), std::string::npos) << answer;
  }
}

TEST_F(ServerTest, SaysContinueToAClientThatWaitsForIt) {
  start({});
  auto client = connect();
  client.send("GET /a HTTP/1.1\r\nHost: w\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("ok");
  EXPECT_NE(client.read_until("/a").find("HTTP/1.1 200 OK"), std::string::npos);
}

TEST_F(ServerTest, HeadHasTheLengthButNoBody) {
  start({});
  auto client = connect();
  client.send("HEAD /abc HTTP/1.1\r\nHost: w\r\nConnection: close\r\n\r\n");
  const auto answer = client.read_to_end();
  EXPECT_NE(answer.find("Content-Length: 4\r\n"), std::string::npos);
  EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
}

TEST_F(ServerTest, RefusesMalformedHttpAndCloses) {
  start({});
  auto client = connect();
  client.send("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\nGET /next HTTP/1.1\r\nHost: w\r\n\r\n");
  const auto answer = client.read_to_end();
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 Bad Request\r\n")) << answer;
  EXPECT_TRUE(answer.ends_with("malformed_request")) << answer;
}

TEST_F(ServerTest, ASlowHeadIsToldSoAndClosed) {
  Settings settings;
  settings.request_head_timeout = 1ms;
  start(settings);
  auto client = connect();
  client.send("GET / HT");
  EXPECT_TRUE(client.read_to_end().starts_with("HTTP/1.1 408 Request Timeout\r\n"));
}

TEST_F(ServerTest, AnIdleConnectionIsClosedWithoutAWord) {
  Settings settings;
  settings.keep_alive_timeout = 1ms;
  start(settings);
  auto client = connect();
  EXPECT_EQ(client.read_to_end(), "");
}

TEST_F(ServerTest, OneConnectionTooManyIsTold503WhileTheOthersAreServed) {
  Settings settings;
  settings.max_connections = 1;
  start(settings);
  auto first = connect();
  first.send("GET /1 HTTP/1.1\r\nHost: w\r\n\r\nGET /later HTTP/1.1\r\nHost: w\r\n\r\n");
  first.read_until("/1");
  auto second = connect();
  second.send("GET /2 HTTP/1.1\r\nHost: w\r\n\r\n");
  EXPECT_TRUE(second.read_to_end().starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
  thread_.call([this] { gate_->cancel(); });
  EXPECT_NE(first.read_until("/later").find("/later"), std::string::npos);
}

TEST_F(ServerTest, AnIdleConnectionGivesItsPlaceToANewOne) {
  Settings settings;
  settings.max_connections = 1;
  start(settings);
  auto first = connect();
  first.send("GET /1 HTTP/1.1\r\nHost: w\r\n\r\n");
  first.read_until("/1");
  for (const std::string target : {"/2", "/3"}) {
    auto next = connect();
    next.send("GET " + target + " HTTP/1.1\r\nHost: w\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(next.read_to_end().ends_with(target));
  }
  EXPECT_TRUE(first.read_to_end().ends_with("/1"));
}

TEST_F(ServerTest, AnAnswerLargerThanTheSocketBufferArrivesWhole) {
  Settings settings;
  settings.max_request_line_bytes = 8 << 20;
  start(settings);
  auto client = connect();
  const std::string target = "/" + std::string(4 << 20, 'a');
  client.send("GET " + target + " HTTP/1.1\r\nHost: w\r\nConnection: close\r\n\r\n");
  const auto answer = client.read_to_end();
  ASSERT_GT(answer.size(), target.size());
  EXPECT_EQ(answer.substr(answer.size() - target.size()), target);
}

TEST_F(ServerTest, TheLastAnswerArrivesThoughTheClientHasSentMore) {
  start({});
  auto client = connect();
  const std::string more(256 << 10, 'x');
  client.send("GET /last HTTP/1.1\r\nHost: w\r\nConnection: close\r\n\r\n");
  client.send(more);
  EXPECT_TRUE(client.read_to_end().ends_with("/last"));
}

TEST_F(ServerTest, StoppingClosesIdleConnectionsAtOnce) {
  start({});
  auto client = connect();
  client.send("GET /1 HTTP/1.1\r\nHost: w\r\n\r\n");
  client.read_until("/1");
  server_->stop(60s);
  EXPECT_TRUE(client.read_to_end().ends_with("/1"));
  server_.reset();
}

TEST_F(ServerTest, TwoServersDoNotShareAPort) {
  start({});
  const auto listen = net::format_endpoint(server_->endpoint());
  const auto second = Server::open(
      "second", listen, settings_, 1, {&thread_},
      [this](int) { return std::make_unique<EchoHandler>(ended_, *gate_); }, registry_);
  ASSERT_FALSE(second);
  EXPECT_NE(second.error().detail.find("in use"), std::string::npos);
}

}  // namespace
}  // namespace weir::http
