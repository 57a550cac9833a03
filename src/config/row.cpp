#include "config/row.hpp"

#include <string_view>

#include <fmt/format.h>

namespace weir::config {
namespace {

constexpr std::string_view kTableHead =
    "| Setting | Expected | Default | Applies | Meaning |\n"
    "| --- | --- | --- | --- | --- |\n";

/// Escapes `|`, which would end the cell.
std::string cell(std::string_view text) {
  std::string escaped;
  for (char c : text) {
    if (c == '|') escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string_view when(const Row& row) {
  return row.apply == Apply::live ? "on reload" : "on restart";
}

std::string default_of(const Row& row) {
  if (row.required) return "required";
  return row.fallback.empty() ? "not set" : fmt::format("`{}`", row.fallback);
}

bool is_top_level(const Row& row) { return row.name.find_first_of(".[") == std::string::npos; }

std::string line_of(const Row& row) {
  return fmt::format("| `{}` | {} | {} | {} | {} |\n", row.name, cell(row.expected),
                     cell(default_of(row)), when(row), cell(row.text));
}

}  // namespace

std::string format_reference(const std::vector<Row>& rows) {
  std::string plain;
  std::string groups;
  for (const Row& row : rows) {
    if (!is_top_level(row)) {
      groups += line_of(row);
    } else if (row.shape == Row::Shape::value) {
      plain += line_of(row);
    } else {
      groups += fmt::format("\n## {}\n\n{}\n\n{}", row.name, row.text, kTableHead);
    }
  }
  return fmt::format("## Top level\n\n{}{}{}", kTableHead, plain, groups);
}

}  // namespace weir::config
