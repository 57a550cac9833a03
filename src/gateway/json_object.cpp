#include "gateway/json_object.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>

namespace weir::gateway {
namespace {

std::unexpected<Error> refused(std::string message) {
  return fail(Errc::invalid_parameter, std::move(message));
}

}  // namespace

Result<> check_json_object(const codec::JsonScanner& scanner, std::string_view body,
                           std::size_t max_depth) {
  using codec::JsonScanner;
  if (scanner.too_deep()) {
    return refused(fmt::format("The request body is nested more than {} levels deep.", max_depth));
  }
  const auto blanks = std::min(body.find_first_not_of(" \t\r\n"), body.size());
  if (!body.substr(blanks).starts_with('{')) {
    return refused("The request body is not a JSON object.");
  }
  if (scanner.state() == JsonScanner::State::broken) {
    return refused(fmt::format("The request body is not valid JSON: unexpected byte at offset {}.",
                               scanner.broken_at()));
  }
  if (scanner.state() == JsonScanner::State::more) {
    return refused("The request body is not complete JSON.");
  }
  return {};
}

}  // namespace weir::gateway
