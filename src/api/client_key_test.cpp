#include "api/client_key.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace weir::api {
namespace {

TEST(ClientKey, IsReadFromTheFieldOfEachFamily) {
  struct Case {
    std::vector<http::Field> fields;
    std::expected<std::string_view, Errc> key;
  };
  const auto none = std::unexpected(Errc::invalid_token);
  const auto two = std::unexpected(Errc::invalid_parameter);
  const Case cases[] = {
      {{}, none},
      {{{"Authorization", "Bearer k"}}, "k"},
      {{{"x-api-key", "k"}}, "k"},
      {{{"X-Goog-Api-Key", "k"}}, "k"},
      {{{"Authorization", "Bearer k"}, {"x-api-key", "k"}}, "k"},
      {{{"x-goog-api-key", "k"}, {"x-api-key", "k"}, {"Authorization", "bearer k"}}, "k"},
      {{{"Authorization", "Bearer k"}, {"x-api-key", "l"}}, two},
      {{{"x-api-key", "k"}, {"x-goog-api-key", "l"}}, two},
      {{{"Authorization", "Bearer k"}, {"x-api-key", ""}}, "k"},
      {{{"Authorization", ""}, {"x-api-key", "k"}}, "k"},
      {{{"x-api-key", ""}}, none},
      {{{"Authorization", "Basic k"}, {"x-api-key", "k"}}, none},
      {{{"Authorization", "k"}}, none},
      {{{"Authorization", "Bearer k"}, {"Authorization", "Bearer k"}}, none},
      {{{"x-api-key", "k"}, {"x-api-key", "k"}}, none},
      {{{"x-api-key", ""}, {"x-api-key", "k"}}, none},
  };
  for (const auto& c : cases) {
    http::Request request;
    std::string shown;
    for (const auto& field : c.fields) {
      request.add(field, http::field_name(field.name));
      shown.append(field.name).append(": ").append(field.value).append("; ");
    }
    EXPECT_EQ(client_key(request), c.key) << shown;
  }
}

}  // namespace
}  // namespace weir::api
