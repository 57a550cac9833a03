#include "http/response_writer.hpp"

#include <string>

#include <gtest/gtest.h>

#include "http/reply.hpp"

namespace weir::http {
namespace {

std::string text_of(const ResponseWriter::Buffers& buffers) {
  std::string text;
  for (const auto& buffer : buffers) {
    text.append(static_cast<const char*>(buffer.data()), buffer.size());
  }
  return text;
}

class ResponseWriterTest : public testing::Test {
 protected:
  void begin(AnswerHead head, bool keep_alive = true) {
    writer_.reset();
    writer_.begin(request_, head, keep_alive, WallTime{});
  }
  // Frames and sends a piece; returns the bytes that the client receives.
  std::string send(std::string_view piece, bool last) {
    const auto buffers = writer_.frame(piece, last);
    auto text = text_of(buffers);
    writer_.wrote(buffers, text.size());
    return text;
  }

  Request request_;
  ResponseWriter writer_;
};

constexpr std::string_view kDate = "Date: Thu, 01 Jan 1970 00:00:00 GMT\r\n";

std::string head_with(std::string_view lines) {
  return "HTTP/1.1 200 OK\r\n" + std::string(kDate) + std::string(lines) + "\r\n";
}

TEST_F(ResponseWriterTest, AKnownLengthIsAnnounced) {
  begin({.fixed_fields = "A: 1\r\n", .fields = "B: 2\r\n", .length = 4});
  EXPECT_TRUE(writer_.begun());
  EXPECT_EQ(send("body", true), head_with("A: 1\r\nB: 2\r\nContent-Length: 4\r\n") + "body");
  EXPECT_TRUE(writer_.ended());
  EXPECT_TRUE(writer_.keeps_alive());
  EXPECT_EQ(writer_.body_bytes(), 4);
}

TEST_F(ResponseWriterTest, AnUnknownLengthIsChunked) {
  begin({});
  EXPECT_EQ(send("0123456789abcdef", false),
            head_with("Transfer-Encoding: chunked\r\n") + "10\r\n0123456789abcdef\r\n");
  EXPECT_EQ(send("x", false), "1\r\nx\r\n");
  EXPECT_FALSE(writer_.ended());
  EXPECT_TRUE(writer_.lacks_its_end());
  EXPECT_EQ(send({}, true), "0\r\n\r\n");
  EXPECT_TRUE(writer_.ended());
  EXPECT_FALSE(writer_.lacks_its_end());
  EXPECT_EQ(writer_.body_bytes(), 17);
}

TEST_F(ResponseWriterTest, TheLastPieceAndTheEndGoTogether) {
  begin({});
  send({}, false);
  EXPECT_EQ(send("x", true), "1\r\nx\r\n0\r\n\r\n");
}

TEST_F(ResponseWriterTest, AfterASwitchOfProtocolsPiecesAreSentAsTheyAre) {
  begin({.status = kSwitchingProtocols, .fields = "Upgrade: websocket\r\n"}, false);
  EXPECT_EQ(send("ab", false), "HTTP/1.1 101 Switching Protocols\r\n" + std::string(kDate) +
                                   "Upgrade: websocket\r\nConnection: Upgrade\r\n\r\nab");
  EXPECT_EQ(send("c", true), "c");
  EXPECT_TRUE(writer_.ended());
  EXPECT_FALSE(writer_.keeps_alive());
}

TEST_F(ResponseWriterTest, Http10HasNoChunks) {
  request_.minor_version = 0;
  begin({});
  EXPECT_EQ(send("x", true), head_with("Connection: close\r\n") + "x");
  EXPECT_TRUE(writer_.until_close());
  EXPECT_FALSE(writer_.keeps_alive());
  begin({.length = 1});
  EXPECT_EQ(send("x", true), head_with("Content-Length: 1\r\nConnection: keep-alive\r\n") + "x");
  EXPECT_TRUE(writer_.keeps_alive());
}

TEST_F(ResponseWriterTest, AnAnswerToHeadHasALengthButNoBody) {
  request_.method = Method::head;
  begin({.length = 4});
  EXPECT_EQ(send("body", true), head_with("Content-Length: 4\r\n"));
  EXPECT_EQ(writer_.body_bytes(), 0);
}

TEST_F(ResponseWriterTest, AStatusWithoutBodyHasNoLengthEither) {
  begin({.status = 304, .length = 4});
  EXPECT_EQ(send("body", true), "HTTP/1.1 304 Not Modified\r\n" + std::string(kDate) + "\r\n");
}

TEST_F(ResponseWriterTest, AConnectionThatEndsSaysSo) {
  begin({.length = 0}, false);
  EXPECT_EQ(send({}, true), head_with("Content-Length: 0\r\nConnection: close\r\n"));
  EXPECT_FALSE(writer_.keeps_alive());
}

TEST_F(ResponseWriterTest, TheRestIsSentNextAndOutlivesItsPiece) {
  begin({.length = 10});
  std::string sent;
  {
    std::string piece = "0123456789";
    const auto buffers = writer_.frame(piece, true);
    writer_.wrote(buffers, 20);
    sent = text_of(buffers).substr(0, 20);
    ASSERT_TRUE(writer_.has_unsent());
    EXPECT_FALSE(writer_.ended());
    EXPECT_TRUE(writer_.lacks_its_end());
    writer_.keep_unsent();
    piece.assign(10, '?');
  }
  while (writer_.has_unsent()) {
    sent += text_of(writer_.next()).substr(0, 7);
    writer_.drop(std::min<std::size_t>(7, text_of(writer_.next()).size()));
  }
  EXPECT_EQ(sent, head_with("Content-Length: 10\r\n") + "0123456789");
  EXPECT_TRUE(writer_.ended());
}

TEST_F(ResponseWriterTest, AnAnswerWhoseConnectionIsLostHasNotEnded) {
  begin({.length = 1});
  writer_.wrote(writer_.frame("x", true), std::nullopt);
  EXPECT_FALSE(writer_.ended());
  EXPECT_TRUE(writer_.lacks_its_end());
}

TEST_F(ResponseWriterTest, AResetForgetsTheAnswer) {
  begin({.length = 2});
  writer_.wrote(writer_.frame("xy", true), 5);
  writer_.reset();
  EXPECT_FALSE(writer_.begun());
  EXPECT_FALSE(writer_.has_unsent());
  EXPECT_EQ(writer_.status(), 0);
  EXPECT_EQ(writer_.body_bytes(), 0);
}

}  // namespace
}  // namespace weir::http
