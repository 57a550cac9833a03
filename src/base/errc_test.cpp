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

TEST(ErrorTable, HasTheStatusesOfTheContract) {
  EXPECT_EQ(describe(Errc::invalid_parameter).status, 400);
  EXPECT_EQ(describe(Errc::invalid_token).status, 401);
  EXPECT_EQ(describe(Errc::forbidden).status, 403);
  EXPECT_EQ(describe(Errc::route_not_found).status, 404);
  EXPECT_EQ(describe(Errc::rate_limited).status, 429);
  EXPECT_EQ(describe(Errc::overloaded).status, 503);
  EXPECT_EQ(describe(Errc::upstream_idle_timeout).status, 504);
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
