#include "net/upstream_address.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir::net {
namespace {

bool refused(const std::string& text) {
  return !refusal_of(boost::asio::ip::make_address(text)).empty();
}

TEST(UpstreamAddress, EnginesOfOnesOwnAndPublicOnesAreAllowed) {
  for (const char* text :
       {"127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "100.100.100.199",
        "8.8.8.8", "169.253.255.255", "169.255.0.0", "223.255.255.255", "::1", "fd00::1",
        "fd00:ec2::253", "2606:4700::1111", "2001:db8::1", "64:ff9b::808:808"}) {
    EXPECT_FALSE(refused(text)) << text;
  }
}

TEST(UpstreamAddress, WhatNoEngineHasIsRefused) {
  for (const char* text : {"0.0.0.0", "0.1.2.3", "169.254.0.0", "169.254.169.254",
                           "169.254.255.255", "100.100.100.200", "168.63.129.16", "224.0.0.1",
                           "239.255.255.255", "240.0.0.1", "255.255.255.255"}) {
    EXPECT_TRUE(refused(text)) << text;
  }
  for (const char* text : {"::", "fe80::1", "febf::1", "fec0::1", "ff02::1", "fd00:ec2::254"}) {
    EXPECT_TRUE(refused(text)) << text;
  }
}

TEST(UpstreamAddress, IPv4InIPv6FormIsNoWayRound) {
  for (const char* text :
       {"::ffff:127.0.0.1", "::ffff:8.8.8.8", "::127.0.0.1", "::169.254.169.254",
        "64:ff9b::a9fe:a9fe", "64:ff9b:1::a9fe:a9fe", "2002:a9fe:a9fe::", "2001:0:a9fe:a9fe::"}) {
    EXPECT_TRUE(refused(text)) << text;
  }
}

TEST(UpstreamAddress, OfSeveralOnlyTheAllowedAreLeft) {
  const auto at = [](const char* text) {
    return Tcp::endpoint(boost::asio::ip::make_address(text), 80);
  };
  const auto mixed = allowed_of({at("169.254.169.254"), at("10.0.0.1")});
  ASSERT_TRUE(mixed);
  EXPECT_EQ(*mixed, Endpoints{at("10.0.0.1")});
  const auto none = allowed_of({at("169.254.169.254"), at("fe80::1")});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::upstream_unreachable);
  EXPECT_NE(none.error().detail.find("169.254.169.254"), std::string::npos);
}

}  // namespace
}  // namespace weir::net
