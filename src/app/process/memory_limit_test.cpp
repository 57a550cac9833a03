#include "app/process/memory_limit.hpp"

#include <gtest/gtest.h>

namespace weir::app {
namespace {

TEST(MemoryLimit, ContainersSayItInTwoWays) {
  EXPECT_EQ(parse_container_limit("536870912\n"), 536870912U);
  for (const char* none :
       {"max\n", "", "9223372036854771712\n", "18446744073709551616\n", "-1\n"}) {
    EXPECT_EQ(parse_container_limit(none), 0U) << none;
  }
}

TEST(MemoryLimit, TheCgroupIsFoundInBothVersions) {
  EXPECT_EQ(find_cgroup("0::/system.slice/weir.service\n", ""), "/system.slice/weir.service");
  const char* old = "5:cpu,cpuacct:/a\n4:memory:/docker/abc\n0::/\n";
  EXPECT_EQ(find_cgroup(old, "memory"), "/docker/abc");
  EXPECT_EQ(find_cgroup(old, ""), "/");
  EXPECT_EQ(find_cgroup("nonsense\n1:\n", "memory"), "");
}

TEST(MemoryLimit, BodiesGetAQuarterWithinBounds) {
  constexpr std::uint64_t kMiB = 1 << 20;
  EXPECT_EQ(body_bytes_of(0), 64 << 20);
  EXPECT_EQ(body_bytes_of(128 * kMiB), 64 << 20);
  EXPECT_EQ(body_bytes_of(1024 * kMiB), 256 << 20);
  EXPECT_EQ(body_bytes_of(8 * 1024 * kMiB), std::int64_t{2} << 30);
  EXPECT_EQ(body_bytes_of(1024 * 1024 * kMiB), std::int64_t{8} << 30);
}

TEST(MemoryLimit, ThisProcessIsSomewhere) { EXPECT_GT(resident_bytes(), 0U); }

}  // namespace
}  // namespace weir::app
