#include "api/keyless.hpp"

#include <string>

#include <gtest/gtest.h>

#include "http/message_parser.hpp"

namespace weir::api {
namespace {

bool assumes(const std::string& lines) {
  const std::string head = "GET /api/tags HTTP/1.1\r\n" + lines + "\r\n";
  http::MessageParser parser({});
  EXPECT_TRUE(parser.parse_head(head)) << lines;
  return may_assume_key(parser.request());
}

TEST(Keyless, ARequestWithoutAKeyIsGivenOne) {
  for (const char* host : {"127.0.0.1:11434", "localhost:11434", "[::1]:11434", "192.168.1.5",
                           "weir:11434", "host.docker.internal:11434", "box.local"}) {
    EXPECT_TRUE(assumes(std::string("Host: ") + host + "\r\n")) << host;
  }
}

TEST(Keyless, ARequestWithAKeyIsJudgedByIt) {
  EXPECT_FALSE(assumes("Host: localhost\r\nAuthorization: Bearer k\r\n"));
  EXPECT_FALSE(assumes("Host: localhost\r\nx-api-key: k\r\n"));
  EXPECT_TRUE(assumes("Host: localhost\r\nAuthorization: \r\n"));
  EXPECT_TRUE(assumes("Host: localhost\r\nAuthorization: Bearer \r\n"));
  EXPECT_FALSE(assumes("Host: localhost\r\nAuthorization: Basic \r\n"));
}

TEST(Keyless, APageOfAnotherHostIsGivenNone) {
  EXPECT_FALSE(assumes("Host: localhost\r\nOrigin: https://evil.example\r\n"));
  EXPECT_FALSE(assumes("Host: localhost\r\nOrigin: http://localhost.evil.example\r\n"));
  EXPECT_FALSE(assumes("Host: localhost\r\nOrigin: null\r\n"));
  EXPECT_TRUE(assumes("Host: localhost\r\nOrigin: http://localhost:3000\r\n"));
  EXPECT_TRUE(assumes("Host: localhost\r\nOrigin: https://127.0.0.1\r\n"));
  EXPECT_TRUE(assumes("Host: localhost\r\nOrigin: vscode-file://vscode-app\r\n"));
}

TEST(Keyless, ARequestThatAnotherSiteCausesIsGivenNone) {
  EXPECT_FALSE(assumes("Host: localhost\r\nSec-Fetch-Site: cross-site\r\n"));
  EXPECT_FALSE(assumes("Host: localhost\r\nSec-Fetch-Site: same-site\r\n"));
  EXPECT_TRUE(assumes("Host: localhost\r\nSec-Fetch-Site: same-origin\r\n"));
  EXPECT_TRUE(assumes("Host: localhost\r\nSec-Fetch-Site: none\r\n"));
  EXPECT_TRUE(
      assumes("Host: localhost\r\nOrigin: http://localhost:3000\r\nSec-Fetch-Site: same-site\r\n"));
}

TEST(Keyless, ANameThatResolvesToThisAddressIsGivenNone) {
  EXPECT_FALSE(assumes("Host: rebound.example\r\n"));
  EXPECT_FALSE(assumes("Host: 127.0.0.1.evil.example:11434\r\n"));
}

}  // namespace
}  // namespace weir::api
