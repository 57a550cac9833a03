#include "http/request_reader.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir::http {
namespace {

class RequestReaderTest : public testing::Test {
 protected:
  // True if the head is complete.
  bool receive(std::string_view bytes) {
    reader_.receive(bytes);
    const auto whole = reader_.try_head();
    EXPECT_TRUE(whole) << whole.error().text();
    return whole && *whole;
  }

  RequestReader reader_{HeadLimits{}, 1000};
};

constexpr std::string_view kChunked =
    "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";

TEST_F(RequestReaderTest, AHeadIsReadOnceAllOfItHasArrived) {
  EXPECT_FALSE(reader_.has_bytes());
  EXPECT_FALSE(receive("GET /list HT"));
  EXPECT_TRUE(reader_.has_bytes());
  EXPECT_TRUE(receive("TP/1.1\r\nHost: h\r\n\r\n"));
  EXPECT_EQ(reader_.request().target, "/list");
  EXPECT_TRUE(reader_.body_done());
  EXPECT_EQ(reader_.take_body_at_hand(), "");
}

TEST_F(RequestReaderTest, ABodyThatArrivedWithItsHeadIsAtHand) {
  ASSERT_TRUE(receive("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbodyGET /next"));
  EXPECT_FALSE(reader_.body_done());
  EXPECT_EQ(reader_.take_body_at_hand(), "body");
  EXPECT_TRUE(reader_.body_done());
  EXPECT_TRUE(reader_.has_surplus());
}

TEST_F(RequestReaderTest, AnIncompleteOrChunkedBodyIsNotAtHand) {
  ASSERT_TRUE(receive("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\npart"));
  EXPECT_FALSE(reader_.take_body_at_hand());
  EXPECT_EQ(*reader_.take_received(), "part");  // nothing was consumed
  reader_.reset();
  ASSERT_TRUE(receive(std::string(kChunked) + "0\r\n\r\n"));
  EXPECT_FALSE(reader_.take_body_at_hand());
}

TEST_F(RequestReaderTest, ABodyOfKnownLengthIsTakenPieceByPiece) {
  ASSERT_TRUE(receive("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc"));
  EXPECT_EQ(reader_.body_left(), 6);
  EXPECT_EQ(*reader_.take_received(), "abc");
  EXPECT_EQ(*reader_.take_received(), "");
  EXPECT_EQ(reader_.body_left(), 3);
  EXPECT_EQ(*reader_.unframe("de"), "de");
  EXPECT_FALSE(reader_.body_done());
  EXPECT_EQ(*reader_.unframe("f"), "f");
  EXPECT_TRUE(reader_.body_done());
  EXPECT_EQ(reader_.body_taken(), 6);
  EXPECT_FALSE(reader_.has_surplus());
}

TEST_F(RequestReaderTest, ChunksAreUnframedAndTheSurplusBelongsToTheNextRequest) {
  ASSERT_TRUE(receive(std::string(kChunked) + "3\r\nabc\r\n2\r\nd"));
  EXPECT_EQ(reader_.body_left(), std::nullopt);
  EXPECT_EQ(*reader_.take_received(), "abcd");
  EXPECT_EQ(*reader_.unframe("e\r\n0\r\n\r\nGET /next HTTP/1.1\r\nHost: h\r\n"), "e");
  EXPECT_TRUE(reader_.body_done());
  ASSERT_TRUE(reader_.has_surplus());
  reader_.next();
  EXPECT_TRUE(receive("\r\n"));
  EXPECT_EQ(reader_.request().target, "/next");
}

TEST_F(RequestReaderTest, PipelinedRequestsAreReadInTurn) {
  std::string many;
  for (const char* target : {"/1", "/2", "/3"}) {
    many += std::string("GET ") + target + " HTTP/1.1\r\nHost: h\r\n\r\n";
  }
  ASSERT_TRUE(receive(many));
  EXPECT_EQ(reader_.request().target, "/1");
  for (const char* target : {"/2", "/3"}) {
    ASSERT_TRUE(reader_.has_surplus());
    reader_.next();
    ASSERT_TRUE(receive({}));
    EXPECT_EQ(reader_.request().target, target);
  }
  EXPECT_FALSE(reader_.has_surplus());
}

TEST_F(RequestReaderTest, AResetForgetsTheSurplusToo) {
  ASSERT_TRUE(receive("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2"));
  reader_.reset();
  EXPECT_FALSE(reader_.has_bytes());
}

TEST_F(RequestReaderTest, AnAnnouncedBodyAboveTheLimitIsRefusedBeforeItArrives) {
  ASSERT_TRUE(receive("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n"));
  ASSERT_FALSE(reader_.check_announced());
  EXPECT_EQ(reader_.check_announced().error().code, Errc::payload_too_large);
  EXPECT_TRUE(reader_.limit_body(1001));
  EXPECT_FALSE(reader_.limit_body(10));
}

TEST_F(RequestReaderTest, AChunkedBodyIsRefusedWhereItPassesTheLimit) {
  ASSERT_TRUE(receive(kChunked));
  ASSERT_TRUE(reader_.limit_body(5));
  EXPECT_EQ(*reader_.unframe("5\r\nabcde\r\n"), "abcde");
  const auto more = reader_.unframe("1\r\nf\r\n");
  ASSERT_FALSE(more);
  EXPECT_EQ(more.error().code, Errc::payload_too_large);
}

TEST_F(RequestReaderTest, AnExpectationIsAnsweredOnceAndNotBehindABody) {
  const std::string head =
      "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
  ASSERT_TRUE(receive(head));
  EXPECT_TRUE(reader_.take_expectation());
  EXPECT_FALSE(reader_.take_expectation());
  reader_.reset();
  ASSERT_TRUE(receive(head + "ab"));
  EXPECT_EQ(*reader_.take_received(), "ab");
  EXPECT_FALSE(reader_.take_expectation());
}

TEST_F(RequestReaderTest, TheFirstLineOutlivesTheFields) {
  ASSERT_TRUE(receive("GET /v1/chat/completions HTTP/1.1\r\nHost: h\r\nX-Api-Key: s\r\n\r\n"));
  reader_.release_fields();
  EXPECT_EQ(reader_.request().target, "/v1/chat/completions");
  EXPECT_EQ(reader_.request().header(FieldName::x_api_key), "");
  EXPECT_FALSE(reader_.has_surplus());
}

}  // namespace
}  // namespace weir::http
