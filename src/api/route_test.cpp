#include "api/route.hpp"

#include <gtest/gtest.h>

namespace weir::api {
namespace {

struct Case {
  std::string_view path;
  std::string_view label;
  std::string_view parameter;
};

TEST(Route, IsFoundByItsPath) {
  const Case cases[] = {
      {"/v1/models", "list_models", ""},
      {"/models", "list_models", ""},
      {"/v1/models/", "none", ""},
      {"/v1/models/a/b", "retrieve_model", "a/b"},
      {"/v1/models/a%2Fb", "retrieve_model", "a%2Fb"},
      {"/models/a", "retrieve_model", "a"},
      {"/openapi.yaml", "openapi", ""},
      {"/v1/openapi.yaml", "none", ""},
      {"/v1/v1/models", "none", ""},
      {"/v1models", "none", ""},
      {"/V1/models", "none", ""},
      {"/", "none", ""},
      {"*", "none", ""},
      {"/v1", "none", ""},
  };
  for (const Case& c : cases) {
    const auto match = match_route(c.path);
    EXPECT_EQ(match.route != nullptr ? match.route->label : "none", c.label) << c.path;
    EXPECT_EQ(match.parameter, c.parameter) << c.path;
  }
}

}  // namespace
}  // namespace weir::api
