#include "catalogue/class_table.hpp"

#include <string>

#include <gtest/gtest.h>

namespace weir::catalogue {
namespace {

constexpr std::string_view kHeader = "id,type,sub_types,source\n";

TEST(ParseClassRows, ReadsTypesSubTypesAndQuotedSources) {
  const std::string csv = std::string(kHeader) +
                          "a/b,image,text-to-image;image-to-image,somewhere\n"
                          "m,text,,\"one, two\"\n";
  const auto rows = parse_class_rows(csv);
  ASSERT_TRUE(rows.has_value());
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_EQ(rows->at(0).id, "a/b");
  EXPECT_EQ(rows->at(0).model_class,
            ModelClass::of({SubType::text_to_image, SubType::image_to_image}));
  EXPECT_EQ(rows->at(1).model_class, (ModelClass{.sub_types = {}, .types = {Type::text}}));
  EXPECT_EQ(rows->at(1).source, "one, two");
}

TEST(ParseClassRows, RefusesARowItCannotRead) {
  for (std::string_view row :
       {",text,chat,x\n", "m,words,chat,x\n", "m,text,talk,x\n", "m\n", "\n"}) {
    EXPECT_FALSE(parse_class_rows(std::string(kHeader).append(row)).has_value()) << row;
  }
}

TEST(ClassTable, FindsAnIdWhateverItsCaseTierOrDefaultTag) {
  const ClassTable table;
  for (std::string_view id :
       {"BAAI/bge-m3", "baai/BGE-M3", "Pro/BAAI/bge-m3", "BAAI/bge-m3:latest"}) {
    ASSERT_NE(table.find(id), nullptr) << id;
    EXPECT_EQ(table.find(id)->model_class, ModelClass::of({SubType::embedding})) << id;
  }
  EXPECT_NE(table.find("gemini-2.5-pro"), nullptr) << "listed as models/gemini-2.5-pro";
}

TEST(ClassTable, KeepsDifferentModelsApart) {
  const ClassTable table;
  for (std::string_view id :
       {"", "bge-m3", "other/bge-m3", "BAAI/bge-m3-retromae", "models/", "Pro/"}) {
    EXPECT_EQ(table.find(id), nullptr) << id;
  }
}

TEST(ClassTable, NeverContradictsItself) {
  const ClassTable table;
  EXPECT_GE(table.rows().size(), 580U);
  for (const ClassRow& row : table.rows()) {
    ASSERT_NE(table.find(row.id), nullptr) << row.id;
    EXPECT_EQ(table.find(row.id)->model_class, row.model_class) << row.id;
    EXPECT_FALSE(row.source.empty()) << row.id;
  }
}

}  // namespace
}  // namespace weir::catalogue
