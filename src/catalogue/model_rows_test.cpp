#include "catalogue/model_rows.hpp"

#include <gtest/gtest.h>

namespace weir::catalogue {
namespace {

TEST(ModelRows, ACopySharesItsRowsUntilOneIsChanged) {
  ModelRows rows = {{.id = "a"}, {.id = "b"}};
  const ModelRows copy = rows;
  EXPECT_TRUE(rows.shares_rows_with(copy));

  rows[0].available = false;
  rows.push_back({.id = "c"});

  EXPECT_FALSE(rows.shares_rows_with(copy));
  EXPECT_EQ(rows.size(), 3U);
  EXPECT_EQ(copy, (ModelRows{{.id = "a"}, {.id = "b"}}));
  EXPECT_NE(rows, copy);
}

TEST(ModelRows, EmptyOnesAreEqual) {
  const ModelRows none;
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none, ModelRows(std::vector<UpstreamModel>{}));
}

}  // namespace
}  // namespace weir::catalogue
