#include "api/websocket.hpp"

#include <gtest/gtest.h>

namespace weir::api {
namespace {

TEST(WebSocket, AnAnswerNamesTheProtocolThatIsSpoken) {
  const auto none = as_upgrade_required({});
  EXPECT_EQ(none.status, 426);
  EXPECT_NE(none.fields.find("Upgrade: HTTP/1.1\r\n"), std::string::npos);
  const auto only = as_websocket_required({});
  EXPECT_EQ(only.status, 426);
  EXPECT_NE(only.fields.find("Upgrade: websocket\r\n"), std::string::npos);
  EXPECT_NE(only.fields.find("Sec-WebSocket-Version: 13\r\n"), std::string::npos);
}

}  // namespace
}  // namespace weir::api
