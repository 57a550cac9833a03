#include "net/socket.hpp"

#include <gtest/gtest.h>

namespace weir::net {
namespace {

TEST(Endpoint, IsHostAndPort) {
  const struct {
    std::string_view text;
    std::string_view shown;  // empty: invalid
  } cases[] = {
      {"127.0.0.1:8080", "127.0.0.1:8080"},
      {"[::1]:8080", "[::1]:8080"},
      {"localhost:0", "127.0.0.1:0"},
      {"0.0.0.0:65535", "0.0.0.0:65535"},
      {"8080", ""},
      {"127.0.0.1", ""},
      {"127.0.0.1:", ""},
      {"127.0.0.1:http", ""},
      {"127.0.0.1:80a", ""},
      {"127.0.0.1:65536", ""},
      {"127.0.0.1:-1", ""},
      {"::1:8080", ""},
      {"[127.0.0.1]:80", ""},
      {"weir.example:80", ""},
      {":80", ""},
      {"[]:80", ""},
  };
  for (const auto& [text, shown] : cases) {
    const auto endpoint = parse_endpoint(text);
    EXPECT_EQ(endpoint ? format_endpoint(*endpoint) : "", shown) << text;
    if (!endpoint) {
      EXPECT_TRUE(endpoint.error().detail.starts_with('"' + std::string(text) + '"'));
    }
  }
}

TEST(Endpoint, ThatCannotBeListenedOnIsNamed) {
  boost::asio::io_context context;
  // TEST-NET-1, assigned to no machine (RFC 5737).
  const auto opened = open_listener(context.get_executor(), *parse_endpoint("192.0.2.1:80"), 1);
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().detail.find("192.0.2.1:80"), std::string::npos);
}

}  // namespace
}  // namespace weir::net
