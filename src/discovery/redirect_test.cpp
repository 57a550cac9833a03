#include "discovery/redirect.hpp"

#include <gtest/gtest.h>

namespace weir::discovery {
namespace {

std::string followed(std::string_view url, std::string target, int status, std::string location,
                     std::string body = {}) {
  const auto base = parse_base_url(url);
  if (!base) return base.error().text();
  Ask ask = Ask::api("/models");
  ask.target = std::move(target);
  ask.body = std::move(body);
  Answer answer{.status = status, .body = {}, .location = std::move(location)};
  return redirect_target(*base, ask, answer).value_or("");
}

TEST(Redirect, ASlashMoreOrLessIsFollowed) {
  struct Case {
    const char* target;
    const char* location;
    const char* followed;
  };
  const Case cases[] = {
      {"/v1/models", "/v1/models/", "/v1/models/"},
      {"/v1/models/", "/v1/models", "/v1/models"},
      {"/v1/models", "http://host:8000/v1/models/", "/v1/models/"},
      {"/v1/models", "HTTP://HOST:8000/v1/models/", "/v1/models/"},
      {"/v1/models", "//host:8000/v1/models/", "/v1/models/"},
      {"/v1/models", "models/", "/v1/models/"},
      {"/v1/models/", "../models", ""},
      {"/v1/models?a=1", "/v1/models/?a=1", "/v1/models/?a=1"},
      {"/v1/models?a=1", "/v1/models/", "/v1/models/?a=1"},
      {"/v1/models?a=1", "/v1/models/#top", "/v1/models/?a=1"},
      // Another query, path or origin.
      {"/v1/models?a=1", "/v1/models/?a=2", ""},
      {"/v1/models", "/v1/models/?a=1", ""},
      {"/v1/models", "/v1/models", ""},
      {"/v1/models", "/v1/models//", ""},
      {"/v1/models", "/v1/models/all", ""},
      {"/v1/models", "/v2/models/", ""},
      {"/v1/models", "/login", ""},
      {"/v1/models", "/login?next=http://host:8000/v1/models/", ""},
      {"/v1/models", "/", ""},
      {"/v1/models", "https://host:8000/v1/models/", ""},
      {"/v1/models", "http://host/v1/models/", ""},
      {"/v1/models", "http://other:8000/v1/models/", ""},
      {"/v1/models", "//other/v1/models/", ""},
      {"/v1/models", "http://user:pass@host:8000/v1/models/", ""},
      {"/v1/models", "http://host:8000", ""},
      {"/v1/models", "http://", ""},
      {"/v1/models", "ftp://host:8000/v1/models/", ""},
      {"/v1/models", "javascript:alert(1)", ""},
      {"/v1/models", "?a=1", ""},
      {"/v1/models", "", ""},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(followed("http://host:8000", test.target, 307, test.location), test.followed)
        << test.target << " to " << test.location;
  }
}

TEST(Redirect, ADefaultPortIsTheSamePort) {
  EXPECT_EQ(followed("https://host", "/models", 301, "https://host:443/models/"), "/models/");
  EXPECT_EQ(followed("http://host:80", "/models", 301, "http://host/models/"), "/models/");
  EXPECT_EQ(followed("https://host", "/models", 301, "http://host/models/"), "");
}

TEST(Redirect, OnlyAStatusThatKeepsTheQuestionIsFollowed) {
  for (const int status : {301, 302, 307, 308}) {
    EXPECT_EQ(followed("http://host", "/a", status, "/a/"), "/a/") << status;
  }
  for (const int status : {200, 201, 300, 303, 304, 305, 306, 399, 404}) {
    EXPECT_EQ(followed("http://host", "/a", status, "/a/"), "") << status;
  }
  for (const int status : {307, 308}) {
    EXPECT_EQ(followed("http://host", "/a", status, "/a/", "{}"), "/a/") << status;
  }
  for (const int status : {301, 302}) {
    EXPECT_EQ(followed("http://host", "/a", status, "/a/", "{}"), "") << status;
  }
}

TEST(Redirect, ALocationIsShownWhereItHoldsNothingToHide) {
  struct Case {
    std::string location;
    std::string shown;
  };
  const Case cases[] = {
      {"https://other/login?next=secret#top", "https://other/login"},
      {"/login", "/login"},
      {"https://user:secret@other/", ""},
      {"/a b", ""},
      {"/\x1b[31m", ""},
      {"/" + std::string(300, 'a'), ""},
      {"", ""},
  };
  for (const auto& test : cases) EXPECT_EQ(shown_location(test.location), test.shown);
}

}  // namespace
}  // namespace weir::discovery
