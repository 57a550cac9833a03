/// The models at one moment, from which every list and look-up of a request is answered.
///
/// Built by catalogue/build.hpp, immutable, replaced as a whole.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "catalogue/model.hpp"
#include "catalogue/spelling.hpp"

namespace weir::catalogue {

/// Threads: any; immutable.
class Catalogue {
 public:
  /// `version` identifies a catalogue for the operator; it increases with each.
  /// REQUIRES: ids are unique.
  Catalogue(std::vector<Model> models, std::uint64_t version);
  Catalogue(const Catalogue&) = delete;
  Catalogue& operator=(const Catalogue&) = delete;

  /// In list order.
  [[nodiscard]] std::span<const Model> models() const { return models_; }

  /// The model with exactly this id, else the only one whose id is another spelling of it
  /// (spelling.hpp). Ignores status and scope; find_visible applies them.
  [[nodiscard]] const Model* find(std::string_view id) const;

  [[nodiscard]] std::uint64_t version() const { return version_; }

 private:
  std::vector<Model> models_;
  // Both point into models_, whose elements never move.
  std::unordered_map<std::string_view, const Model*> by_id_;
  std::unordered_multimap<std::string_view, const Model*, SpellingHash, SameSpelling> by_spelling_;
  std::uint64_t version_;
};

}  // namespace weir::catalogue
