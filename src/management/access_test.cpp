#include "management/access.hpp"

#include <set>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::management {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

constexpr WallTime kNow{hours(500'000)};
constexpr MonotonicTime kThen{hours(1)};

TEST(Sessions, EndAfterTheirLifeAndWhenClosed) {
  Sessions sessions;
  const std::string token(sessions.open(Role::viewer, kNow, auth::system_random).token.reveal());
  ASSERT_NE(sessions.find(token, kNow), nullptr);
  EXPECT_EQ(sessions.find(token, kNow)->role, Role::viewer);
  EXPECT_EQ(sessions.find(token.substr(1), kNow), nullptr);
  EXPECT_EQ(sessions.find("", kNow), nullptr);
  EXPECT_NE(sessions.find(token, kNow + Sessions::kLife - seconds(1)), nullptr);
  EXPECT_EQ(sessions.find(token, kNow + Sessions::kLife), nullptr);

  sessions.close(token);
  EXPECT_EQ(sessions.find(token, kNow), nullptr);
}

TEST(Sessions, TheOldestEndsIfThereAreTooMany) {
  Sessions sessions;
  std::vector<std::string> tokens;
  for (std::size_t i = 0; i <= Sessions::kMost; ++i) {
    tokens.emplace_back(sessions.open(Role::admin, kNow, auth::system_random).token.reveal());
  }
  EXPECT_EQ(std::set<std::string>(tokens.begin(), tokens.end()).size(), tokens.size());
  EXPECT_EQ(sessions.find(tokens[0], kNow), nullptr);
  EXPECT_NE(sessions.find(tokens[1], kNow), nullptr);
}

TEST(Failures, OfOneAddressBlockItAloneAndForAMinute) {
  Failures failures;
  for (std::size_t i = 0; i < Failures::kMost; ++i) {
    EXPECT_EQ(failures.must_wait("192.0.2.1", kThen), std::nullopt);
    failures.add("192.0.2.1", kThen + seconds(i));
  }
  EXPECT_EQ(failures.must_wait("192.0.2.1", kThen + seconds(10)), seconds(50));
  EXPECT_EQ(failures.must_wait("192.0.2.2", kThen + seconds(10)), std::nullopt);
  EXPECT_EQ(failures.must_wait("192.0.2.1", kThen + seconds(60)), std::nullopt);
}

TEST(Failures, OfVeryManyAddressesShareACount) {
  Failures failures;
  for (std::size_t i = 0; i < Failures::kAddresses + Failures::kMost; ++i) {
    failures.add(fmt::format("address {}", i), kThen);
  }
  EXPECT_NE(failures.must_wait("a new one", kThen), std::nullopt);
  EXPECT_EQ(failures.must_wait("address 0", kThen), std::nullopt);
  EXPECT_EQ(failures.must_wait("a new one", kThen + Failures::kWindow), std::nullopt);
}

TEST(Cookie, IsFoundAmongOthers) {
  EXPECT_EQ(find_cookie("weir_session=abc", "weir_session"), "abc");
  EXPECT_EQ(find_cookie("a=1; weir_session=abc; b=2", "weir_session"), "abc");
  EXPECT_EQ(find_cookie("a=weir_session=abc", "weir_session"), "");
  EXPECT_EQ(find_cookie("xweir_session=abc", "weir_session"), "");
  EXPECT_EQ(find_cookie(";;=;weir_session", "weir_session"), "");
  EXPECT_EQ(find_cookie("", "weir_session"), "");
}

TEST(Cookie, IsForThisHostOverTlsOnlyIfThereIsTls) {
  EXPECT_EQ(set_cookie_field(Secret("abc"), false),
            "Set-Cookie: weir_session=abc; Path=/; Max-Age=43200; HttpOnly; SameSite=Strict\r\n");
  EXPECT_EQ(set_cookie_field(Secret("abc"), true),
            "Set-Cookie: __Host-weir_session=abc; Path=/; Max-Age=43200; HttpOnly; "
            "SameSite=Strict; Secure\r\n");
  EXPECT_EQ(set_cookie_field(Secret(), false),
            "Set-Cookie: weir_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict\r\n");
}

}  // namespace
}  // namespace weir::management
