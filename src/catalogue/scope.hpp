/// The models that a key may call: patterns over ids and a set of sub types.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "catalogue/model.hpp"

namespace weir::catalogue {

/// A digest of a scope's canonical text: equal scopes have the same id in every process, and so
/// share stored lists.
using ScopeId = std::array<std::uint64_t, 2>;

/// Threads: any; immutable. Lifetime: value type.
class Scope {
 public:
  /// The scope of all models.
  Scope();

  /// `globs` over ids (codec/glob.hpp): one must match, so no globs means no models. `sub_types`
  /// are wire names: a model must have one of them; no sub types means no such condition.
  ///
  /// Errors: invalid_parameter for an unknown sub type, and for a glob that is empty or contains a
  /// control character.
  [[nodiscard]] static Result<Scope> parse(std::span<const std::string> globs,
                                           std::span<const std::string> sub_types);

  [[nodiscard]] bool admits(const Model& model) const;

  /// Sorted, without duplicates.
  [[nodiscard]] const std::vector<std::string>& globs() const { return globs_; }
  /// The globs, one per line; then `/` and the sub types. For operators.
  [[nodiscard]] const std::string& canonical_text() const { return canonical_text_; }
  [[nodiscard]] const ScopeId& id() const { return id_; }
  bool operator==(const Scope& other) const { return id_ == other.id_; }

 private:
  Scope(std::vector<std::string> globs, SubTypes sub_types);
  [[nodiscard]] bool admits_id(std::string_view id) const;

  std::vector<std::string> globs_;
  SubTypes sub_types_;
  std::string canonical_text_;
  ScopeId id_{};
};

}  // namespace weir::catalogue
