#include "translation/detail/gemini_schema.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace weir::translation::detail {
namespace {

namespace json = boost::json;

void expect_schema(std::string_view google, std::string_view schema) {
  EXPECT_EQ(json_schema_of(json::parse(google)), json::parse(schema)) << google;
}

TEST(GeminiSchema, ReferencesFollowTheirDefinitions) {
  expect_schema(R"({"type":"OBJECT","properties":{"pet":{"ref":"#/defs/Pet"}},
                    "defs":{"Pet":{"type":"STRING"}}})",
                R"({"type":"object","properties":{"pet":{"$ref":"#/$defs/Pet"}},
                    "$defs":{"Pet":{"type":"string"}}})");
  expect_schema(R"({"items":{"$ref":"#/$defs/Pet"},"$defs":{"Pet":{"ref":"#/defs/Dog"}}})",
                R"({"items":{"$ref":"#/$defs/Pet"},"$defs":{"Pet":{"$ref":"#/$defs/Dog"}}})");
  for (const char* other : {R"({"$ref":"#"})", R"({"$ref":"#/properties/defs/items"})",
                            R"({"$ref":"https://x.test/#/defs/A"})", R"({"$ref":7})"}) {
    expect_schema(other, other);
  }
}

TEST(GeminiSchema, AReferenceMayBeNull) {
  expect_schema(R"({"ref":"#/defs/Pet","nullable":true,"description":"a"})",
                R"({"anyOf":[{"$ref":"#/$defs/Pet"},{"type":"null"}],"description":"a"})");
  expect_schema(R"({"ref":"#/defs/Pet","nullable":false})", R"({"$ref":"#/$defs/Pet"})");
}

}  // namespace
}  // namespace weir::translation::detail
