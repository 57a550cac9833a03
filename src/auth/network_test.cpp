#include "auth/network.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::auth {
namespace {

using testing::HasSubstr;

TEST(Address, IsTheSameAsV4AndAsMappedV6) {
  const auto v4 = Address::parse("192.0.2.7");
  ASSERT_TRUE(v4);
  EXPECT_TRUE(v4->is_v4());
  EXPECT_EQ(*v4, Address::parse("::ffff:192.0.2.7"));
  EXPECT_EQ(*v4, Address::parse("::ffff:c000:207"));
  EXPECT_EQ(*v4, Address::from_v4({192, 0, 2, 7}));
  EXPECT_FALSE(Address::parse("::1")->is_v4());
  EXPECT_EQ(Address::from_v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}),
            Address::parse("::1"));
}

TEST(Address, ReadsNothingButAddresses) {
  for (const std::string_view text :
       {"", " ", "1.2.3", "1.2.3.4.5", "256.1.1.1", "01.2.3.4", "1.2.3.4 ", "localhost",
        "fe80::1%eth0", "[::1]", "::1:80:", "1.2.3.4:80", ":::", "12345::"}) {
    EXPECT_FALSE(Address::parse(text)) << text;
  }
  EXPECT_FALSE(Address::parse(std::string_view("1.2.3.4\0x", 9)));
  EXPECT_FALSE(Address::parse(std::string(10'000, '1')));
}

TEST(Network, ContainsWhatItsPrefixSays) {
  struct Row {
    const char* network;
    const char* address;
    bool contained;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"10.0.0.0/8", "10.255.255.255", true},
           {"10.0.0.0/8", "11.0.0.0", false},
           {"10.0.0.0/8", "::ffff:10.1.2.3", true},
           {"::ffff:10.0.0.0/104", "10.1.2.3", true},
           {"192.0.2.128/25", "192.0.2.127", false},
           {"192.0.2.128/25", "192.0.2.128", true},
           {"192.0.2.8/31", "192.0.2.9", true},
           {"192.0.2.8/31", "192.0.2.10", false},
           {"192.0.2.7", "192.0.2.7", true},
           {"192.0.2.7", "192.0.2.6", false},
           {"192.0.2.7/32", "192.0.2.7", true},
           {"0.0.0.0/0", "203.0.113.1", true},
           {"0.0.0.0/0", "2001:db8::1", false},
           {"::/0", "2001:db8::1", true},
           {"::/0", "203.0.113.1", false},
           {"2001:db8::/32", "2001:db8:ffff::1", true},
           {"2001:db8::/32", "2001:db9::1", false},
           {"2001:db8::/33", "2001:db8:8000::", false},
           {"::1", "::1", true},
           {"::1", "127.0.0.1", false},
           {"fd00::/8", "fdff::1", true},
       }) {
    const auto network = Network::parse(row.network);
    ASSERT_TRUE(network) << row.network;
    EXPECT_EQ(network->contains(*Address::parse(row.address)), row.contained)
        << row.network << " " << row.address;
  }
}

TEST(Network, SaysWhatIsWrongWithIt) {
  struct Row {
    const char* text;
    const char* said;
  };
  for (const Row& row : std::initializer_list<Row>{
           {"", "is not an address"},
           {"office", "is not an address"},
           {"/8", "is not an address"},
           {"10.0.0.0/", "an integer from 0 to 32"},
           {"10.0.0.0/33", "an integer from 0 to 32"},
           {"10.0.0.0/08", "an integer from 0 to 32"},
           {"10.0.0.0/-1", "an integer from 0 to 32"},
           {"10.0.0.0/8/8", "an integer from 0 to 32"},
           {"10.0.0.0/255.0.0.0", "an integer from 0 to 32"},
           {"fd00::/129", "an integer from 0 to 128"},
           {"10.0.0.1/8", "bits set after the first 8"},
           {"fd00::1/64", "bits set after the first 64"},
       }) {
    const auto network = Network::parse(row.text);
    ASSERT_FALSE(network) << row.text;
    EXPECT_THAT(network.error().detail, HasSubstr(row.said));
  }
}

}  // namespace
}  // namespace weir::auth
