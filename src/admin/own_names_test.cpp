#include "admin/own_names.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace weir::admin {
namespace {

TEST(OwnNames, AnAddressAndLocalhostAreNobodyElsesName) {
  const struct {
    std::string_view authority;
    bool own;
  } cases[] = {
      {"127.0.0.1", true},
      {"127.0.0.1:8081", true},
      {"10.0.3.7:8081", true},
      {"203.0.113.9", true},
      {"[::1]", true},
      {"[::1]:8081", true},
      {"[2001:db8::7]:8081", true},
      {"[::ffff:127.0.0.1]", true},
      {"localhost", true},
      {"LocalHost:8081", true},
      {"localhost.", true},
      {"weir.localhost", true},
      {"a.b.LOCALHOST.:1", true},
      {"127.0.0.1:", true},
      {"", true},
      {"evil.example", false},
      {"evil.example:8081", false},
      {"localhost.evil.example", false},
      {"notlocalhost", false},
      {".localhost", false},
      {"localhost..", false},
      {"127.0.0.1.evil.example", false},
      {"127.0.0.1.", false},
      {"127.1", false},
      {"2130706433", false},
      {"0x7f000001", false},
      {"1.2.3.4.5", false},
      {"[::g]", false},
      {"[::1", false},
      {"[]", false},
      {"[127.0.0.1]", false},
      {"::1", false},
      {":8081", false},
  };
  for (const auto& [authority, own] : cases) {
    EXPECT_EQ(names_no_domain(authority), own) << authority;
  }
}

TEST(OwnNames, AListedNameIsComparedWithoutCasePortAndFinalDot) {
  const std::vector<std::string> hosts{"weir.monitoring.svc", "Weir.Example.", "*.apps.example"};
  const struct {
    std::string_view authority;
    bool listed;
  } cases[] = {
      {"weir.monitoring.svc", true},
      {"WEIR.monitoring.svc:8081", true},
      {"weir.monitoring.svc.", true},
      {"weir.monitoring.svc.:8081", true},
      {"weir.example", true},
      {"a.apps.example:1", true},
      {"a.b.Apps.Example.", true},
      {"apps.example", false},
      {".apps.example", false},
      {"evilapps.example", false},
      {"a.apps.example.evil.example", false},
      {"weir.monitoring.svc.evil.example", false},
      {"evil-weir.monitoring.svc", false},
      {"", false},
  };
  for (const auto& [authority, listed] : cases) {
    EXPECT_EQ(is_listed_host(authority, hosts), listed) << authority;
    EXPECT_FALSE(is_listed_host(authority, {})) << authority;
  }
}

}  // namespace
}  // namespace weir::admin
