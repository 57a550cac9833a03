#include "api/front_page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/page_layout.hpp"
#include "codec/html.hpp"

namespace weir::api {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kAdmin = "127.0.0.1:8081";

struct Asked {
  std::string_view host = "127.0.0.1:8080";
  const char* peer = "127.0.0.1";
  std::vector<http::Field> fields = {};
};

FrontPage page_for(const Asked& asked, bool has_tls = false) {
  http::Request request;
  request.authority = asked.host;
  for (const auto& field : asked.fields) request.add(field, http::field_name(field.name));
  http::Exchange exchange;
  exchange.request = &request;
  exchange.peer = boost::asio::ip::make_address(asked.peer);
  return front_page(exchange, {.has_tls = has_tls, .admin_address = std::string(kAdmin)});
}

TEST(FrontPage, HasTheAddressByWhichItWasAsked) {
  EXPECT_EQ(page_for({.host = "weir.example:9000"}).base, "http://weir.example:9000");
  EXPECT_EQ(page_for({.host = "[::1]:8080"}).base, "http://[::1]:8080");
  EXPECT_EQ(page_for({.host = "weir.example"}, true).base, "https://weir.example");
  EXPECT_EQ(page_for({.host = "w", .fields = {{"X-Forwarded-Proto", "https"}}}).base, "https://w");
  EXPECT_EQ(page_for({.host = "w", .fields = {{"X-Forwarded-Proto", "evil://"}}}).base, "http://w");
}

TEST(FrontPage, RepeatsNothingThatMeansSomethingToAShellOrToHtml) {
  for (const std::string_view host :
       {"a;id", "a$(id)", "a`id`", "a'b", "a\"b", "a&b", "<b>", "a%20b", "a|b", "a\\b", "", "é"}) {
    EXPECT_EQ(page_for({.host = host}).base, "http://ADDRESS") << host;
  }
  EXPECT_EQ(page_for({.host = std::string(300, 'a')}).base, "http://ADDRESS");
}

TEST(FrontPage, ShowsTheAdminAddressToThisMachineAlone) {
  EXPECT_EQ(page_for({}).admin, "http://127.0.0.1:8081/admin/upstreams");
  EXPECT_EQ(page_for({.host = "localhost:8080"}).admin, "http://127.0.0.1:8081/admin/upstreams");
  EXPECT_EQ(page_for({.host = "[::1]:8080", .peer = "::1"}).admin,
            "http://127.0.0.1:8081/admin/upstreams");
  EXPECT_EQ(page_for({.peer = "10.0.0.7"}).admin, "");
  EXPECT_EQ(page_for({.host = "weir.example"}).admin, "");
  for (const std::string_view name : {"X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"}) {
    EXPECT_EQ(page_for({.fields = {{name, "10.0.0.7"}}}).admin, "") << name;
  }
}

TEST(FrontPage, EveryFormHasTheSameFacts) {
  for (const auto language : kEnumerators<Language>) {
    for (const bool is_html : {false, true}) {
      const auto text = render({.base = "https://weir.example",
                                .admin = "http://127.0.0.1:8081/admin/upstreams",
                                .form = {.is_html = is_html, .language = language}});
      EXPECT_THAT(text, HasSubstr("https://weir.example/v1/models"));
      EXPECT_THAT(text, HasSubstr("sub_type=chat"));
      EXPECT_THAT(text, HasSubstr("http://127.0.0.1:8081/admin/upstreams"));
      EXPECT_THAT(text, HasSubstr("/docs"));
      EXPECT_THAT(text, HasSubstr("/openapi.yaml"));
      EXPECT_THAT(text, HasSubstr("weir keys create NAME"));
      EXPECT_EQ(text.contains("<!doctype html>"), is_html);
      EXPECT_THAT(text, Not(HasSubstr("<script")));
      EXPECT_EQ(text.contains("密钥"), language == Language::chinese);
    }
  }
}

TEST(FrontPage, HtmlLoadsNothingFromElsewhere) {
  const auto text = render({.base = "http://w", .admin = "", .form = {.is_html = true}});
  for (const auto* what : {" src=", "url(", "@import", "http://fonts", "<form", " style="}) {
    EXPECT_THAT(text, Not(HasSubstr(what)));
  }
  EXPECT_THAT(html_fields(), HasSubstr("default-src 'none'; style-src 'sha256-"));
  EXPECT_THAT(html_fields(), Not(HasSubstr("unsafe")));
}

TEST(FrontPage, CodeInATextIsMarked) {
  EXPECT_EQ(html_with_code("run `a < b` now"), "run <code>a &lt; b</code> now");
  EXPECT_EQ(html_with_code("a ` b"), "a ` b");
  EXPECT_EQ(html_with_code(""), "");
}

}  // namespace
}  // namespace weir::api
