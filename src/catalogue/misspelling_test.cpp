#include "catalogue/misspelling.hpp"

#include <array>

#include <gtest/gtest.h>

namespace weir::catalogue {
namespace {

constexpr std::array<std::string_view, 4> kKnown = {"type", "sub_type", "view",
                                                    "include_unavailable"};

TEST(Misspelling, NamesTheParameterThatWasMeant) {
  struct Case {
    std::string_view name;
    std::string_view meant;  // empty: resembles none
  };
  const Case cases[] = {
      {"type", ""},
      {"sub_type", ""},
      {"type[]", "type"},
      {"sub_type[0]", "sub_type"},
      {"sub_type[12][]", "sub_type"},
      {"filter[type]", "type"},
      {"filter[subType]", "sub_type"},
      {"type[", "type"},
      {"type[eq]", "type"},
      {"sub_type[$in][]", "sub_type"},
      {"type[[0]]", "type"},
      {"where[sub-type]", "sub_type"},
      {"TYPE", "type"},
      {"Type", "type"},
      {"types", "type"},
      {"subType", "sub_type"},
      {"SubType", "sub_type"},
      {"sub-type", "sub_type"},
      {"sub.type", "sub_type"},
      {"sub type", "sub_type"},
      {"subtype", "sub_type"},
      {"sub_types", "sub_type"},
      {"sub_typ", "sub_type"},
      {"tpye", "type"},
      {"typ", "type"},
      {"tyoe", "type"},
      {"VIEW", "view"},
      {"includeUnavailable", "include_unavailable"},
      {"include-unavailable", "include_unavailable"},
      {"include_unavailble", "include_unavailable"},
      // Parameters of clients that read other APIs' lists.
      {"limit", ""},
      {"client_version", ""},
      {"after_id", ""},
      {"page", ""},
      {"task", ""},
      {"mode", ""},
      {"name", ""},
      {"output_modalities", ""},
      {"", ""},
      {"[]", ""},
      {"typetype", ""},
  };
  for (const auto& c : cases) {
    EXPECT_EQ(misspelling_of(c.name, kKnown).value_or(""), c.meant) << c.name;
  }
}

}  // namespace
}  // namespace weir::catalogue
