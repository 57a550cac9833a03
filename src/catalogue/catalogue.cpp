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
    by_spelling_.emplace(model.id, &model);
  }
}

const Model* Catalogue::find(std::string_view id) const {
  if (const auto exact = by_id_.find(id); exact != by_id_.end()) return exact->second;
  const Model* meant = nullptr;
  const auto [first, last] = by_spelling_.equal_range(id);
  for (auto candidate = first; candidate != last; ++candidate) {
    const Model* model = candidate->second;
    if (!means(id, model->id, model->spelling)) continue;
    if (meant != nullptr) return nullptr;
    meant = model;
  }
  return meant;
}

}  // namespace weir::catalogue
