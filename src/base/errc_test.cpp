#include "base/errc.hpp"

#include <set>

#include <gtest/gtest.h>

#include "base/result.hpp"

namespace weir {
namespace {

TEST(ErrorTable, SlugsAreUniqueSnakeCase) {
  std::set<std::string_view> slugs;
  for (Errc code : all_errors()) {
    const auto slug = describe(code).slug;
    EXPECT_TRUE(slugs.insert(slug).second) << slug;
    EXPECT_EQ(slug.find_first_not_of("abcdefghijklmnopqrstuvwxyz_"), std::string_view::npos)
        << slug;
  }
}

TEST(ErrorTable, HoldsTheContractsRows) {
  EXPECT_EQ(describe(Errc::invalid_parameter).code, 20015);
  EXPECT_EQ(describe(Errc::model_not_found).code, 20012);
  EXPECT_EQ(describe(Errc::overloaded).code, 50505);
  EXPECT_EQ(describe(Errc::rate_limited).shape, BodyShape::message_data);
  for (Errc code :
       {Errc::invalid_token, Errc::forbidden, Errc::route_not_found, Errc::upstream_idle_timeout}) {
    EXPECT_EQ(describe(code).shape, BodyShape::json_string) << describe(code).slug;
  }
}

TEST(ErrorTable, EveryRowSaysWhatToDoNext) {
  for (Errc code : all_errors()) EXPECT_FALSE(describe(code).use.empty()) << describe(code).slug;
}

TEST(Error, TextIsSlugAndDetail) {
  const Result<int> failed = fail(Errc::store_failed, "disk full");
  EXPECT_EQ(failed.error().text(), "store_failed: disk full");
  EXPECT_EQ(failed.error().party(), Party::store);
}

}  // namespace
}  // namespace weir
