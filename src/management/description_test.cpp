#include <string>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "management/route.hpp"

namespace weir::management {
namespace {

constexpr std::string_view kText =
#include "management/openapi.inc"
    ;

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  return result;
}

/// The part of the description about one path; empty: there is none.
std::string_view part_about(std::string_view path) {
  const auto start = kText.find(fmt::format("\n  /{}:\n", path));
  if (start == kText.npos) return {};
  const auto rest = kText.substr(start + 1);
  const auto end = std::min(rest.find("\n  /", 1), rest.find("\ncomponents:"));
  return rest.substr(0, end);
}

TEST(AdminDescription, HasEveryRouteWithItsMethod) {
  std::size_t methods = 0;
  for (const Route& route : all_routes()) {
    const auto method = lower(http::wire_name(route.method));
    EXPECT_NE(part_about(route.path).find(fmt::format("\n    {}:\n", method)), std::string::npos)
        << method << " " << route.path;
    ++methods;
  }
  std::size_t described = 0;
  for (auto at = kText.find("operationId:"); at != kText.npos;
       at = kText.find("operationId:", at + 1)) {
    ++described;
  }
  EXPECT_EQ(described, methods) << "it describes something that there is not";
}

}  // namespace
}  // namespace weir::management
