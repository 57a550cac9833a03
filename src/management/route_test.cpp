#include "management/route.hpp"

#include <gtest/gtest.h>

namespace weir::management {
namespace {

using http::Method;

TEST(AdminRoute, TheParameterIsWhatThePathHasInItsPlace) {
  const auto found = match_route(Method::get, "models/Qwen/Qwen3-8B");
  ASSERT_NE(found.route, nullptr);
  EXPECT_EQ(found.route->path, "models/{id}");
  EXPECT_EQ(found.parameter, "Qwen/Qwen3-8B");
  EXPECT_EQ(match_route(Method::get, "keys/key_1/use").parameter, "key_1");
  EXPECT_EQ(match_route(Method::post, "keys/key_1/secrets").parameter, "key_1");
  EXPECT_EQ(match_route(Method::patch, "keys/key_1").parameter, "key_1");
}

TEST(AdminRoute, AnotherMethodIsNotThatOfThePath) {
  const auto found = match_route(Method::put, "keys/key_1");
  EXPECT_EQ(found.route, nullptr);
  EXPECT_EQ(found.allowed, "GET, HEAD, PATCH, DELETE");
  EXPECT_EQ(match_route(Method::get, "keys/key_1/secrets").allowed, "POST");
  EXPECT_NE(match_route(Method::head, "keys").route, nullptr);
}

TEST(AdminRoute, APathThatNoneHasAllowsNothing) {
  for (const auto* path : {"", "keys/", "nothing", "models/", "session/"}) {
    const auto found = match_route(Method::get, path);
    EXPECT_EQ(found.route, nullptr) << path;
    EXPECT_TRUE(found.allowed.empty()) << path;
  }
}

TEST(AdminRoute, NothingButReadingAndLoggingInAndOutIsOpenToViewers) {
  for (const Route& route : all_routes()) {
    if (!route.is_change() || route.path == "session") continue;
    EXPECT_EQ(route.access, Access::admin) << route.path;
  }
}

}  // namespace
}  // namespace weir::management
