#include "app/process/environment.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

namespace weir::app {
namespace {

TEST(Environment, AHiddenVariableIsEmptyForOthersAndKnownToUs) {
  ::setenv("WEIR_TEST_SECRET", "hunter2", 1);
  const char* place = ::getenv("WEIR_TEST_SECRET");
  EXPECT_EQ(read_variable("WEIR_TEST_SECRET"), "hunter2");

  hide_variable("WEIR_TEST_SECRET");

  EXPECT_EQ(*place, '\0') << "what /proc/PID/environ shows";
  EXPECT_EQ(read_variable("WEIR_TEST_SECRET"), "hunter2");
  hide_variable("WEIR_TEST_SECRET");
  EXPECT_EQ(read_variable("WEIR_TEST_SECRET"), "hunter2");
}

TEST(Environment, AVariableThatIsNotSetIsNothing) {
  hide_variable("WEIR_TEST_NOT_SET");
  EXPECT_EQ(read_variable("WEIR_TEST_NOT_SET"), std::nullopt);
}

}  // namespace
}  // namespace weir::app
