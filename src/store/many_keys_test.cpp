// Keys that are created together.
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/temporary_directory_for_test.hpp"
#include "store/key_record_for_test.hpp"
#include "store/sqlite_store.hpp"

namespace weir::store {
namespace {

TEST(ManyKeys, AreCreatedAtOnceOrNone) {
  const TemporaryDirectory directory;
  const auto opened = SqliteStore::open({.path = directory.path() + "/weir.db"});
  ASSERT_TRUE(opened) << opened.error().text();
  const auto& store = *opened;
  EXPECT_FALSE(*store->has_keys());
  const std::vector<KeyRecord> three{key(1), key(2), key(3)};
  ASSERT_TRUE(store->create_all(three));
  EXPECT_TRUE(*store->has_keys());
  EXPECT_EQ(store->list()->size(), 3);

  const std::vector<KeyRecord> one_taken{key(4), key(5), key(2)};
  EXPECT_EQ(store->create_all(one_taken).error().code, Errc::already_exists);
  KeyRecord unsound = key(6);
  unsound.secrets.clear();
  EXPECT_EQ(store->create_all(std::vector{key(7), unsound}).error().code, Errc::invalid_parameter);
  EXPECT_EQ(store->list()->size(), 3);
}

}  // namespace
}  // namespace weir::store
