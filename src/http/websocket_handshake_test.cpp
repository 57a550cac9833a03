#include "http/websocket_handshake.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir::http {
namespace {

Request handshake() {
  Request request;
  request.method = Method::get;
  request.fields = {{"Upgrade", "WebSocket"},
                    {"Connection", "keep-alive, Upgrade"},
                    {"Sec-WebSocket-Version", "13"},
                    {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="}};
  return request;
}

void set(Request& request, std::string_view name, std::string_view value) {
  std::erase_if(request.fields, [&](const Field& field) { return field.name == name; });
  if (!value.empty()) request.fields.push_back({name, value});
}

TEST(WebSocketHandshake, IsRecognized) {
  Request request;
  request.method = Method::get;
  request.fields = {{"Upgrade", "h2c, WebSocket/13"}};
  EXPECT_TRUE(asks_for_websocket(request));
  request.fields = {{"upgrade", "h2c"}, {"upgrade", "websocket"}};
  EXPECT_TRUE(asks_for_websocket(request));
  request.fields = {{"Upgrade", "websockets"}};
  EXPECT_FALSE(asks_for_websocket(request));
  request.fields = {};
  EXPECT_FALSE(asks_for_websocket(request));
  request.method = Method::post;
  request.fields = {{"Upgrade", "websocket"}};
  EXPECT_FALSE(asks_for_websocket(request));
}

TEST(WebSocketHandshake, EveryPartIsChecked) {
  EXPECT_EQ(handshake_problem(handshake()), "");
  struct Case {
    std::string_view field;
    std::string_view value;
    std::string_view problem;
  };
  constexpr std::string_view kKey =
      "A WebSocket needs the field Sec-WebSocket-Key with 16 bytes in base64.";
  constexpr std::string_view kVersion = "A WebSocket needs the field Sec-WebSocket-Version: 13.";
  const Case cases[] = {
      {"Connection", "keep-alive", "A WebSocket needs the field Connection: Upgrade."},
      {"Connection", "", "A WebSocket needs the field Connection: Upgrade."},
      {"Sec-WebSocket-Version", "8", kVersion},
      {"Sec-WebSocket-Version", "", kVersion},
      {"Sec-WebSocket-Key", "", kKey},
      {"Sec-WebSocket-Key", "dGhl", kKey},
      {"Sec-WebSocket-Key", "not base64 at all!", kKey},
  };
  for (const auto& test : cases) {
    auto request = handshake();
    set(request, test.field, test.value);
    EXPECT_EQ(handshake_problem(request), test.problem);
  }
  auto twice = handshake();
  twice.fields.push_back({"sec-websocket-key", "AAAAAAAAAAAAAAAAAAAAAA=="});
  EXPECT_EQ(handshake_problem(twice), kKey);
  auto old = handshake();
  old.minor_version = 0;
  EXPECT_EQ(handshake_problem(old), "A WebSocket needs HTTP/1.1.");
}

// Source: the example of RFC 6455 §1.3.
TEST(WebSocketHandshake, IsAnsweredAsInTheRfc) {
  EXPECT_EQ(accept_of(websocket_key(handshake())), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(WebSocketHandshake, FindsASubprotocol) {
  auto request = handshake();
  EXPECT_EQ(find_subprotocol(request, "realtime"), "");
  request.fields.push_back({"Sec-WebSocket-Protocol", "other, realtime"});
  request.fields.push_back({"sec-websocket-protocol", "key.abc,beta.1"});
  EXPECT_EQ(find_subprotocol(request, "realtime"), "realtime");
  EXPECT_EQ(find_subprotocol(request, "key."), "key.abc");
  EXPECT_EQ(find_subprotocol(request, "beta"), "beta.1");
  EXPECT_TRUE(offers_subprotocol(request, "realtime"));
  EXPECT_FALSE(offers_subprotocol(request, "beta"));
}

TEST(WebSocketHandshake, ServersAnswersAreChecked) {
  constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";
  const auto good = [] {
    ResponseHead head;
    head.status = 101;
    head.fields = {{"upgrade", "websocket"},
                   {"connection", "Upgrade"},
                   {"sec-websocket-accept", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="}};
    return head;
  };
  EXPECT_EQ(accept_problem(good(), kKey, ""), nullptr);
  auto chosen = good();
  chosen.fields.push_back({"sec-websocket-protocol", "realtime"});
  EXPECT_EQ(accept_problem(chosen, kKey, "realtime"), nullptr);
  EXPECT_NE(accept_problem(chosen, kKey, ""), nullptr);
  auto extended = good();
  extended.fields.push_back({"sec-websocket-extensions", "permessage-deflate"});
  EXPECT_NE(accept_problem(extended, kKey, ""), nullptr);
  auto refused = good();
  refused.status = 200;
  EXPECT_NE(accept_problem(refused, kKey, ""), nullptr);
  for (std::size_t i = 0; i < good().fields.size(); ++i) {
    auto head = good();
    head.fields[i].value = "other";
    EXPECT_NE(accept_problem(head, kKey, ""), nullptr) << i;
  }
}

}  // namespace
}  // namespace weir::http
