/// The purpose of a model, from the typed fields of its row. One reader for all kinds.
#pragma once

#include <optional>
#include <string_view>

#include "catalogue/model.hpp"
#include "discovery/kinds/row.hpp"
#include "discovery/kinds/unknown_words.hpp"

namespace weir::discovery::kinds {

/// The class that `row` gives, or nothing. Fields are asked in this order, and the first that names
/// sub types decides:
///   1. `sub_types`, `sub_type`, in our spelling
///   2. the purpose: `type`, `task`, `mode`, `categories` …
///   3. the capabilities: `capabilities`, `model_ability`, `features` …
///   4. the endpoints it is called at
///   5. the modalities it takes and gives
/// A purpose of plain `image`, `audio` or `video` waits for a later field to say which sub type of
/// it is meant; if none does, the modalities and the id do, or nothing. A word for something
/// outside all sub types decides if no field names a sub type, and the row does not describe a
/// model that converses (tools, structured output). In one field, ranking wins over embedding,
/// since rankers embed too; everything else adds up.
///
/// Words that no table knows decide nothing and go to `unknown`.
[[nodiscard]] std::optional<catalogue::ModelClass> class_of_row(const Row& row, std::string_view id,
                                                                UnknownWords& unknown);

/// The modalities of `row` on either side, in the upstream's words.
struct Modalities {
  std::vector<std::string_view> input;
  std::vector<std::string_view> output;
};
[[nodiscard]] Modalities modalities_of(const Row& row);

/// Words for what a model can do, from all fields that hold such. They point into the row.
[[nodiscard]] std::vector<std::string_view> capability_words(const Row& row);

}  // namespace weir::discovery::kinds
