#include "api/page_form.hpp"

#include <gtest/gtest.h>

namespace weir::api {
namespace {

PageForm form_for(std::string_view accept, std::string_view language) {
  http::Request request;
  if (!accept.empty()) request.add({"Accept", accept}, http::FieldName::accept);
  if (!language.empty()) request.add({"accept-LANGUAGE", language}, std::nullopt);
  return page_form(request);
}

TEST(PageForm, IsHtmlForBrowsersAndTextForOthers) {
  struct Case {
    std::string_view accept;
    bool is_html;
  };
  const Case cases[] = {
      {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true},
      {"Text/HTML", true},
      {"text/plain;q=0.5, text/html;level=1;q=0.5", true},
      {"*/*", false},
      {"", false},
      {"application/json", false},
      {"text/plain, text/html;q=0.9", false},
      {"text/html;q=0", false},
      {"text/html;q=none", false},
      {"text/html-like", false},
      {";;,,;q=1", false},
  };
  for (const auto& c : cases) EXPECT_EQ(form_for(c.accept, "").is_html, c.is_html) << c.accept;
}

TEST(PageForm, IsInTheLanguageWithTheHighestWeight) {
  using enum Language;
  struct Case {
    std::string_view accepted;
    Language language;
  };
  const Case cases[] = {
      {"", english},
      {"zh-CN,zh;q=0.9,en;q=0.8", chinese},
      {"zh", chinese},
      {"ZH-hant", chinese},
      {"en-GB,en;q=0.9,zh;q=0.8", english},
      {"en;q=0.3, zh;q=0.7", chinese},
      {"de, zh;q=0.4", chinese},
      {"zh;q=0, de", english},
      {"zh;q=2", english},
      {"fr", english},
      {"zhx", english},
      {"zh;q=0.5, en;q=0.5", chinese},
      {"en;q=0.5, zh;q=0.5", english},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(form_for("", c.accepted).language, c.language) << c.accepted;
  }
}

}  // namespace
}  // namespace weir::api
