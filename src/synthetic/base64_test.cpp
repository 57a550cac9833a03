#include "synthetic/base64.hpp"

#include <gtest/gtest.h>

namespace weir::synthetic {
namespace {

TEST(Base64, PadsToFours) {
  EXPECT_EQ(format_base64(""), "");
  EXPECT_EQ(format_base64("f"), "Zg==");
  EXPECT_EQ(format_base64("fo"), "Zm8=");
  EXPECT_EQ(format_base64("foo"), "Zm9v");
  EXPECT_EQ(format_base64("\xff\xfe\xfd\xfc"), "//79/A==");
}

}  // namespace
}  // namespace weir::synthetic
