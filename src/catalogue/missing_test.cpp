#include "catalogue/missing.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace weir::catalogue {
namespace {

Scope scope_of(std::vector<std::string> globs, std::vector<std::string> sub_types = {}) {
  return *Scope::parse(globs, sub_types);
}

Model model(std::string id, SubType sub_type, std::string upstream, Status status) {
  return {.id = std::move(id),
          .model_class = ModelClass::of({sub_type}),
          .status = status,
          .routes = {{std::move(upstream), "raw", status}}};
}

TEST(Missing, AnUpstreamIsNamedToKeysThatMayUseIt) {
  const Catalogue catalogue({model("lab/own", SubType::chat, "good", Status::available),
                             model("lab/gone", SubType::embedding, "lost", Status::unavailable)},
                            1);
  const MissingUpstream missing[] = {{.name = "lost"},
                                     {.name = "fresh", .may_serve = {"*"}},
                                     {.name = "narrow", .may_serve = {"qwen/*", "bge-m3"}}};
  struct Case {
    const char* what;
    Scope scope;
    const char* names;
  };
  const Case cases[] = {
      {"everything", Scope(), "lost, fresh, narrow"},
      {"nothing", scope_of({}), ""},
      {"a model served elsewhere", scope_of({"lab/own"}), ""},
      {"a model of the lost one", scope_of({"lab/gone"}), "lost, fresh"},
      {"a sub type of the lost one", scope_of({"*"}, {"embedding"}), "lost, fresh, narrow"},
      {"another sub type", scope_of({"*"}, {"chat"}), "fresh, narrow"},
      {"a model nobody knows", scope_of({"gpt-5"}), "fresh"},
      {"a model that one of them may have", scope_of({"bge-m3"}), "fresh, narrow"},
      {"a pattern that overlaps", scope_of({"*/qwen3"}), "fresh, narrow"},
      {"a pattern that does not", scope_of({"lab/*"}), "lost, fresh"},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(missing_names(catalogue, missing, test.scope), test.names) << test.what;
  }
}

TEST(Missing, ADeclaredModelMakesItsUpstreamUsable) {
  const Catalogue catalogue({model("lab/own", SubType::chat, "fresh", Status::available)}, 1);
  const MissingUpstream missing[] = {{.name = "fresh", .may_serve = {"*"}}};
  EXPECT_EQ(missing_names(catalogue, missing, scope_of({"lab/own"})), "fresh");
}

TEST(Missing, TheFieldHasABound) {
  const std::vector<MissingUpstream> missing(1'000, {std::string(64, 'n'), {"*"}});
  const auto names = missing_names(Catalogue({}, 1), missing, Scope());
  EXPECT_EQ(names.size(), kMaxMissingNamed * 66 - 2);
}

}  // namespace
}  // namespace weir::catalogue
