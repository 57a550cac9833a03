/// Determines a model's purpose from the typed fields of its row. One reader for all kinds.
#pragma once

#include <optional>
#include <string_view>

#include "catalogue/model.hpp"
#include "discovery/kinds/row.hpp"
#include "discovery/kinds/unknown_words.hpp"

namespace weir::discovery::kinds {

/// The class in `row`, or nothing. Fields are read in this order, and the first that names sub
/// types decides:
///   1. `sub_types`, `sub_type`, in Weir's own spelling
///   2. the purpose: `type`, `task`, `mode`, `categories` …
///   3. the capabilities: `capabilities`, `model_ability`, `features` …
///   4. the endpoints it is called at
///   5. its input and output modalities
/// A purpose of plain `image`, `audio` or `video` needs a later field to name the sub type; if none
/// does, the modalities and the id decide, or nothing. A word for a purpose outside all sub types
/// decides if no field names a sub type, and the row does not describe a model that chats (tools,
/// structured output). Within a field, ranking wins over embedding, since rankers embed too;
/// everything else adds up.
///
/// Unknown words decide nothing and are added to `unknown`.
[[nodiscard]] std::optional<catalogue::ModelClass> class_of_row(const Row& row, std::string_view id,
                                                                UnknownWords& unknown);

/// The modalities of `row`, in the upstream's words.
struct Modalities {
  std::vector<std::string_view> input;
  std::vector<std::string_view> output;
};
[[nodiscard]] Modalities modalities_of(const Row& row);

/// The capability words of a model, from all fields for them. They point into the row.
[[nodiscard]] std::vector<std::string_view> capability_words(const Row& row);

}  // namespace weir::discovery::kinds
