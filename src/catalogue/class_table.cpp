#include "catalogue/class_table.hpp"

#include <algorithm>

#include "base/ascii.hpp"
#include "base/check.hpp"
#include "catalogue/csv_row.hpp"

namespace weir::catalogue {
namespace {

constexpr std::string_view kClassesCsv =
#include "catalogue/classes.inc"
    ;

bool less_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::lexicographical_compare(a, b, {}, lower, lower);
}

std::string_view unquoted(std::string_view text) {
  if (text.size() < 2 || !text.starts_with('"') || !text.ends_with('"')) return text;
  return text.substr(1, text.size() - 2);
}

std::optional<ClassRow> parse_row(std::string_view line) {
  ClassRow row;
  row.id = take(line, ',');
  const std::string_view type = take(line, ',');
  const std::optional<ModelClass> model_class = parse_class(type, take(line, ','));
  if (row.id.empty() || !model_class) return std::nullopt;
  row.model_class = *model_class;
  row.source = unquoted(line);
  return row;
}

}  // namespace

std::string_view without_tier(std::string_view id) {
  constexpr std::string_view kDefaultTag = ":latest";
  for (std::string_view prefix : {"models/", "pro/", "lora/", "vendor-a/"}) {
    if (equals_ignoring_case(id.substr(0, prefix.size()), prefix)) {
      id.remove_prefix(prefix.size());
      break;
    }
  }
  if (id.ends_with(kDefaultTag)) id.remove_suffix(kDefaultTag.size());
  return id;
}

std::optional<std::vector<ClassRow>> parse_class_rows(std::string_view csv) {
  std::vector<ClassRow> rows;
  rows.reserve(static_cast<std::size_t>(std::ranges::count(csv, '\n')));
  take(csv, '\n');
  while (!csv.empty()) {
    const std::optional<ClassRow> row = parse_row(take(csv, '\n'));
    if (!row) return std::nullopt;
    rows.push_back(*row);
  }
  return rows;
}

ClassTable::ClassTable() {
  std::optional<std::vector<ClassRow>> rows = parse_class_rows(kClassesCsv);
  CHECK(rows.has_value());
  rows_ = std::move(*rows);
  std::ranges::sort(rows_, less_ignoring_case,
                    [](const ClassRow& row) { return without_tier(row.id); });
}

const ClassRow* ClassTable::find(std::string_view id) const {
  const std::string_view key = without_tier(id);
  const auto row = std::ranges::lower_bound(rows_, key, less_ignoring_case,
                                            [](const ClassRow& r) { return without_tier(r.id); });
  const bool found = row != rows_.end() && same_ignoring_case(without_tier(row->id), key);
  return found ? &*row : nullptr;
}

}  // namespace weir::catalogue
