/// The upstreams' words for a model's purpose, one row each.
#pragma once

#include <span>
#include <string_view>

#include "catalogue/model.hpp"

namespace weir::discovery::kinds {

struct SubTypeWord {
  std::string_view word;
  catalogue::SubTypes sub_types;
};

[[nodiscard]] std::span<const SubTypeWord> sub_type_words();

/// A word for models outside all sub types. The type is that of their subject: of the output if
/// they generate, of the input if they judge.
struct OutsideWord {
  std::string_view word;
  catalogue::Type type;
};

[[nodiscard]] std::span<const OutsideWord> outside_words();

struct MediumWord {
  std::string_view word;
  catalogue::Type type;
  bool made = false;  ///< in every place the word means that the model generates it
};

[[nodiscard]] std::span<const MediumWord> medium_words();

/// Words of the same fields that say nothing about the class, each followed by a blank.
[[nodiscard]] std::string_view neutral_words();

}  // namespace weir::discovery::kinds
