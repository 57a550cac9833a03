#include "api/google_query.hpp"

#include <algorithm>

namespace weir::api {
namespace {

// Google takes the name of each of its own parameters with a `$` as well.
std::string_view raw_value(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    const auto end = std::min(query.find('&'), query.size());
    auto parameter = query.substr(0, end);
    if (parameter.starts_with('$')) parameter.remove_prefix(1);
    const auto value = parameter.substr(std::min(name.size(), parameter.size()));
    if (parameter.starts_with(name) && value.starts_with('=')) return value.substr(1);
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return {};
}

}  // namespace

std::string_view key_in_query(std::string_view query) { return raw_value(query, "key"); }

bool wants_events(std::string_view query) { return raw_value(query, "alt") == "sse"; }

}  // namespace weir::api
