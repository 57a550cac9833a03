// Compiled once for each of the cases below; only `complete` may compile. See CMakeLists.txt.
#include "base/enum_table.hpp"

#include "base/enum_set.hpp"

namespace weir {

enum class Colour : unsigned char { red, green, blue };

using Names = EnumNames<Colour>;
using enum Colour;

#ifdef CASE_complete
inline constexpr Names kNames({{red, "red"}, {green, "green"}, {blue, "blue"}});
#elifdef CASE_row_missing
inline constexpr Names kNames({{red, "red"}, {green, "green"}});
#elifdef CASE_row_doubled
inline constexpr Names kNames({{red, "red"}, {green, "green"}, {green, "green"}, {blue, "blue"}});
#elifdef CASE_row_out_of_order
inline constexpr Names kNames({{red, "red"}, {blue, "blue"}, {green, "green"}});
#elifdef CASE_name_empty
inline constexpr Names kNames({{red, "red"}, {green, ""}, {blue, "blue"}});
#elifdef CASE_name_doubled
inline constexpr Names kNames({{red, "red"}, {green, "red"}, {blue, "blue"}});
#elifdef CASE_case_missing
consteval std::string_view name_of(Colour colour) {
  switch (colour) {
    case red:
      return "red";
    case green:
      return "green";
  }
  __builtin_unreachable();
}
inline constexpr Names kNames(name_of);
#elifdef CASE_set_too_small
// clang-format off
enum class Many : unsigned char {
  a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2, b3, b4, b5, b6, b7, b8, b9, c0, c1, c2, c3,
  c4, c5, c6, c7, c8, c9, d0, d1, d2, d3, d4, d5, d6, d7, d8, d9, e0, e1, e2, e3, e4, e5, e6, e7,
  e8, e9, f0, f1, f2, f3, f4, f5, f6, f7, f8, f9, g0, g1, g2, g3, g4, g5, g6, g7, g8, g9,
};
// clang-format on
inline constexpr EnumSet<Many> kSet{Many::a0};
#endif

}  // namespace weir
