/// Model ids whose class is known from a published source: the rows of classes.csv, built in.
#pragma once

#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "catalogue/model.hpp"

namespace weir::catalogue {

/// Views into static text, or into the text that was parsed.
struct ClassRow {
  std::string_view id;
  ModelClass model_class;
  std::string_view source;  ///< who states it
};

/// Reads `id,type,sub_types,source` rows under a header line; `;` joins several sub types, the
/// source may be quoted. Nothing if a row cannot be read.
[[nodiscard]] std::optional<std::vector<ClassRow>> parse_class_rows(std::string_view csv);

/// `id` without a leading `models/` (Gemini), `Pro/`, `LoRA/` or `Vendor-A/` (tiers of the same
/// weights at SiliconFlow) and a trailing `:latest` (Ollama).
[[nodiscard]] std::string_view without_tier(std::string_view id);

/// Immutable once built, so any thread may ask.
class ClassTable {
 public:
  /// The built-in rows.
  ClassTable();

  /// Looks up the whole id, regardless of letter case and of the parts that without_tier() cuts.
  /// Nothing else is stripped: an owner, a size or a quantisation may make another model.
  [[nodiscard]] const ClassRow* find(std::string_view id) const;
  [[nodiscard]] std::span<const ClassRow> rows() const { return rows_; }

 private:
  std::vector<ClassRow> rows_;
};

}  // namespace weir::catalogue
