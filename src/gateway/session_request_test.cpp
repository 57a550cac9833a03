#include "gateway/session_request.hpp"

#include <gtest/gtest.h>

namespace weir::gateway {
namespace {

using catalogue::Endpoint;

http::Request handshake(std::string_view query) {
  http::Request request;
  request.method = http::Method::get;
  request.query = query;
  request.fields = {{"Upgrade", "websocket"},
                    {"Connection", "Upgrade"},
                    {"Sec-WebSocket-Version", "13"},
                    {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};
  return request;
}

TEST(SessionRequest, ReadsWhatTheHandshakeAsksFor) {
  auto request = handshake("intent=transcription&model=a%2Fb&call_id=rtc_1");
  request.fields.push_back({"Sec-WebSocket-Protocol", "other, realtime"});
  const auto session = read_session_request(request, Endpoint::realtime);
  ASSERT_TRUE(session);
  EXPECT_EQ(session->model, "a/b");
  EXPECT_EQ(session->query, "intent=transcription");
  EXPECT_EQ(session->subprotocol, "realtime");
  EXPECT_EQ(session->key, "dGhlIHNhbXBsZSBub25jZQ==");
}

TEST(SessionRequest, ASubprotocolThatIsNotKnownIsNotAccepted) {
  auto request = handshake("");
  request.fields.push_back({"Sec-WebSocket-Protocol", "realtime2, openai-insecure-api-key.x"});
  EXPECT_EQ(read_session_request(request, Endpoint::realtime)->subprotocol, "");
  EXPECT_EQ(read_session_request(request, Endpoint::realtime)->model, "");
}

TEST(SessionRequest, RefusesWhatIsNoHandshakeOrNamesTwoModels) {
  EXPECT_FALSE(read_session_request(handshake("model=a&model=b"), Endpoint::realtime));
  auto request = handshake("model=a");
  request.fields.pop_back();
  EXPECT_FALSE(read_session_request(request, Endpoint::realtime));
}

TEST(SessionAddress, NamesTheUpstreamsModel) {
  struct Case {
    const char* head;
    const char* query;
    const char* addressed;
  };
  const Case cases[] = {
      {"POST /v1/realtime HTTP/1.1\r\nHost: h\r\n", "",
       "GET /v1/realtime?model=a%2Fb%26 HTTP/1.1\r\nHost: h\r\n"},
      {"POST /v1/realtime?api-version=2 HTTP/1.1\r\n", "intent=x",
       "GET /v1/realtime?api-version=2&model=a%2Fb%26&intent=x HTTP/1.1\r\n"},
  };
  for (const auto& test : cases) {
    SessionRequest session;
    session.query = test.query;
    EXPECT_EQ(session_address(test.head, session, "a/b&"), test.addressed);
  }
  SessionRequest session;
  session.endpoint = Endpoint::responses;
  EXPECT_EQ(session_address("POST /v1/responses HTTP/1.1\r\nHost: h\r\n", session, "a"),
            "GET /v1/responses HTTP/1.1\r\nHost: h\r\n");
}

}  // namespace
}  // namespace weir::gateway
