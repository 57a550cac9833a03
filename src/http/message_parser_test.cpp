#include "http/message_parser.hpp"

#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace weir::http {
namespace {

std::string get(std::string_view target, std::string_view fields = "Host: weir\r\n") {
  return "GET " + std::string(target) + " HTTP/1.1\r\n" + std::string(fields) + "\r\n";
}

// Parses as the server does: waits for the head, parses it, reads the body.
std::optional<Errc> refusal(std::string_view bytes, HeadLimits limits = {}) {
  MessageParser parser(limits);
  const auto head = parser.find_head(bytes);
  if (!head) return head.error().code;
  if (*head == 0) return Errc::request_timeout;
  if (const auto parsed = parser.parse_head(bytes.substr(0, *head)); !parsed) {
    return parsed.error().code;
  }
  std::string payload;
  if (const auto body = parser.feed_body(bytes.substr(*head), payload); !body) {
    return body.error().code;
  }
  return std::nullopt;
}

struct Case {
  const char* name;
  std::string bytes;
  std::optional<Errc> expected;
};

// RFC 9110 §10.1.1: an expectation in HTTP/1.0 is ignored.
TEST(MessageParser, AnExpectationOfHttp11AloneIsHeeded) {
  for (const auto& [version, heeded] : {std::pair{"HTTP/1.1", true}, {"HTTP/1.0", false}}) {
    const auto head = std::string("POST / ") + version +
                      "\r\nHost: w\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n";
    MessageParser parser{HeadLimits{}};
    ASSERT_EQ(parser.find_head(head), head.size()) << version;
    ASSERT_TRUE(parser.parse_head(head)) << version;
    EXPECT_EQ(parser.request().expects_continue, heeded) << version;
  }
}

TEST(MessageParser, TheAuthorityIsThatOfHostOrOfTheTarget) {
  const struct {
    std::string head;
    std::string_view authority;
  } cases[] = {
      {get("/", "Host: Weir:8081\r\n"), "Weir:8081"},
      {get("http://[::1]:1/a", "Host: [::1]:1\r\n"), "[::1]:1"},
      {"OPTIONS * HTTP/1.1\r\nHost: weir\r\n\r\n", "weir"},
      {"GET http://weir.example/a HTTP/1.0\r\n\r\n", "weir.example"},
      {"GET / HTTP/1.0\r\n\r\n", ""},
  };
  for (const auto& [head, authority] : cases) {
    MessageParser parser{HeadLimits{}};
    ASSERT_EQ(parser.find_head(head), head.size()) << head;
    ASSERT_TRUE(parser.parse_head(head)) << head;
    EXPECT_EQ(parser.request().authority, authority) << head;
    parser.request().forget_fields();
    EXPECT_EQ(parser.request().authority, "") << head;
  }
}

TEST(MessageParser, RefusesWhatAGatewayMustRefuse) {
  const auto bad = Errc::malformed_request;
  const Case cases[] = {
      {"a plain request", get("/v1/models"), std::nullopt},
      {"missing Host", get("/", ""), bad},
      {"two Hosts", get("/", "Host: a\r\nHost: a\r\n"), bad},
      {"an empty Host", get("/", "Host:\r\n"), bad},
      {"a Host with a blank", get("/", "Host: a b\r\n"), bad},
      {"a Host with a path", get("/", "Host: a/b\r\n"), bad},
      {"an IPv6 Host", get("/", "Host: [::1]:8080\r\n"), std::nullopt},
      {"HTTP/1.0 without Host", "GET / HTTP/1.0\r\n\r\n", std::nullopt},
      {"a blank before the colon", get("/", "Host : weir\r\n"), bad},
      {"a folded line", get("/", "Host: weir\r\nX-A: b\r\n c\r\n"), bad},
      {"a blank before the first field", get("/", " Host: weir\r\n"), bad},
      {"a bare CR in a value", get("/", "Host: weir\r\nX-A: b\rc\r\n"), bad},
      {"a bare LF", "GET / HTTP/1.1\nHost: weir\n\r\n\r\n", bad},
      {"a NUL in a value", get("/", std::string("Host: weir\r\nX-A: b\0c\r\n", 22)), bad},
      {"a length and a coding",
       get("/", "Host: weir\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n"), bad},
      {"two codings",
       get("/", "Host: w\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), bad},
      {"chunked not last", get("/", "Host: w\r\nTransfer-Encoding: chunked, gzip\r\n"), bad},
      {"chunked twice", get("/", "Host: w\r\nTransfer-Encoding: chunked, chunked\r\n"), bad},
      {"an unknown coding", get("/", "Host: w\r\nTransfer-Encoding: gzip, chunked\r\n"),
       Errc::not_implemented},
      {"a coding in HTTP/1.0", "GET / HTTP/1.0\r\nHost: w\r\nTransfer-Encoding: chunked\r\n\r\n",
       bad},
      {"two lengths", get("/", "Host: w\r\nContent-Length: 1\r\nContent-Length: 1\r\n"), bad},
      {"a length list", get("/", "Host: w\r\nContent-Length: 1, 1\r\n"), bad},
      {"a signed length", get("/", "Host: w\r\nContent-Length: +1\r\n"), bad},
      {"a huge length", get("/", "Host: w\r\nContent-Length: 99999999999999999999\r\n"), bad},
      {"a fragment in the target", get("/a#b"), bad},
      {"a byte above ASCII in the target", get("/\xc3\xa9"), bad},
      {"absolute form", get("http://weir/v1/models"), std::nullopt},
      {"absolute form for another host", get("http://other/v1/models"), bad},
      {"an odd scheme", get("ftp://weir/"), bad},
      {"authority form", "CONNECT weir:80 HTTP/1.1\r\nHost: weir:80\r\n\r\n",
       Errc::method_not_allowed},
      {"asterisk form for OPTIONS", "OPTIONS * HTTP/1.1\r\nHost: weir\r\n\r\n", std::nullopt},
      {"asterisk form for GET", get("*"), bad},
      {"HTTP/2.0", "GET / HTTP/2.0\r\nHost: weir\r\n\r\n", Errc::version_not_supported},
      {"no version", "GET /\r\nHost: weir\r\n\r\n", bad},
      {"a long method", std::string(40, 'A') + " / HTTP/1.1\r\nHost: weir\r\n\r\n",
       Errc::not_implemented},
      {"an odd expectation", get("/", "Host: w\r\nExpect: tea\r\n"), Errc::expectation_failed},
      {"a bad chunk size", get("/", "Host: w\r\nTransfer-Encoding: chunked\r\n") + "zz\r\n", bad},
      {"a good chunked body",
       get("/", "Host: w\r\nTransfer-Encoding: chunked\r\n") + "2\r\nab\r\n0\r\n\r\n",
       std::nullopt},
  };
  for (const Case& c : cases) {
    const auto got = refusal(c.bytes);
    EXPECT_EQ(got, c.expected) << c.name << ": got "
                               << (got ? describe(*got).slug : std::string_view("no refusal"));
  }
}

TEST(MessageParser, BoundsLineHeaderAndFields) {
  const HeadLimits small{.request_line_bytes = 64, .header_bytes = 256, .fields = 3};
  EXPECT_EQ(refusal(get("/" + std::string(100, 'a')), small), Errc::uri_too_long);
  EXPECT_EQ(refusal("GET /" + std::string(100, 'a'), small), Errc::uri_too_long);
  EXPECT_EQ(refusal(get("/", "Host: w\r\nX: " + std::string(300, 'a') + "\r\n"), small),
            Errc::header_too_large);
  EXPECT_EQ(refusal(get("/", "Host: w\r\nA: 1\r\nB: 2\r\nC: 3\r\n"), small),
            Errc::header_too_large);
  EXPECT_EQ(refusal(get("/", "Host: w\r\nA: 1\r\n"), small), std::nullopt);
}

TEST(MessageParser, EverySplitOfTheBytesGivesTheSameRequest) {
  const std::string bytes =
      get("/v1/models?type=text", "Host: weir\r\nAuthorization: Bearer x\r\n");
  for (std::size_t split = 0; split < bytes.size(); ++split) {
    MessageParser parser({});
    EXPECT_EQ(parser.find_head(std::string_view(bytes).substr(0, split)).value(), 0U);
    const auto head = parser.find_head(bytes);
    ASSERT_EQ(head.value(), bytes.size()) << "split at " << split;
  }
}

TEST(MessageParser, SplitsTargetIntoPathAndQuery) {
  MessageParser parser({});
  const auto bytes = get("http://weir/v1/models?type=text", "Host: weir\r\nConnection: Close\r\n");
  ASSERT_TRUE(parser.parse_head(bytes));
  EXPECT_EQ(parser.request().path, "/v1/models");
  EXPECT_EQ(parser.request().query, "type=text");
  EXPECT_FALSE(parser.request().keep_alive);
  EXPECT_TRUE(parser.done());
}

TEST(MessageParser, ATrailerIsNoHeader) {
  MessageParser parser({});
  const auto head = get("/", "Host: weir\r\nTransfer-Encoding: chunked\r\n");
  ASSERT_TRUE(parser.parse_head(head));
  std::string payload;
  ASSERT_TRUE(parser.feed_body("0\r\nAuthorization: Bearer x\r\n\r\n", payload));
  EXPECT_TRUE(parser.done());
  EXPECT_EQ(parser.request().count(FieldName::authorization), 0);
  EXPECT_EQ(parser.request().fields.size(), 2U);
}

TEST(MessageParser, StopsBeforeTheNextRequest) {
  MessageParser parser({});
  const auto head = get("/", "Host: weir\r\nContent-Length: 3\r\n");
  ASSERT_TRUE(parser.parse_head(head));
  EXPECT_TRUE(parser.request().has_body);
  std::string payload;
  EXPECT_EQ(parser.feed_body("abcGET / HTTP/1.1", payload).value(), 3U);
  EXPECT_EQ(payload, "abc");
  EXPECT_TRUE(parser.done());
}

}  // namespace
}  // namespace weir::http
