#include "catalogue/anthropic_list.hpp"

#include <boost/json/parse.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::catalogue {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
namespace json = boost::json;

Catalogue catalogue_of(std::vector<std::string> ids) {
  std::vector<Model> models;
  for (auto& id : ids) models.push_back({.id = std::move(id)});
  return Catalogue(std::move(models), 1);
}

Scope scope_of(const std::vector<std::string>& globs) { return *Scope::parse(globs, {}); }

struct Page {
  std::vector<std::string> ids;
  bool has_more;
};

Page page_of(std::string_view query) {
  const auto catalogue = catalogue_of({"a", "b", "c", "d", "e"});
  const auto page = parse_anthropic_page(query);
  const auto text = render_anthropic_list(catalogue, scope_of({"*"}), {}, page.value()).value();
  const auto root = json::parse(text).as_object();
  Page found{{}, root.at("has_more").as_bool()};
  for (const auto& row : root.at("data").as_array()) {
    found.ids.emplace_back(row.at("id").as_string());
  }
  if (found.ids.empty()) {
    EXPECT_TRUE(root.at("first_id").is_null() && root.at("last_id").is_null());
  } else {
    EXPECT_EQ(root.at("first_id").as_string(), found.ids.front());
    EXPECT_EQ(root.at("last_id").as_string(), found.ids.back());
  }
  return found;
}

TEST(AnthropicList, PagesAreTurnedByIds) {
  EXPECT_THAT(page_of("").ids, ElementsAre("a", "b", "c", "d", "e"));
  EXPECT_FALSE(page_of("").has_more);
  EXPECT_THAT(page_of("limit=2").ids, ElementsAre("a", "b"));
  EXPECT_TRUE(page_of("limit=2").has_more);
  EXPECT_THAT(page_of("limit=2&after_id=b").ids, ElementsAre("c", "d"));
  EXPECT_TRUE(page_of("limit=2&after_id=b").has_more);
  EXPECT_THAT(page_of("limit=3&after_id=b").ids, ElementsAre("c", "d", "e"));
  EXPECT_FALSE(page_of("limit=3&after_id=b").has_more);
  EXPECT_THAT(page_of("after_id=e").ids, IsEmpty());
  EXPECT_THAT(page_of("limit=2&before_id=d").ids, ElementsAre("b", "c"));
  EXPECT_TRUE(page_of("limit=2&before_id=d").has_more);
  EXPECT_THAT(page_of("limit=2&before_id=c").ids, ElementsAre("a", "b"));
  EXPECT_FALSE(page_of("limit=2&before_id=c").has_more);
  EXPECT_THAT(page_of("before_id=a").ids, IsEmpty());
}

TEST(AnthropicList, APageThatCannotBeIsRefusedByTheNameOfItsParameter) {
  for (const auto* query : {"limit=0", "limit=1001", "limit=-1", "limit=x", "limit="}) {
    const auto page = parse_anthropic_page(query);
    ASSERT_FALSE(page) << query;
    EXPECT_THAT(page.error().message, HasSubstr("limit")) << query;
  }
  EXPECT_EQ(parse_anthropic_page("limit=1&limit=2").error().parameter, "limit");
  EXPECT_EQ(parse_anthropic_page("after_id=a&before_id=b").error().parameter, "before_id");
  EXPECT_EQ(parse_anthropic_page("beta=true&limit=1000").value(), AnthropicPage{.limit = 1000});
  const auto catalogue = catalogue_of({"a"});
  for (const AnthropicPage& page : {AnthropicPage{.after_id = "x"}, {.before_id = "x"}}) {
    EXPECT_THAT(render_anthropic_list(catalogue, scope_of({"*"}), {}, page).error().message,
                HasSubstr("_id\": \"x\""));
  }
}

TEST(AnthropicList, AModelHasWhatIsKnownOfIt) {
  EXPECT_EQ(render_anthropic_model({.id = "m"}),
            R"({"type":"model","id":"m","display_name":"m","lifecycle":"active",)"
            R"("created_at":"1970-01-01T00:00:00Z"})");
  Model known{.id = "m"};
  known.facts.created = 1'748'000'000;
  known.facts.context_length = 200'000;
  known.facts.max_model_len = 32'768;
  known.facts.max_output_tokens = 8'192;
  EXPECT_EQ(render_anthropic_model(known),
            R"({"type":"model","id":"m","display_name":"m","lifecycle":"active",)"
            R"("created_at":"2025-05-23T11:33:20Z",)"
            R"("max_input_tokens":32768,"max_tokens":8192})");
}

TEST(AnthropicList, HasOnlyWhatTheKeyMayCall) {
  const auto catalogue = catalogue_of({"a", "b"});
  EXPECT_EQ(
      json::parse(render_anthropic_list(catalogue, scope_of({"b"}), {}, {}).value()).at("last_id"),
      "b");
  EXPECT_EQ(render_anthropic_list(catalogue, scope_of({}), {}, {}).value(),
            R"({"data":[],"has_more":false,"first_id":null,"last_id":null})");
}

}  // namespace
}  // namespace weir::catalogue
