#include "discovery/kinds/protocol.hpp"

#include <gtest/gtest.h>

namespace weir::discovery::kinds {
namespace {

TEST(Protocol, QueryValuesAreEscaped) {
  EXPECT_EQ(encode_query("org/name:Q4 +é&~"), "org%2Fname%3AQ4%20%2B%C3%A9%26~");
}

}  // namespace
}  // namespace weir::discovery::kinds
