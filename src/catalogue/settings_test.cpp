#include "catalogue/settings.hpp"

#include <gtest/gtest.h>

#include "config/document.hpp"
#include "config/schema.hpp"

namespace weir::catalogue {
namespace {

struct Reading {
  ModelSettings value;
  std::string problems;
};

Reading read(std::string_view yaml) {
  config::Reader reader("f", {});
  Reading reading;
  model_schema().read(reader, config::parse_document(yaml).value(), reading.value);
  reading.problems = config::format_problems(reader.take_problems());
  return reading;
}

TEST(ModelSettings, ARouteMayHaveAPriorityAndAWeightOfItsOwn) {
  const auto [value, problems] = read(
      "id: m\n"
      "upstreams: [{name: a, priority: 0, weight: 1000}, {name: b, model: x}]\n");
  EXPECT_EQ(problems, "");
  ASSERT_EQ(value.upstreams.size(), 2U);
  EXPECT_EQ(value.upstreams[0].priority, 0);
  EXPECT_EQ(value.upstreams[0].weight, 1000);
  EXPECT_EQ(value.upstreams[1].priority, std::nullopt);
  EXPECT_EQ(value.upstreams[1].weight, std::nullopt);
}

TEST(ModelSettings, RoutesOutOfBoundsAreRefused) {
  for (const auto* route : {"{name: a, weight: 0}", "{name: a, weight: 1001}",
                            "{name: a, priority: -1}", "{name: a, priority: 1001}"}) {
    EXPECT_NE(read("id: m\nupstreams: [" + std::string(route) + "]\n").problems, "") << route;
  }
}

}  // namespace
}  // namespace weir::catalogue
