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

TEST(GeminiSchema, EnumeratorsMayBeNumbers) {
  expect_schema(R"({"type":6,"properties":{"a":{"type":1},"b":{"type":5,"items":{"type":3}},
                    "c":{"type":2},"d":{"type":4},"e":{"type":7},"f":{"type":0}}})",
                R"({"type":"object","properties":{"a":{"type":"string"},
                    "b":{"type":"array","items":{"type":"integer"}},"c":{"type":"number"},
                    "d":{"type":"boolean"},"e":{"type":"null"},"f":{}}})");
  expect_schema(R"({"type":8})", R"({"type":8})");
}

TEST(GeminiSchema, NumbersMayBeStrings) {
  expect_schema(R"({"type":"ARRAY","maxItems":"9","min_items":"1"})",
                R"({"type":"array","maxItems":9,"min_items":"1"})");
  expect_schema(R"({"type":"NUMBER","minimum":"-0.5","maximum":"1","maxLength":"x"})",
                R"({"type":"number","minimum":-0.5,"maximum":1,"maxLength":"x"})");
}

TEST(GeminiSchema, ChoicesOfANumberAreNumbers) {
  expect_schema(R"({"type":"INTEGER","enum":["1","2"],"format":"enum"})",
                R"({"type":"integer","enum":[1,2]})");
  expect_schema(R"({"type":3,"enum":["1"],"nullable":true})",
                R"({"type":["integer","null"],"enum":[1,null]})");
  expect_schema(R"({"enum":["0.5","x",3],"type":"NUMBER"})",
                R"({"enum":[0.5,"x",3],"type":"number"})");
  expect_schema(R"({"type":["INTEGER","NULL"],"enum":["1"]})",
                R"({"type":["integer","null"],"enum":[1]})");
  for (const char* other : {R"({"type":"string","enum":["1"]})", R"({"enum":["1"]})",
                            R"({"type":["integer","string"],"enum":["1"]})"}) {
    expect_schema(other, other);
  }
}

TEST(GeminiSchema, TypesInAListAdmitNull) {
  expect_schema(R"({"type":["STRING"],"nullable":true})", R"({"type":["string","null"]})");
  expect_schema(R"({"type":["STRING","NULL"],"nullable":true})", R"({"type":["string","null"]})");
}

TEST(GeminiSchema, AReferenceMayBeNull) {
  expect_schema(R"({"ref":"#/defs/Pet","nullable":true,"description":"a"})",
                R"({"anyOf":[{"$ref":"#/$defs/Pet"},{"type":"null"}],"description":"a"})");
  expect_schema(R"({"ref":"#/defs/Pet","nullable":false})", R"({"$ref":"#/$defs/Pet"})");
}

}  // namespace
}  // namespace weir::translation::detail
