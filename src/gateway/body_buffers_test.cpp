#include "gateway/body_buffers.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir::gateway {
namespace {

constexpr std::int64_t kMost = 8 << 20;

std::string buffer_of(std::size_t bytes) {
  std::string buffer;
  buffer.reserve(bytes);
  buffer = "the last body";
  return buffer;
}

class BodyBuffersTest : public testing::Test {
 protected:
  void give_back(std::size_t bytes) { buffers_.give_back(buffer_of(bytes), kMost, sweeper_); }

  std::atomic<std::int64_t> kept_{0};
  net::DeadlineSweeper sweeper_;
  BodyBuffers buffers_{kept_};
};

TEST_F(BodyBuffersTest, TheMemoryOfABodyIsTheNextOnes) {
  auto used = buffer_of(1 << 20);
  const auto* memory = used.data();
  buffers_.give_back(std::move(used), kMost, sweeper_);
  EXPECT_GE(kept_, 1 << 20);
  const auto next = buffers_.take(1'000'000);
  EXPECT_EQ(next.data(), memory);
  EXPECT_TRUE(next.empty());
  EXPECT_EQ(kept_, 0);
}

TEST_F(BodyBuffersTest, TheSmallestThatFitsIsTaken) {
  for (const auto bytes : {4U << 20, 1U << 20, 2U << 20}) give_back(bytes);
  const auto taken = buffers_.take((1 << 20) + 1'000);
  EXPECT_GE(taken.capacity(), 2U << 20);
  EXPECT_LT(taken.capacity(), 4U << 20);
  EXPECT_EQ(buffers_.take(6 << 20).capacity(), std::string().capacity());
}

TEST_F(BodyBuffersTest, ASmallBodyDoesNotOccupyALargeBuffer) {
  give_back(4 << 20);
  EXPECT_EQ(buffers_.take(BodyBuffers::kLargeBytes).capacity(), std::string().capacity());
  EXPECT_GE(buffers_.take((2 << 20) + 100).capacity(), 4U << 20);
}

TEST_F(BodyBuffersTest, SmallBodiesAreNotKept) {
  give_back(BodyBuffers::kLargeBytes / 2);
  EXPECT_EQ(buffers_.size(), 0U);
  give_back(1 << 20);
  EXPECT_EQ(buffers_.take(1'000).capacity(), std::string().capacity());
}

TEST_F(BodyBuffersTest, AllThreadsKeepNoMoreThanTheBound) {
  BodyBuffers others(kept_);
  for (int i = 0; i < 10; ++i) {
    give_back(1 << 20);
    others.give_back(buffer_of(1 << 20), kMost, sweeper_);
  }
  EXPECT_LE(kept_, kMost);
  EXPECT_GE(buffers_.size(), 3U);
  EXPECT_GE(others.size(), 3U);
}

TEST_F(BodyBuffersTest, NothingIsKeptAtABoundOfZero) {
  buffers_.give_back(buffer_of(1 << 20), 0, sweeper_);
  EXPECT_EQ(buffers_.size(), 0U);
  EXPECT_EQ(kept_, 0);
}

TEST_F(BodyBuffersTest, MemoryThatIsNotNeededIsReleasedWhileOthersCome) {
  give_back(4 << 20);
  const auto given = monotonic_now();
  for (int i = 0; i < 3; ++i) {
    give_back(1 << 20);
    sweeper_.sweep(given + BodyBuffers::kKept);
    EXPECT_EQ(buffers_.take(4 << 20).capacity(), std::string().capacity());
    EXPECT_GE(buffers_.size(), 1U);
  }
}

TEST_F(BodyBuffersTest, MemoryThatIsNotNeededIsReleased) {
  give_back(1 << 20);
  sweeper_.sweep(monotonic_now() + BodyBuffers::kKept + std::chrono::seconds(1));
  EXPECT_EQ(buffers_.size(), 0U);
  EXPECT_EQ(kept_, 0);
}

}  // namespace
}  // namespace weir::gateway
