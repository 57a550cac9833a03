/// Recognizes a misspelt parameter name, so that a filter is refused instead of ignored.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace weir::catalogue {

/// The name in `known` that `name` is a misspelling of: other letter case, other separators
/// (`subType`, `sub-type`), an index or a key in brackets (`type[]`, `sub_type[0]`,
/// `filter[type]`), or one typing error (`sub_typ`, `tpye`, `types`). Nothing for a name that is in
/// `known`, and for one that resembles none.
///
/// REQUIRES: `known` is in lower case with `_` between words.
[[nodiscard]] std::optional<std::string_view> misspelling_of(
    std::string_view name, std::span<const std::string_view> known);

}  // namespace weir::catalogue
