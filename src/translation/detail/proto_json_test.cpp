#include "translation/detail/proto_json.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace weir::translation::detail {
namespace {

namespace json = boost::json;

TEST(ProtoJson, NumbersMayBeStrings) {
  const struct {
    json::value value;
    bool is_whole;
    std::optional<json::value> number;
  } cases[] = {{7, true, 7},
               {"7", true, 7},
               {40.0, true, 40},
               {"40.0", true, 40},
               {0.5, true, 0.5},
               {"-0.5", false, -0.5},
               {40.0, false, 40.0},
               {"", false, std::nullopt},
               {"x", false, std::nullopt},
               {"[1]", false, std::nullopt},
               {"1 2", false, std::nullopt},
               {true, false, std::nullopt},
               {"NaN", false, std::nullopt},
               {json::string(40, '1'), false, std::nullopt}};
  for (const auto& c : cases) {
    EXPECT_EQ(number_of(c.value, c.is_whole), c.number) << json::serialize(c.value);
  }
}

TEST(ProtoJson, EnumeratorsMayBeNumbers) {
  static constexpr std::string_view kNames[] = {"NONE", "SOME"};
  EXPECT_EQ(enumerator_of(1, kNames), "SOME");
  EXPECT_EQ(enumerator_of("other", kNames), "other");
  for (const json::value& value : {json::value(2), json::value(-1), json::value(true)}) {
    EXPECT_EQ(enumerator_of(value, kNames), "");
  }
}

}  // namespace
}  // namespace weir::translation::detail
