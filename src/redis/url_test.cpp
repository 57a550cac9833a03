#include "redis/url.hpp"

#include <gtest/gtest.h>

namespace weir::redis {
namespace {

TEST(RedisUrl, ReadsAllParts) {
  const auto url = parse_url("rediss://weir:p@ss:word@store.example:7000/3");
  ASSERT_TRUE(url);
  EXPECT_TRUE(url->tls);
  EXPECT_EQ(url->user, "weir");
  EXPECT_EQ(url->password.reveal(), "p@ss:word");
  EXPECT_EQ(url->host, "store.example");
  EXPECT_EQ(url->port, 7000);
  EXPECT_EQ(url->database, 3);
}

TEST(RedisUrl, AHostIsEnough) {
  const auto url = parse_url("redis://[::1]");
  ASSERT_TRUE(url);
  EXPECT_FALSE(url->tls);
  EXPECT_EQ(url->host, "::1");
  EXPECT_EQ(url->port, 6379);
}

TEST(RedisUrl, RefusesWhatIsNone) {
  for (const auto* text : {"", "http://a", "redis://", "redis://a:0", "redis://a:x", "redis://a/x",
                           "redis://user@a", "redis://[::1", "redis://a:99999"}) {
    EXPECT_FALSE(parse_url(text)) << text;
  }
}

}  // namespace
}  // namespace weir::redis
