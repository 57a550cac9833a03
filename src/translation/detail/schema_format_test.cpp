#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "translation/detail/messages_tools.hpp"

namespace weir::translation::detail {
namespace {

namespace json = boost::json;

TEST(SchemaFormat, IsStrictWhereServersAcceptThat) {
  EXPECT_EQ(schema_format(json::parse(R"({"type":"object","properties":{},
                                          "additionalProperties":false})")),
            json::parse(R"({"type":"json_schema","json_schema":{"name":"output","schema":
                {"type":"object","properties":{},"additionalProperties":false},"strict":true}})"));
  const auto with = [](std::string_view property) {
    return std::string(R"({"type":"object","additionalProperties":false,"required":["a"],)")
        .append(R"("properties":{"a":)")
        .append(property)
        .append("}}");
  };
  for (const char* property :
       {R"({"type":"string"})", R"({"type":["string","null"]})",
        R"({"type":"array","items":{"enum":[1]}})",
        R"({"anyOf":[{"type":"string"},{"type":"null"}]})", R"({"$ref":"#"})"}) {
    EXPECT_TRUE(is_strict(json::parse(with(property)))) << property;
  }
  for (const char* property :
       {"{}", R"({"type":"object"})", R"({"type":["object","null"]})",
        R"({"type":"array","items":{"type":["null","object"]}})",
        R"({"type":"string","default":"a"})", R"({"type":"array","uniqueItems":true})",
        R"({"type":"string","oneOf":[{"const":"a"}]})", R"({"anyOf":[{"type":"object"}]})"}) {
    EXPECT_FALSE(is_strict(json::parse(with(property)))) << property;
  }
}

TEST(SchemaFormat, OnlyAnObjectIsStrict) {
  for (const char* schema :
       {R"({"type":"array","items":{"type":"string"}})", R"({"type":"string"})",
        R"({"anyOf":[{"type":"string"}]})", R"({"$ref":"#"})",
        R"({"type":["object","null"],"properties":{},"additionalProperties":false})", "true"}) {
    EXPECT_FALSE(is_strict(json::parse(schema))) << schema;
    EXPECT_FALSE(
        schema_format(json::parse(schema)).at("json_schema").as_object().contains("strict"));
  }
}

}  // namespace
}  // namespace weir::translation::detail
