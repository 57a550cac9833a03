#include "base/snapshot.hpp"

#include <memory>
#include <thread>

#include <gtest/gtest.h>

namespace weir {
namespace {

TEST(Snapshot, AReaderKeepsWhatItLoaded) {
  Snapshot<int> snapshot(std::make_shared<const int>(1));
  const auto before = snapshot.load();
  snapshot.publish(std::make_shared<const int>(2));
  EXPECT_EQ(*before, 1);
  EXPECT_EQ(*snapshot.load(), 2);
}

TEST(SnapshotReader, SeesEachNewValueAtItsNextLook) {
  Snapshot<int> snapshot(std::make_shared<const int>(1));
  SnapshotReader<int> reader(snapshot);
  EXPECT_EQ(reader.get(), 1);
  snapshot.publish(std::make_shared<const int>(2));
  EXPECT_EQ(reader.get(), 2);
  EXPECT_EQ(reader.get(), 2);
}

TEST(SnapshotReader, NeverGoesBackWhileAnotherThreadPublishes) {
  constexpr int kLast = 10'000;
  Snapshot<int> snapshot(std::make_shared<const int>(0));
  std::thread publisher([&] {
    for (int i = 1; i <= kLast; ++i) snapshot.publish(std::make_shared<const int>(i));
  });
  SnapshotReader<int> reader(snapshot);
  int seen = 0;
  while (seen < kLast) {
    const int now = reader.get();
    ASSERT_GE(now, seen);
    seen = now;
  }
  publisher.join();
}

}  // namespace
}  // namespace weir
