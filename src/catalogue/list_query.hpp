/// What a client asks of the list, and which models answer it.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "catalogue/catalogue.hpp"
#include "catalogue/model.hpp"
#include "catalogue/scope.hpp"

namespace weir::catalogue {

/// How much of a model a client sees. basic: the contract's four fields.
enum class View : std::uint8_t { basic, full };

struct ListQuery {
  std::optional<Type> type = {};
  std::optional<SubType> sub_type = {};
  View view = View::basic;
  bool include_unavailable = false;

  /// A `type` that is not the sub type's own contradicts it, and then nothing is listed: not even a
  /// model that has a second sub type of that type.
  [[nodiscard]] bool admits(const Model& model) const;

  /// Below kBitsEnd. Queries with equal bits have equal answers, and `type=text&sub_type=chat` has
  /// those of `sub_type=chat`.
  [[nodiscard]] std::uint32_t bits() const;
  static constexpr std::uint32_t kBitsEnd = 64;

  bool operator==(const ListQuery&) const = default;
};

/// Why a query is refused.
struct BadParameter {
  std::string parameter;  ///< its name; empty if the query as a whole cannot be read
  std::string value;      ///< as given, cut to kMaxEchoBytes
  std::string message;    ///< for the client: the parameter, the value and what is allowed
};
inline constexpr std::size_t kMaxEchoBytes = 64;

/// Reads `type`, `sub_type`, `view` and `include_unavailable` out of a URL's query (what follows
/// the `?`); others are ignored, unless they are a misspelling of one of these. Values are
/// case-sensitive; an unknown, empty or repeated one is refused. `include_unavailable` also takes 1
/// and 0.
[[nodiscard]] std::expected<ListQuery, BadParameter> parse_list_query(std::string_view text,
                                                                      View default_view);

/// The model `id` if a client with `scope` would find it in a list without filters, else nothing:
/// list and single look-up agree.
[[nodiscard]] const Model* find_visible(const Catalogue& catalogue, std::string_view id,
                                        const Scope& scope, bool include_unavailable);

}  // namespace weir::catalogue
