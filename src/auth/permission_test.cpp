#include "auth/permission.hpp"

#include <cstdint>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::auth {
namespace {

using testing::ElementsAre;

TEST(PermissionPool, GivesEqualPermissionsOneObject) {
  PermissionPool pool;
  const auto first = pool.intern({"b/*", "a/*", "b/*"}, {"embedding", "chat"});
  EXPECT_EQ(first, pool.intern({"a/*", "b/*"}, {"chat", "embedding", "chat"}));
  EXPECT_THAT(first->models, ElementsAre("a/*", "b/*"));
  EXPECT_THAT(first->sub_types, ElementsAre("chat", "embedding"));
}

TEST(PermissionPool, NumbersDifferentOnesFromTheUnrestrictedOneUp) {
  PermissionPool pool;
  EXPECT_EQ(pool.intern({"*"}, {})->id, kUnrestrictedPermission);
  EXPECT_TRUE(pool.intern({"a", "*"}, {})->is_unrestricted());
  EXPECT_EQ(pool.intern({"a"}, {})->id, 1);
  EXPECT_EQ(pool.intern({"*"}, {"a"})->id, 2) << "a glob is no sub type";
  EXPECT_EQ(pool.intern({}, {})->id, 3);
  EXPECT_EQ(pool.intern({"a"}, {})->id, 1);
  EXPECT_FALSE(pool.intern({"*"}, {"a"})->is_unrestricted());
  EXPECT_FALSE(pool.intern({}, {})->is_unrestricted());
  EXPECT_FALSE(pool.intern({"a"}, {})->is_unrestricted());
  EXPECT_FALSE(pool.intern({"a", "b"}, {})->is_unrestricted());
}

TEST(PermissionPool, ForgetsThoseThatNobodyHasAndGivesNoNumberTwice) {
  PermissionPool pool;
  const auto kept = pool.intern({"kept"}, {});
  std::set<std::uint32_t> ids{kept->id};
  for (int i = 0; i < 1'000; ++i) {
    EXPECT_TRUE(ids.insert(pool.intern({std::to_string(i)}, {})->id).second);
  }
  EXPECT_LE(pool.size(), 100);
  EXPECT_EQ(pool.intern({"kept"}, {}), kept);
  EXPECT_EQ(pool.intern({"*"}, {})->id, kUnrestrictedPermission);
}

}  // namespace
}  // namespace weir::auth
