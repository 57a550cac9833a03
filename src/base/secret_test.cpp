#include "base/secret.hpp"

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(Secret, EqualsOnlyItsWholeText) {
  const Secret secret(std::string("open\0sesame", 11));
  EXPECT_TRUE(same_secret(std::string_view("open\0sesame", 11), secret));
  for (const std::string_view text : {"", "open", "open sesame", "Open"}) {
    EXPECT_FALSE(same_secret(text, secret)) << text;
  }
  EXPECT_FALSE(same_secret(std::string_view("open\0sesamE", 11), secret));
  EXPECT_FALSE(same_secret(std::string_view("open\0sesame.", 12), secret));
  EXPECT_TRUE(same_secret("", Secret{}));
}

TEST(Secret, LeavesNothingBehindWhenMoved) {
  Secret from(std::string("sesame"));
  const Secret to = std::move(from);
  EXPECT_TRUE(same_secret("sesame", to));
  EXPECT_TRUE(from.empty());  // NOLINT(bugprone-use-after-move): that is the promise
}

}  // namespace
}  // namespace weir
