/// SQL that the compiler assembles from tables of columns: constant text, as a literal is.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <span>
#include <string_view>

namespace weir::store::detail {

class ConstantSql {
 public:
  consteval ConstantSql(std::initializer_list<std::string_view> parts) {
    for (const std::string_view part : parts) add(part);
  }

  /// "id, name"
  consteval ConstantSql& add_names(std::span<const std::string_view> columns) {
    for (std::size_t i = 0; i < columns.size(); ++i) add(i == 0 ? "" : ", ").add(columns[i]);
    return *this;
  }
  /// "?, ?"
  consteval ConstantSql& add_marks(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) add(i == 0 ? "?" : ", ?");
    return *this;
  }
  consteval ConstantSql& add(std::string_view part) {
    for (const char c : part) text_.at(size_++) = c;
    text_.at(size_) = '\0';
    return *this;
  }

  [[nodiscard]] constexpr const char* text() const { return text_.data(); }

 private:
  std::array<char, 1'536> text_{};
  std::size_t size_ = 0;
};

/// `rest` follows the columns: " FROM keys WHERE …".
consteval ConstantSql select_sql(std::span<const std::string_view> columns, std::string_view rest) {
  return ConstantSql{"SELECT "}.add_names(columns).add(rest);
}

/// `rest` follows the values, if anything does: " RETURNING seq".
consteval ConstantSql insert_sql(std::string_view table, std::span<const std::string_view> columns,
                                 std::string_view rest = "") {
  ConstantSql sql{"INSERT INTO ", table, " ("};
  return sql.add_names(columns).add(") VALUES (").add_marks(columns.size()).add(")").add(rest);
}

/// Each column is set to the next value; `rest` follows: " WHERE seq = ?".
consteval ConstantSql update_sql(std::string_view table, std::span<const std::string_view> columns,
                                 std::string_view rest) {
  ConstantSql sql{"UPDATE ", table, " SET "};
  for (std::size_t i = 0; i < columns.size(); ++i) {
    sql.add(i == 0 ? "" : ", ").add(columns[i]).add(" = ?");
  }
  return sql.add(rest);
}

}  // namespace weir::store::detail
