#include "codec/query.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "codec/percent.hpp"

namespace weir::codec {
namespace {

Result<QueryParameter> parse_pair(std::string_view pair) {
  const auto equals = pair.find('=');
  auto name = percent_decode(pair.substr(0, equals), Plus::space);
  if (!name) return std::unexpected(std::move(name.error()));
  if (equals == std::string_view::npos) return QueryParameter{*std::move(name), {}};
  auto value = percent_decode(pair.substr(equals + 1), Plus::space);
  if (!value) return std::unexpected(std::move(value.error()));
  return QueryParameter{*std::move(name), *std::move(value)};
}

}  // namespace

Result<Query> Query::parse(std::string_view text) {
  Query query;
  const auto separators = static_cast<std::size_t>(std::ranges::count(text, '&'));
  query.parameters_.reserve(std::min(separators + 1, kMaxParameters));
  while (!text.empty()) {
    const auto pair = text.substr(0, text.find('&'));
    text.remove_prefix(pair.size() == text.size() ? pair.size() : pair.size() + 1);
    if (pair.empty()) continue;
    if (query.parameters_.size() == kMaxParameters) {
      return fail(Errc::malformed_request,
                  fmt::format("more than {} query parameters", kMaxParameters));
    }
    auto parameter = parse_pair(pair);
    if (!parameter) return std::unexpected(std::move(parameter.error()));
    query.parameters_.push_back(*std::move(parameter));
  }
  return query;
}

QueryLookup Query::find(std::string_view name) const {
  QueryLookup found;
  for (const auto& parameter : parameters_) {
    if (parameter.name != name) continue;
    if (found.count++ == 0) found.value = parameter.value;
  }
  return found;
}

}  // namespace weir::codec
