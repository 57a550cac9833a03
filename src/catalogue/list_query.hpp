/// The query of a list: filters and view, and the models that match.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "base/enum_table.hpp"
#include "catalogue/catalogue.hpp"
#include "catalogue/model.hpp"
#include "catalogue/scope.hpp"

namespace weir::catalogue {

/// How much of a model a client sees. basic: the four fields of the imitated API.
enum class View : std::uint8_t { basic, full };
inline constexpr EnumNames<View> kViewNames({{View::basic, "basic"}, {View::full, "full"}});

struct ListQuery {
  std::optional<Type> type = {};
  std::optional<SubType> sub_type = {};
  View view = View::basic;
  bool include_unavailable = false;

  /// A `type` that differs from the sub type's own contradicts it, and nothing is listed: not even
  /// a model that has a second sub type of that type.
  [[nodiscard]] bool admits(const Model& model) const;

  /// Below kBitsEnd. Queries with equal bits have equal answers; `type=text&sub_type=chat` has the
  /// bits of `sub_type=chat`.
  [[nodiscard]] std::uint32_t bits() const;
  static constexpr std::uint32_t kBitsEnd = 64;

  bool operator==(const ListQuery&) const = default;
};

/// Why a query is refused.
struct BadParameter {
  std::string parameter;  ///< its name; empty if the query as a whole cannot be parsed
  std::string value;      ///< as given, truncated to kMaxEchoBytes
  std::string message;    ///< for the client: the parameter, the value and the allowed values
};
inline constexpr std::size_t kMaxEchoBytes = 64;

/// Parses `type`, `sub_type`, `view` and `include_unavailable` from a URL's query (the part after
/// the `?`). Other parameters are ignored, unless they are a misspelling of one of these. Values
/// are case-sensitive; an unknown, empty or repeated one is refused. `include_unavailable` also
/// takes 1 and 0.
[[nodiscard]] std::expected<ListQuery, BadParameter> parse_list_query(std::string_view text,
                                                                      View default_view);

/// The model `id` if a client with `scope` would find it in a list without filters, else nothing:
/// list and single look-up agree.
[[nodiscard]] const Model* find_visible(const Catalogue& catalogue, std::string_view id,
                                        const Scope& scope, bool include_unavailable);

}  // namespace weir::catalogue
