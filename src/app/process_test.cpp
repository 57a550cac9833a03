#include "app/process.hpp"

#include <sys/resource.h>

#include <gtest/gtest.h>

namespace weir::app {
namespace {

TEST(Process, WritesNoCoreFile) {
  forbid_core_files();
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_CORE, &limit), 0);
  EXPECT_EQ(limit.rlim_cur, 0);
  EXPECT_EQ(limit.rlim_max, 0);
}

}  // namespace
}  // namespace weir::app
