#include "catalogue/catalogue.hpp"

#include <utility>

#include "base/check.hpp"

namespace weir::catalogue {

Catalogue::Catalogue(std::vector<Model> models, std::uint64_t version)
    : models_(std::move(models)), version_(version) {
  models_.shrink_to_fit();
  by_id_.reserve(models_.size());
  for (const Model& model : models_) {
    const bool unique = by_id_.emplace(model.id, &model).second;
    CHECK(unique);
  }
}

const Model* Catalogue::find(std::string_view id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

}  // namespace weir::catalogue
