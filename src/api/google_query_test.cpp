#include "api/google_query.hpp"

#include <gtest/gtest.h>

namespace weir::api {
namespace {

TEST(GoogleQuery, ParametersAreFoundByTheirNames) {
  struct Case {
    std::string_view query;
    std::string_view key;
    bool events;
  };
  for (const auto& c : {Case{"", "", false}, Case{"key=k", "k", false}, Case{"alt=sse", "", true},
                        Case{"alt=sse&key=k", "k", true}, Case{"$alt=sse&$key=k", "k", true},
                        Case{"&&key=k&", "k", false}, Case{"alt=json&xkey=k", "", false},
                        Case{"key", "", false}, Case{"key=&alt=sse2", "", false}}) {
    EXPECT_EQ(key_in_query(c.query), c.key) << c.query;
    EXPECT_EQ(wants_events(c.query), c.events) << c.query;
  }
}

}  // namespace
}  // namespace weir::api
