#include "base/enum_table.hpp"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "base/enum_set.hpp"

namespace weir {
namespace {

enum class Colour : std::uint8_t { red, green, blue };

struct Paint {
  std::string_view slug;
  int hue;
};

using Name = EnumEntry<Colour, std::string_view>;

constexpr EnumNames<Colour> kNames({
    {Colour::red, "red"},
    {Colour::green, "green"},
    {Colour::blue, "blue"},
});

constexpr EnumTable<Colour, Paint> kPaints([](Colour colour) -> Paint {
  switch (colour) {
    case Colour::red:
      return {"vermilion", 5};
    case Colour::green:
      return {"viridian", 161};
    case Colour::blue:
      return {"cobalt", 215};
  }
  __builtin_unreachable();
});

template <std::size_t kSize>
constexpr TableFault fault_in(const Name (&entries)[kSize]) {
  return fault_in_order(std::span<const Name>(entries));
}

TEST(Enumerators, AreCountedWithoutAConstant) {
  enum class Local : std::uint8_t { one };
  enum class None : std::uint8_t {};
  EXPECT_EQ(kEnumeratorCount<Colour>, 3U);
  EXPECT_EQ(kEnumeratorCount<Local>, 1U);
  EXPECT_EQ(kEnumeratorCount<None>, 0U);
  EXPECT_EQ(kEnumerators<Colour>.back(), Colour::blue);
}

TEST(EnumTable, HasARowPerEnumerator) {
  EXPECT_EQ(kNames[Colour::green], "green");
  EXPECT_EQ(kNames.rows().size(), 3U);
  EXPECT_EQ(kPaints[Colour::blue].hue, 215);
}

TEST(EnumTable, FindsARowByItsExactName) {
  EXPECT_EQ(kNames.find("blue"), Colour::blue);
  EXPECT_EQ(kPaints.find("viridian"), Colour::green);
  for (const auto* text : {"", "Blue", "blu", "blue "}) {
    EXPECT_EQ(kNames.find(text), std::nullopt) << text;
  }
}

// tests/not_compiling shows that each of these faults ends compilation.
TEST(EnumTable, NamesTheFirstFault) {
  using enum Colour;
  EXPECT_EQ(fault_in({{red, "r"}, {green, "g"}, {blue, "b"}}), TableFault::none);
  EXPECT_EQ(fault_in({{red, "r"}, {green, "g"}}), TableFault::row_missing);
  EXPECT_EQ(fault_in({{red, "r"}, {green, "g"}, {green, "b"}}), TableFault::row_doubled);
  EXPECT_EQ(fault_in({{red, "r"}, {green, "g"}, {blue, "b"}, {red, "r"}}), TableFault::row_doubled);
  EXPECT_EQ(fault_in({{red, "r"}, {blue, "b"}, {green, "g"}}), TableFault::row_out_of_order);
  constexpr auto kFourth = static_cast<Colour>(3);
  EXPECT_EQ(fault_in({{red, "r"}, {green, "g"}, {blue, "b"}, {kFourth, "x"}}),
            TableFault::row_out_of_order);

  const auto fault_of = [](std::vector<std::string_view> names) {
    return fault_in_names(std::span<const std::string_view>(names));
  };
  EXPECT_EQ(fault_of({"r", "g"}), TableFault::none);
  EXPECT_EQ(fault_of({"r", ""}), TableFault::name_empty);
  EXPECT_EQ(fault_of({"r", "g", "r"}), TableFault::name_doubled);
}

TEST(EnumSet, HoldsWhatWasInserted) {
  EnumSet<Colour> set{Colour::blue, Colour::red};
  EXPECT_TRUE(set.contains(Colour::red));
  EXPECT_FALSE(set.contains(Colour::green));
  std::vector<Colour> seen;
  set.for_each([&](Colour colour) { seen.push_back(colour); });
  EXPECT_EQ(seen, (std::vector{Colour::red, Colour::blue}));
  set.insert(Colour::green);
  EXPECT_EQ(set, EnumSet<Colour>::all());
  EXPECT_EQ(set.size(), 3);
}

}  // namespace
}  // namespace weir
