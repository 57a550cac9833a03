#include "http/response_parser.hpp"

#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace weir::http {
namespace {

constexpr std::size_t kMaxHead = 1024;

struct Answer {
  std::optional<Errc> error;
  int status = 0;
  std::string payload;
  bool done = false;
  bool surplus = false;
};

// The result for an answer that arrives in pieces of `size` and is followed by the connection's
// end.
Answer read(std::string_view bytes, std::size_t size) {
  ResponseParser parser(kMaxHead);
  Answer answer;
  const auto fail_with = [&](const Error& error) {
    answer.error = error.code;
    return answer;
  };
  std::size_t seen = 0;
  std::size_t head = 0;
  while (head == 0 && seen < bytes.size()) {
    seen = std::min(seen + size, bytes.size());
    const auto found = parser.find_head(bytes.substr(0, seen));
    if (!found) return fail_with(found.error());
    head = *found;
  }
  if (head == 0) return fail_with(Error{Errc::upstream_broke, {}, {}});
  if (const auto parsed = parser.parse_head(bytes.substr(0, head)); !parsed) {
    return fail_with(parsed.error());
  }
  answer.status = parser.head().status;
  for (auto at = head; at < bytes.size();) {
    const auto piece = parser.unframe(bytes.substr(at, at < seen ? seen - at : size));
    if (!piece) return fail_with(piece.error());
    answer.payload += *piece;
    at += at < seen ? seen - at : size;
  }
  const bool closed_well = parser.end_of_stream().has_value();
  if (!closed_well) answer.error = Errc::upstream_broke;
  answer.done = parser.done();
  answer.surplus = parser.has_surplus();
  return answer;
}

TEST(ResponseParser, TakesEveryFramingHoweverTheBytesAreSplit) {
  const struct {
    const char* bytes;
    const char* payload;
  } cases[] = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "hello"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\n"
       "X-Trailer: 1\r\n\r\n",
       "hello"},
      {"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nhello", "hello"},
      {"HTTP/1.1 204 No Content\r\n\r\n", ""},
      {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", ""},
  };
  for (const auto& c : cases) {
    const std::string_view bytes = c.bytes;
    for (std::size_t size = 1; size <= bytes.size(); ++size) {
      const auto answer = read(bytes, size);
      EXPECT_FALSE(answer.error) << bytes << " in pieces of " << size;
      EXPECT_EQ(answer.payload, c.payload) << bytes << " in pieces of " << size;
      EXPECT_TRUE(answer.done);
      EXPECT_FALSE(answer.surplus);
    }
  }
}

TEST(ResponseParser, RefusesWhatCouldBeReadInTwoWays) {
  for (const char* bytes : {
           "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
           "HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n",
           "HTTP/1.1 200 OK\r\nX-A: b\r\n c\r\n\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n",
           "<html>\r\n\r\n",
       }) {
    EXPECT_EQ(read(bytes, 4096).error, Errc::upstream_answer_invalid) << bytes;
  }
}

TEST(ResponseParser, AnAnswerCutShortIsSeen) {
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", 4096).error,
            Errc::upstream_broke);
  EXPECT_EQ(read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", 4096).error,
            Errc::upstream_broke);
}

TEST(ResponseParser, BytesBehindTheAnswerAreNotPartOfIt) {
  const auto answer =
      read("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n", 4096);
  EXPECT_EQ(answer.payload, "ok");
  EXPECT_TRUE(answer.done);
  EXPECT_TRUE(answer.surplus);
}

TEST(ResponseParser, AHeadBeyondTheBoundIsRefused) {
  const std::string flood = "HTTP/1.1 200 OK\r\nX: " + std::string(2 * kMaxHead, 'a');
  EXPECT_EQ(read(flood, 100).error, Errc::upstream_answer_invalid);
}

}  // namespace
}  // namespace weir::http
