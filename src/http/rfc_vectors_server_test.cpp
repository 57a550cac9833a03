// The vectors over real sockets: a refused request is answered, and the connection closed, before
// any handler sees it.
#include <memory>

#include <boost/asio/connect.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "http/client_stream.hpp"
#include "http/rfc_vectors_for_test.hpp"
#include "http/server_for_test.hpp"

namespace weir::http {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kNext = "GET /next HTTP/1.1\r\nHost: weir\r\nConnection: close\r\n\r\n";

// Stands in for routing and authentication. It does not read the body of /unread.
class Counter : public Handler {
 public:
  explicit Counter(int& handled) : handled_(handled) {}
  bool takes_body(const Request& request) override { return request.path == "/unread"; }
  Answer handle(Exchange& exchange) override {
    ++handled_;
    return Reply::with_body(200, "saw " + std::string(exchange.request->path));
  }
  Reply refuse(Exchange& exchange, Errc code) override {
    exchange.reason = code;
    return Reply::with_body(describe(code).status, std::string(describe(code).slug));
  }
  void finished(const Exchange&) override {}

 private:
  int& handled_;
};

class RfcVectorsOverSockets : public ServerFixture {
 protected:
  void SetUp() override {
    settings_.max_chunk_overhead_bytes = kChunkOverheadForTest;
    serve(settings_, [this](int) { return std::make_unique<Counter>(handled_); });
  }

  // Everything received until the server closes. `said_all`: the client closes its sending side.
  std::string exchange(std::string_view bytes, bool said_all) {
    asio::io_context context;
    net::Tcp::socket socket(context);
    socket.connect(server_->endpoint());
    boost::system::error_code ignored;
    asio::write(socket, asio::buffer(bytes), ignored);
    if (said_all) socket.shutdown(net::Tcp::socket::shutdown_send, ignored);
    std::string answer;
    asio::read(socket, asio::dynamic_buffer(answer), ignored);
    return answer;
  }
  int handled() {
    return thread_.call([this] { return handled_; });
  }

  void try_all(const std::vector<Vector>& vectors) {
    for (const Vector& vector : vectors) {
      SCOPED_TRACE(fmt::format("RFC {}: {}", vector.section, vector.name));
      const int before = handled();
      switch (vector.expected.kind) {
        case Expected::Kind::taken:
          EXPECT_TRUE(exchange(vector.bytes, true).starts_with("HTTP/1.1 200 OK\r\n"));
          EXPECT_EQ(handled(), before + 1);
          break;
        case Expected::Kind::refused: {
          const auto answer = exchange(vector.bytes + std::string(kNext), false);
          const auto& row = describe(vector.expected.code);
          EXPECT_TRUE(answer.starts_with(fmt::format("HTTP/1.1 {} ", row.status))) << answer;
          EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos) << answer;
          EXPECT_TRUE(answer.ends_with(row.slug)) << answer;
          EXPECT_EQ(handled(), before);
          break;
        }
        case Expected::Kind::waiting: {
          // An announced size over the limit is refused before the body arrives.
          const auto answer = exchange(vector.bytes, true);
          EXPECT_TRUE(answer.empty() || answer.starts_with("HTTP/1.1 413 ")) << answer;
          EXPECT_EQ(handled(), before);
          break;
        }
      }
    }
  }

  Settings settings_;
  int handled_ = 0;
};

TEST_F(RfcVectorsOverSockets, RequestsAreRefusedAndClosedBeforeAnyHandlerSeesThem) {
  try_all(request_vectors_for_test());
  try_all(framing_vectors_for_test());
}

TEST_F(RfcVectorsOverSockets, ChunkedBodiesAreRefusedAndClosedBeforeAnyHandlerSeesThem) {
  try_all(chunked_vectors_for_test());
}

// A known vulnerability elsewhere: the rest of a body that the handler had not read was parsed as
// the next request.
TEST_F(RfcVectorsOverSockets, PingoraCve20254366AConnectionWithAnUnreadBodyIsNotUsedAgain) {
  for (const auto* framing : {"Content-Length: 1000\r\n", "Transfer-Encoding: chunked\r\n"}) {
    const int before = handled();
    const auto answer = exchange(std::string("POST /unread HTTP/1.1\r\nHost: weir\r\n") + framing +
                                     "\r\n" + std::string(kNext),
                                 false);
    EXPECT_NE(answer.find("saw /unread"), std::string::npos) << answer;
    EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos) << answer;
    EXPECT_EQ(answer.find("/next"), std::string::npos) << answer;
    EXPECT_EQ(handled(), before + 1);
  }
}

TEST_F(RfcVectorsOverSockets, PingoraCve20254366AnUnreadBodyThatIsHereWholeIsNoRequest) {
  const std::string inner = "GET /inner HTTP/1.1\r\nHost: weir\r\n\r\n";
  const auto answer =
      exchange(fmt::format("POST /unread HTTP/1.1\r\nHost: weir\r\nContent-Length: {}\r\n\r\n{}{}",
                           inner.size(), inner, kNext),
               false);
  EXPECT_NE(answer.find("saw /unread"), std::string::npos) << answer;
  EXPECT_EQ(answer.find("/inner"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("saw /next")) << answer;
}

// A known vulnerability elsewhere: bytes behind an upgrade request were forwarded unparsed, though
// the upgrade had not been accepted.
TEST_F(RfcVectorsOverSockets, PingoraCve20262833WhatFollowsAnUpgradeIsReadAsARequest) {
  const auto answer = exchange(
      "GET /up HTTP/1.1\r\nHost: weir\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n" +
          std::string(kNext),
      false);
  EXPECT_EQ(answer.find(" 101 "), std::string::npos) << answer;
  EXPECT_NE(answer.find("saw /up"), std::string::npos) << answer;
  EXPECT_TRUE(answer.ends_with("saw /next")) << answer;
}

}  // namespace
}  // namespace weir::http
