#include "config/text_check.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace weir::config {
namespace {

using Texts = std::vector<std::string>;

void expect_each(bool (*check)(std::string_view), const Texts& good, const Texts& bad) {
  for (const auto& text : good) EXPECT_TRUE(check(text)) << text;
  for (const auto& text : bad) EXPECT_FALSE(check(text)) << text;
}

TEST(TextCheck, PlainTextHasNoControlCharacters) {
  expect_each(is_plain_text, {"", "a b", "模型", std::string(kMaxTextLength, 'a')},
              {"a\nb", "\t", "\x7f", std::string(1, '\0'), std::string(kMaxTextLength + 1, 'a')});
  EXPECT_FALSE(is_filled_text(""));
}

TEST(TextCheck, NamesAreShortAndPlain) {
  expect_each(is_name, {"gpu1", "a.b_c-D", std::string(64, 'x')},
              {"", "gpu 1", "a/b", "é", std::string(65, 'x')});
}

TEST(TextCheck, TokensMayStandInAHeader) {
  EXPECT_TRUE(is_token("sk-0123456789abc", 16));
  EXPECT_FALSE(is_token("sk-0123456789ab", 16));
  EXPECT_FALSE(is_token("sk-0123456789 abc", 16));
  EXPECT_FALSE(is_token("sk-0123456789abc\r\nx:y", 16));
  EXPECT_FALSE(is_token("sk-0123456789abcé", 16));
  EXPECT_FALSE(is_token(std::string(513, 'x'), 16));
}

TEST(TextCheck, EndpointsHaveHostAndPort) {
  expect_each(
      is_endpoint,
      {"127.0.0.1:8080", "0.0.0.0:0", "[::1]:8080", "[::]:65535", "localhost:80",
       "weir.internal:8080"},
      {"", ":8080", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "::1:8080", "[::1]",
       "[::1:8080", "[::1]8080", "[1.2.3.4]:80", "a b:80", "host:80/", "host:+80", "host:-1"});
}

TEST(TextCheck, HostPatternsHaveLabelsAndNoPort) {
  expect_each(
      is_host_pattern,
      {"weir", "weir.monitoring.svc", "Weir.Example.", "*.apps.example", "gpu_1", "10.0.0.7"},
      {"", ".", "*", "*.", "a..b", ".a", "a..", "a*.b", "*a.b", "**.a", "a:8081", "[::1]",
       "http://a", "a/b", "a b", "é.example", std::string(254, 'a')});
}

TEST(TextCheck, UrlsAreHttpAndHoldNoSecretsOrQueries) {
  expect_each(
      is_http_url,
      {"http://127.0.0.1:8000", "https://api.example.com/v1", "http://[::1]:8000/", "http://gpu_1",
       "https://host/a/b%20c"},
      {"", "host:8000", "ftp://host", "http://", "http:///v1", "http://host:", "http://host:0",
       "http://host:65536", "http://me@host", "http://me:pass@host", "http://host?x=1",
       "http://host#x", "http://host/a b", "http://host\\x", "HTTP://host", "http://host/\r\nx: y",
       "http://[::1", "http://a:1:2", "http://host/" + std::string(2048, 'x')});
}

}  // namespace
}  // namespace weir::config
