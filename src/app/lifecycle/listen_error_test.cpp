#include "app/lifecycle/listen_error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace weir::app {
namespace {

TEST(ListenError, NamesTheOptionAndTheSettingOfItsListener) {
  const auto advised = [](ListenerOf listener) {
    return with_advice(fail(Errc::config_invalid, "in use").error(), listener).detail;
  };
  EXPECT_THAT(advised(ListenerOf::api), testing::HasSubstr("in use; "));
  EXPECT_THAT(advised(ListenerOf::api), testing::HasSubstr(" --listen "));
  EXPECT_THAT(advised(ListenerOf::api), testing::EndsWith(" server.listen"));
  EXPECT_THAT(advised(ListenerOf::admin), testing::HasSubstr(" --admin-listen "));
  EXPECT_THAT(advised(ListenerOf::admin), testing::EndsWith(" server.admin_listen"));
  EXPECT_THAT(advised(ListenerOf::ollama), testing::EndsWith(" ollama.listen"));
}

}  // namespace
}  // namespace weir::app
