/// The models at one moment: what every list and every look-up of a request is answered from.
///
/// Made by catalogue/build.hpp, never changed, replaced as a whole.
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
  /// `version` tells one catalogue from the next to an operator; it grows with each.
  /// REQUIRES: ids are unique.
  Catalogue(std::vector<Model> models, std::uint64_t version);
  Catalogue(const Catalogue&) = delete;
  Catalogue& operator=(const Catalogue&) = delete;

  /// In the order of the list.
  [[nodiscard]] std::span<const Model> models() const { return models_; }

  /// The model with exactly this id, else the one whose id is another spelling of it
  /// (spelling.hpp), unless there are several. Regardless
  /// of status and scope; see find_visible for what a client may see.
  [[nodiscard]] const Model* find(std::string_view id) const;

  [[nodiscard]] std::uint64_t version() const { return version_; }

 private:
  std::vector<Model> models_;
  // Both point into models_, which never moves.
  std::unordered_map<std::string_view, const Model*> by_id_;
  std::unordered_multimap<std::string_view, const Model*, SpellingHash, SameSpelling> by_spelling_;
  std::uint64_t version_;
};

}  // namespace weir::catalogue
