#include "api/websocket.hpp"

#include <gtest/gtest.h>

namespace weir::api {
namespace {

TEST(WebSocket, IsAskedForByTheFieldUpgradeOfAGet) {
  const struct {
    http::Method method;
    std::string_view name;
    std::string_view value;
    bool asks;
  } cases[] = {
      {http::Method::get, "Upgrade", "websocket", true},
      {http::Method::get, "upgrade", "WebSocket", true},
      {http::Method::get, "Upgrade", "h2c, websocket/13", true},
      {http::Method::get, "Upgrade", "h2c", false},
      {http::Method::get, "Upgrade", "websockets", false},
      {http::Method::get, "Upgrade", ",,", false},
      {http::Method::get, "Upgrade", "", false},
      {http::Method::get, "X-Upgrade", "websocket", false},
      {http::Method::post, "Upgrade", "websocket", false},
  };
  for (const auto& c : cases) {
    http::Request request;
    request.method = c.method;
    request.fields = {{"Host", "weir"}, {c.name, c.value}};
    EXPECT_EQ(asks_for_websocket(request), c.asks) << c.name << ": " << c.value;
  }
  EXPECT_FALSE(asks_for_websocket({}));
}

TEST(WebSocket, HasAPathOfItsOwnInOpenAisApi) {
  EXPECT_TRUE(is_websocket_path("/v1/realtime"));
  EXPECT_TRUE(is_websocket_path("/realtime"));
  EXPECT_FALSE(is_websocket_path("/v1/responses")) << "that is a call";
  EXPECT_FALSE(is_websocket_path("/v1/realtime/sessions"));
}

}  // namespace
}  // namespace weir::api
