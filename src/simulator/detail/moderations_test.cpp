#include <gtest/gtest.h>

#include "simulator/answer_for_test.hpp"

namespace weir::simulator::detail {
namespace {

constexpr std::string_view kPath = "/v1/moderations";

TEST(Moderations, HaveAResultForEachInput) {
  const auto one = json_of(post(kPath, R"({"model":"demo/chat","input":"a calm river"})"));
  ASSERT_EQ(one.at("results").as_array().size(), 1U);
  EXPECT_FALSE(one.at_pointer("/results/0/flagged").as_bool());
  const auto many = json_of(post(
      kPath,
      R"({"model":"demo/chat","input":["calm",{"type":"text","text":"a harmful word"},{"type":"image_url"}]})"));
  ASSERT_EQ(many.at("results").as_array().size(), 3U);
  EXPECT_TRUE(many.at_pointer("/results/1/flagged").as_bool());
  EXPECT_TRUE(many.at_pointer("/results/1/categories/harassment").as_bool());
  EXPECT_FALSE(many.at_pointer("/results/2/flagged").as_bool());
}

TEST(Moderations, NeedAnInput) {
  for (const auto* body : {R"({"model":"demo/chat"})", R"({"model":"demo/chat","input":[]})",
                           R"({"model":"demo/chat","input":7})"}) {
    EXPECT_EQ(post(kPath, body).status, 400) << body;
  }
}

}  // namespace
}  // namespace weir::simulator::detail
