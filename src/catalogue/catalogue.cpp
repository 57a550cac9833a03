#include "catalogue/catalogue.hpp"

#include <utility>

#include "base/check.hpp"

namespace weir::catalogue {

Catalogue::Catalogue(std::vector<Model> models, std::uint64_t version)
    : models_(std::move(models)), version_(version) {
  models_.shrink_to_fit();
  by_id_.reserve(models_.size());
  by_spelling_.reserve(models_.size());
  for (const Model& model : models_) {
    const bool unique = by_id_.emplace(model.id, &model).second;
    CHECK(unique);
    const auto [spelling, first] = by_spelling_.emplace(model.id, &model);
    if (!first) spelling->second = nullptr;
  }
}

const Model* Catalogue::find(std::string_view id) const {
  if (const auto exact = by_id_.find(id); exact != by_id_.end()) return exact->second;
  const auto spelling = by_spelling_.find(id);
  if (spelling == by_spelling_.end() || spelling->second == nullptr) return nullptr;
  const Model& model = *spelling->second;
  return means(id, model.id, model.ignores_case) ? &model : nullptr;
}

}  // namespace weir::catalogue
