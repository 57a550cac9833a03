/// A table with one row per enumerator. An incomplete table does not compile.
///
///   constexpr EnumTable<Colour, std::string_view> kNames({
///       {Colour::red, "red"},
///       {Colour::green, "green"},
///   });
///   kNames[Colour::red]    // "red"
///   kNames.find("green")   // Colour::green
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/enumerators.hpp"

namespace weir {

template <class E, class Row>
struct EnumEntry {
  E of;
  Row row;
};

enum class TableFault : std::uint8_t {
  none,
  row_missing,
  row_doubled,
  row_out_of_order,
  name_empty,
  name_doubled,
};

/// The name of a row: the row itself if it is text, else its `slug` or its `name`.
template <class Row>
constexpr std::string_view row_name(const Row& row) {
  if constexpr (std::convertible_to<const Row&, std::string_view>) {
    return row;
  } else if constexpr (requires { row.slug; }) {
    return row.slug;
  } else {
    return row.name;
  }
}

/// A row that can be found by its name. Other rows have none to check.
template <class Row>
concept NamedRow = std::convertible_to<const Row&, std::string_view> ||
                   requires(const Row& row) { row.slug; } || requires(const Row& row) { row.name; };

/// The first fault among the names of `rows`: name_empty, name_doubled or none.
template <NamedRow Row>
constexpr TableFault fault_in_names(std::span<const Row> rows) {
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto name = row_name(rows[i]);
    if (name.empty()) return TableFault::name_empty;
    for (std::size_t j = 0; j < i; ++j) {
      if (row_name(rows[j]) == name) return TableFault::name_doubled;
    }
  }
  return TableFault::none;
}

/// The first fault among the enumerators of `entries`.
template <class E, class Row>
constexpr TableFault fault_in_order(std::span<const EnumEntry<E, Row>> entries) {
  for (const E item : kEnumerators<E>) {
    const auto rows = std::ranges::count(entries, item, &EnumEntry<E, Row>::of);
    if (rows == 0) return TableFault::row_missing;
    if (rows > 1) return TableFault::row_doubled;
  }
  // Each is there once, so that a position of its own is left for all but a value outside E.
  return std::ranges::equal(entries, kEnumerators<E>, {}, &EnumEntry<E, Row>::of)
             ? TableFault::none
             : TableFault::row_out_of_order;
}

namespace detail {

// Not constexpr, and defined nowhere: the compiler's message for a faulty table names one of them.
void table_misses_the_row_of_an_enumerator();
void table_has_two_rows_for_an_enumerator();
void table_is_not_in_the_order_of_the_enumerators();
void table_has_an_empty_name();
void table_has_a_name_twice();

consteval void require_none(TableFault fault) {
  switch (fault) {
    case TableFault::none:
      return;
    case TableFault::row_missing:
      return table_misses_the_row_of_an_enumerator();
    case TableFault::row_doubled:
      return table_has_two_rows_for_an_enumerator();
    case TableFault::row_out_of_order:
      return table_is_not_in_the_order_of_the_enumerators();
    case TableFault::name_empty:
      return table_has_an_empty_name();
    case TableFault::name_doubled:
      return table_has_a_name_twice();
  }
}

}  // namespace detail

/// REQUIRES: Row has a default. Names are not empty and differ, if rows have names.
template <class E, class Row>
class EnumTable {
 public:
  using Entry = EnumEntry<E, Row>;

  template <std::size_t kSize>
  consteval explicit EnumTable(const Entry (&entries)[kSize]) {
    detail::require_none(fault_in_order(std::span<const Entry>(entries)));
    for (std::size_t i = 0; i < rows_.size(); ++i) rows_[i] = entries[i].row;
    require_names();
  }

  /// For long rows: `row_of` is a switch without a default, which the compiler holds complete.
  consteval explicit EnumTable(Row (*row_of)(E)) {
    for (std::size_t i = 0; i < rows_.size(); ++i) rows_[i] = row_of(kEnumerators<E>[i]);
    require_names();
  }

  [[nodiscard]] constexpr const Row& operator[](E item) const {
    return rows_[static_cast<std::size_t>(item)];
  }
  /// In the order of the enumerators.
  [[nodiscard]] constexpr const std::array<Row, kEnumeratorCount<E>>& rows() const { return rows_; }

  /// The enumerator whose row has exactly this name; none has the empty one.
  [[nodiscard]] constexpr std::optional<E> find(std::string_view name) const
    requires NamedRow<Row>
  {
    for (const E item : kEnumerators<E>) {
      if (row_name((*this)[item]) == name) return item;
    }
    return std::nullopt;
  }

 private:
  consteval void require_names() const {
    if constexpr (NamedRow<Row>) detail::require_none(fault_in_names(std::span<const Row>(rows_)));
  }

  std::array<Row, kEnumeratorCount<E>> rows_{};
};

/// A table of names only.
template <class E>
using EnumNames = EnumTable<E, std::string_view>;

}  // namespace weir
