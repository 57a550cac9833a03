#include "catalogue/list_query.hpp"

#include <array>
#include <optional>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "catalogue/misspelling.hpp"
#include "codec/query.hpp"
#include "codec/utf8.hpp"

namespace weir::catalogue {
namespace {

constexpr std::array<std::string_view, 2> kTruths = {"true", "false"};

std::optional<bool> parse_truth(std::string_view text) {
  if (text == "true" || text == "1") return true;
  if (text == "false" || text == "0") return false;
  return std::nullopt;
}

// Parsing of one parameter's value.
template <class T>
struct Parameter {
  std::string_view name;
  std::optional<T> (*parse)(std::string_view);
  std::span<const std::string_view> allowed;
};

constexpr Parameter<Type> kType = {"type", parse_type, kTypeNames.rows()};
constexpr Parameter<SubType> kSubType = {"sub_type", parse_sub_type, kSubTypeNames.rows()};
constexpr Parameter<View> kView = {
    "view", [](std::string_view text) { return kViewNames.find(text); }, kViewNames.rows()};
constexpr Parameter<bool> kIncludeUnavailable = {"include_unavailable", parse_truth, kTruths};

constexpr std::array<std::string_view, 4> kNames = {kType.name, kSubType.name, kView.name,
                                                    kIncludeUnavailable.name};

std::string echo(std::string_view value) {
  const auto shown = codec::utf8_prefix(value, kMaxEchoBytes);
  return fmt::format("{}{}", shown, shown.size() < value.size() ? "…" : "");
}

template <class T>
BadParameter refuse(const Parameter<T>& parameter, const codec::QueryLookup& found) {
  const auto allowed = fmt::format("{}", fmt::join(parameter.allowed, ", "));
  auto value = echo(found.value);
  auto message =
      found.count > 1
          ? fmt::format("Parameter \"{}\" is given {} times, first as \"{}\". Allowed: one of {}.",
                        parameter.name, found.count, value, allowed)
          : fmt::format("Invalid value for parameter \"{}\": \"{}\". Allowed: {}.", parameter.name,
                        value, allowed);
  return {std::string(parameter.name), std::move(value), std::move(message)};
}

// Ignoring a misspelt filter would return the whole list, which the client would take for the
// filtered one.
std::optional<BadParameter> find_misspelling(const codec::Query& query) {
  for (const auto& parameter : query.parameters()) {
    const auto meant = misspelling_of(parameter.name, kNames);
    if (!meant) continue;
    auto name = echo(parameter.name);
    auto message = fmt::format("Unknown parameter \"{}\". Use \"{}\" instead.", name, *meant);
    return BadParameter{std::move(name), echo(parameter.value), std::move(message)};
  }
  return std::nullopt;
}

// Nothing if the parameter is absent.
template <class T>
std::expected<std::optional<T>, BadParameter> read(const codec::Query& query,
                                                   const Parameter<T>& parameter) {
  const auto found = query.find(parameter.name);
  if (found.count == 0) return std::nullopt;
  if (found.count == 1) {
    if (const auto value = parameter.parse(found.value)) return value;
  }
  return std::unexpected(refuse(parameter, found));
}

}  // namespace

bool ListQuery::admits(const Model& model) const {
  if (model.status == Status::unavailable && !include_unavailable) return false;
  if (type && sub_type && *type != type_of(*sub_type)) return false;
  if (type && !model.model_class.types.contains(*type)) return false;
  return !sub_type || model.model_class.sub_types.contains(*sub_type);
}

std::uint32_t ListQuery::bits() const {
  constexpr std::uint32_t kAll = 0;
  constexpr std::uint32_t kFirstType = 1;
  constexpr std::uint32_t kFirstSubType = kFirstType + kEnumeratorCount<Type>;
  constexpr std::uint32_t kNothing = kFirstSubType + kEnumeratorCount<SubType>;
  static_assert((kNothing + 1) * 4 <= kBitsEnd);

  std::uint32_t filter = kAll;
  if (sub_type) {
    const bool contradicts = type && *type != type_of(*sub_type);
    filter = contradicts ? kNothing : kFirstSubType + static_cast<std::uint32_t>(*sub_type);
  } else if (type) {
    filter = kFirstType + static_cast<std::uint32_t>(*type);
  }
  return filter << 2U | (view == View::full ? 2U : 0U) | (include_unavailable ? 1U : 0U);
}

std::expected<ListQuery, BadParameter> parse_list_query(std::string_view text, View default_view) {
  ListQuery query{.view = default_view};
  if (text.empty()) return query;

  const auto parameters = codec::Query::parse(text);
  if (!parameters) {
    const auto message = fmt::format("Malformed query string: {}.", parameters.error().detail);
    return std::unexpected(BadParameter{"", echo(text), message});
  }
  if (auto misspelt = find_misspelling(*parameters)) return std::unexpected(*std::move(misspelt));
  auto type = read(*parameters, kType);
  if (!type) return std::unexpected(std::move(type.error()));
  auto sub_type = read(*parameters, kSubType);
  if (!sub_type) return std::unexpected(std::move(sub_type.error()));
  auto view = read(*parameters, kView);
  if (!view) return std::unexpected(std::move(view.error()));
  auto include_unavailable = read(*parameters, kIncludeUnavailable);
  if (!include_unavailable) return std::unexpected(std::move(include_unavailable.error()));

  query.type = *type;
  query.sub_type = *sub_type;
  query.view = view->value_or(default_view);
  query.include_unavailable = include_unavailable->value_or(false);
  return query;
}

const Model* find_visible(const Catalogue& catalogue, std::string_view id, const Scope& scope,
                          bool include_unavailable) {
  const Model* model = catalogue.find(id);
  const ListQuery all{.include_unavailable = include_unavailable};
  return model != nullptr && all.admits(*model) && scope.admits(*model) ? model : nullptr;
}

}  // namespace weir::catalogue
