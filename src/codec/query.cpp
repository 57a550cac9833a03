#include "codec/query.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "codec/percent.hpp"

namespace weir::codec {
namespace {

std::string decode_or_keep(std::string_view text) {
  auto decoded = percent_decode(text, Plus::space);
  return decoded ? *std::move(decoded) : std::string(text);
}

QueryParameter parse_pair(std::string_view pair) {
  const auto equals = pair.find('=');
  const auto value = equals == std::string_view::npos ? "" : pair.substr(equals + 1);
  return {decode_or_keep(pair.substr(0, equals)), decode_or_keep(value)};
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
    query.parameters_.push_back(parse_pair(pair));
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
