#include "net/ticket_keys.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace weir::net {
namespace {

using namespace std::chrono_literals;

const MonotonicTime kStart{24h};

TicketKeys make_counting_keys() {
  return TicketKeys([next = std::uint8_t{0}](std::span<std::uint8_t> room) mutable {
    std::ranges::fill(room, ++next);
    return true;
  });
}

TEST(TicketKeys, AKeyIsUsedForAnHour) {
  auto keys = make_counting_keys();
  const auto first = keys.newest(kStart);
  ASSERT_TRUE(first);
  EXPECT_EQ(keys.newest(kStart + 59min)->name, first->name);
  EXPECT_NE(keys.newest(kStart + 60min)->name, first->name);
}

TEST(TicketKeys, AnOldKeyOpensTicketsForOneHourMore) {
  auto keys = make_counting_keys();
  const auto first = keys.newest(kStart);
  ASSERT_TRUE(first);
  ASSERT_TRUE(keys.newest(kStart + 61min));
  EXPECT_TRUE(keys.find(first->name, kStart + 119min));
  EXPECT_FALSE(keys.find(first->name, kStart + 120min));
}

TEST(TicketKeys, AKeyIsForgottenEvenIfNoTicketIsAskedFor) {
  auto keys = make_counting_keys();
  const auto first = keys.newest(kStart);
  EXPECT_FALSE(keys.find(first->name, kStart + 3h));
}

TEST(TicketKeys, AnUnknownNameFindsNothing) {
  auto keys = make_counting_keys();
  ASSERT_TRUE(keys.newest(kStart));
  EXPECT_FALSE(keys.find(std::array<std::uint8_t, 16>{}, kStart));
}

TEST(TicketKeys, WithoutRandomnessThereIsNoKey) {
  TicketKeys keys([](std::span<std::uint8_t>) { return false; });
  EXPECT_FALSE(keys.newest(kStart));
}

}  // namespace
}  // namespace weir::net
