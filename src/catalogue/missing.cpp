#include "catalogue/missing.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "codec/glob.hpp"

namespace weir::catalogue {
namespace {

std::unordered_set<std::string_view> upstreams_in_use(const Catalogue& catalogue,
                                                      const Scope& scope) {
  std::unordered_set<std::string_view> names;
  for (const Model& model : catalogue.models()) {
    if (!scope.admits(model)) continue;
    for (const Route& route : model.routes) names.insert(route.upstream);
  }
  return names;
}

bool is_served(const Catalogue& catalogue, std::string_view id) {
  const Model* model = catalogue.find(id);
  return model != nullptr && model->status != Status::unavailable;
}

// The part of a scope that could match an unlisted model.
std::vector<std::string_view> unserved(const Catalogue& catalogue, const Scope& scope) {
  std::vector<std::string_view> globs;
  for (const std::string& glob : scope.globs()) {
    if (codec::is_glob(glob) || !is_served(catalogue, glob)) globs.push_back(glob);
  }
  return globs;
}

}  // namespace

std::string missing_names(const Catalogue& catalogue, std::span<const MissingUpstream> missing,
                          const Scope& scope) {
  if (missing.empty()) return {};
  const auto in_use = upstreams_in_use(catalogue, scope);
  const auto wanted = unserved(catalogue, scope);
  const auto may_have = [&](const std::string& served) {
    return std::ranges::any_of(
        wanted, [&](std::string_view glob) { return codec::globs_overlap(glob, served); });
  };
  std::vector<std::string_view> names;
  for (const auto& upstream : missing) {
    if (names.size() == kMaxMissingNamed) break;
    if (in_use.contains(upstream.name) || std::ranges::any_of(upstream.may_serve, may_have)) {
      names.push_back(upstream.name);
    }
  }
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace weir::catalogue
