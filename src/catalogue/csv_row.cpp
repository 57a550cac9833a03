#include "catalogue/csv_row.hpp"

namespace weir::catalogue {

std::optional<ModelClass> parse_class(std::string_view type, std::string_view sub_types) {
  const std::optional<Type> known_type = parse_type(type);
  if (!known_type) return std::nullopt;
  SubTypes known;
  while (!sub_types.empty()) {
    const std::optional<SubType> sub_type = parse_sub_type(take(sub_types, ';'));
    if (!sub_type) return std::nullopt;
    known.insert(*sub_type);
  }
  ModelClass result = ModelClass::of(known);
  result.types.insert(*known_type);
  return result;
}

}  // namespace weir::catalogue
