#include "codec/html.hpp"

#include <gtest/gtest.h>

namespace weir::codec {
namespace {

TEST(Html, TextOpensNothingAndEndsNothing) {
  EXPECT_EQ(html_text("<script>a && b</script>"), "&lt;script&gt;a &amp;&amp; b&lt;/script&gt;");
  EXPECT_EQ(html_text("\" onload='x'"), "&quot; onload=&#39;x&#39;");
  EXPECT_EQ(html_text("模型 & models"), "模型 &amp; models");
  EXPECT_EQ(html_text(""), "");
}

}  // namespace
}  // namespace weir::codec
