#include "app/process/process.hpp"

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

TEST(Process, RaisesItsDescriptorsToTheHardLimit) {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  const rlimit lowered{.rlim_cur = 64, .rlim_max = limit.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &lowered), 0);
  const auto raised = raise_descriptor_limit();
  EXPECT_EQ(raised.before, 64);
  EXPECT_EQ(raised.now, static_cast<std::int64_t>(limit.rlim_max));
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &limit), 0);
  EXPECT_EQ(limit.rlim_cur, limit.rlim_max);
}

}  // namespace
}  // namespace weir::app
