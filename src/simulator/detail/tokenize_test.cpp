#include <gtest/gtest.h>

#include "simulator/answer_for_test.hpp"

namespace weir::simulator::detail {
namespace {

TEST(Tokenize, CountsATextOrMessages) {
  const auto text =
      json_of(post("/v1/tokenize", R"({"model":"demo/chat","prompt":"one two three"})"));
  EXPECT_EQ(integer_at(text, "/count"), 3);
  EXPECT_EQ(text.at("tokens").as_array().size(), 3U);
  const auto messages = json_of(post(
      "/tokenize", R"({"model":"demo/chat","messages":[{"role":"user","content":"one two"}]})"));
  EXPECT_EQ(integer_at(messages, "/count"), 2);
  EXPECT_EQ(post("/tokenize", R"({"model":"demo/chat"})").status, 400);
}

}  // namespace
}  // namespace weir::simulator::detail
