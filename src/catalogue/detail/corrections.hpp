/// The config's `models` section, asked by id.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "catalogue/model.hpp"
#include "catalogue/settings.hpp"

namespace weir::catalogue::detail {

/// The config's statements about one id.
struct Correction {
  ModelFacts facts;
  std::optional<ModelClass> model_class;
  bool hidden = false;

  void fill_from(const ModelSettings& settings);
};

/// The section split into ids and patterns. Lifetime: the settings outlive it.
class Corrections {
 public:
  explicit Corrections(std::span<const ModelSettings> settings);

  [[nodiscard]] std::span<const ModelSettings* const> declared() const { return declared_; }
  /// True for the id of an entry, and for an alias.
  [[nodiscard]] bool declares(std::string_view id) const {
    return exact_.contains(id) || aliases_.contains(id);
  }
  /// The other ids of the model with this id.
  [[nodiscard]] std::vector<std::string_view> aliases_of(std::string_view id) const;

  [[nodiscard]] Correction of(std::string_view id) const;

 private:
  std::unordered_map<std::string_view, const ModelSettings*> exact_;
  std::unordered_map<std::string_view, const ModelSettings*> aliases_;
  std::vector<const ModelSettings*> declared_;  // of exact_, in file order
  std::vector<const ModelSettings*> globs_;
};

}  // namespace weir::catalogue::detail
