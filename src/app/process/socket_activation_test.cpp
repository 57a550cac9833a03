#include "app/process/socket_activation.hpp"

#include <gmock/gmock.h>

namespace weir::app {
namespace {

using enum ListenerRole;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr std::int64_t kOwn = 42;

std::vector<ListenerRole> planned(const Activation& activation) {
  const auto roles = plan_activation(activation, kOwn);
  EXPECT_TRUE(roles) << roles.error().detail;
  return roles ? *roles : std::vector<ListenerRole>{};
}

std::string refusal(const Activation& activation) {
  const auto roles = plan_activation(activation, kOwn);
  return roles ? "" : roles.error().detail;
}

TEST(SocketActivation, NamesSayWhatASocketIsFor) {
  EXPECT_THAT(planned({"42", "3", "admin:api:api"}), ElementsAre(admin, api, api));
}

TEST(SocketActivation, WithoutNamesTheFirstIsTheApis) {
  EXPECT_THAT(planned({"42", "1", std::nullopt}), ElementsAre(api));
  EXPECT_THAT(planned({"42", "1", "unknown"}), ElementsAre(api));
  EXPECT_THAT(planned({"42", "2", "weir.socket:weir.socket"}), ElementsAre(api, admin));
}

TEST(SocketActivation, WhatIsMeantForAnotherProcessIsLeftAlone) {
  EXPECT_THAT(planned({}), IsEmpty());
  EXPECT_THAT(planned({"41", "1", "api"}), IsEmpty());
  EXPECT_THAT(planned({"42x", "1", "api"}), IsEmpty());
  EXPECT_THAT(planned({std::nullopt, "1", "api"}), IsEmpty());
  EXPECT_THAT(planned({"42", "0", std::nullopt}), IsEmpty());
}

TEST(SocketActivation, WhatCannotBeMeantIsRefused) {
  EXPECT_EQ(refusal({"42", "x", "api"}), "LISTEN_FDS is \"x\"; expected an integer from 0 to 512");
  EXPECT_EQ(refusal({"42", "-1", "api"}),
            "LISTEN_FDS is \"-1\"; expected an integer from 0 to 512");
  EXPECT_EQ(refusal({"42", "2", "api"}), "LISTEN_FDNAMES has 1 names for 2 sockets");
  EXPECT_EQ(refusal({"42", "1", "web"}),
            "a socket is named \"web\"; expected FileDescriptorName=api or admin");
  EXPECT_EQ(refusal({"42", "3", std::nullopt}),
            "3 sockets without names; expected FileDescriptorName=api or admin");
}

}  // namespace
}  // namespace weir::app
