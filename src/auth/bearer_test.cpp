#include "auth/bearer.hpp"

#include <gtest/gtest.h>

namespace weir::auth {
namespace {

TEST(Bearer, ReadsTheTokenWhateverTheSchemesCase) {
  for (const std::string_view value : {"Bearer abc", "bearer abc", "BEARER abc", "bEaReR    abc"}) {
    EXPECT_EQ(parse_bearer(value), "abc") << value;
  }
  EXPECT_EQ(parse_bearer("Bearer sk-A.z_0~9+/=="), "sk-A.z_0~9+/==");
}

TEST(Bearer, ReadsNothingElse) {
  for (const std::string_view value :
       {"", "Bearer", "Bearer ", "Bearer   ", "Bearerabc", "Basic abc", "abc", "Bearer a b",
        "Bearer a,b", "Bearer =", "Bearer a=b", "Bearer \tabc", "Bearer\tabc", "Bearer a\r\nb",
        "Bearer ключ", "Bearer a\"", "Bearer:abc", " Bearer abc"}) {
    EXPECT_FALSE(parse_bearer(value)) << value;
  }
  EXPECT_FALSE(parse_bearer(std::string_view("Bearer a\0b", 10)));
}

}  // namespace
}  // namespace weir::auth
