#include "admin/pages.hpp"

#include <optional>

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace weir::admin {
namespace {

catalogue::Catalogue catalogue_of(int count) {
  std::vector<catalogue::Model> models;
  for (int i = 0; i < count; ++i) models.push_back({.id = "m" + std::to_string(i)});
  return {std::move(models), 7};
}

TEST(ModelsPage, IsTheWholeUnlessToldOtherwise) {
  const struct {
    const char* query;
    std::optional<ModelsPage> page;
  } cases[] = {
      {"", ModelsPage{}},
      {"other=1", ModelsPage{}},
      {"limit=2", ModelsPage{.limit = 2}},
      {"offset=4&limit=2", ModelsPage{.offset = 4, .limit = 2}},
      {"limit=0", std::nullopt},
      {"limit=-1", std::nullopt},
      {"limit=", std::nullopt},
      {"limit=2x", std::nullopt},
      {"offset=1&offset=2", std::nullopt},
      {"offset=99999999999999999999999", std::nullopt},
  };
  for (const auto& test : cases) {
    const auto page = parse_models_page(test.query);
    ASSERT_EQ(page.has_value(), test.page.has_value()) << test.query;
    if (page) EXPECT_EQ(*page, *test.page) << test.query;
  }
}

TEST(ModelsPage, PagesTogetherAreTheWhole) {
  const auto catalogue = catalogue_of(5);
  const auto whole = boost::json::parse(render_models(catalogue)).as_object();
  EXPECT_TRUE(whole.at("next").is_null());
  for (const std::size_t limit : {1U, 2U, 4U, 5U, 6U}) {
    boost::json::array together;
    boost::json::value next = 0;
    while (!next.is_null()) {
      const ModelsPage page{.offset = next.to_number<std::size_t>(), .limit = limit};
      auto part = boost::json::parse(render_models(catalogue, page)).as_object();
      EXPECT_EQ(part.at("version"), 7);
      for (const auto& model : part.at("models").as_array()) together.push_back(model);
      next = part.at("next");
    }
    EXPECT_EQ(together, whole.at("models").as_array()) << limit;
  }
  const auto behind = boost::json::parse(render_models(catalogue, {.offset = 9})).as_object();
  EXPECT_TRUE(behind.at("next").is_null());
  EXPECT_TRUE(behind.at("models").as_array().empty());
}

}  // namespace
}  // namespace weir::admin
