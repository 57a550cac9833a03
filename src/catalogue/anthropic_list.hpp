/// Models as JSON for clients of Anthropic's API, a page at a time.
///
/// Source: Anthropic's API reference, "List Models" and "Get a Model", 2026.
#pragma once

#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "catalogue/catalogue.hpp"
#include "catalogue/list_query.hpp"
#include "catalogue/scope.hpp"

namespace weir::catalogue {

/// Which part of a list is asked for.
struct AnthropicPage {
  static constexpr std::size_t kMaxLimit = 1000;

  std::size_t limit = 20;
  std::string after_id = {};   ///< the page begins behind it; empty: at the first model
  std::string before_id = {};  ///< the page ends before it; empty: see after_id

  bool operator==(const AnthropicPage&) const = default;
};

/// Parses `limit`, `after_id` and `before_id` from a URL's query; others are ignored.
[[nodiscard]] std::expected<AnthropicPage, BadParameter> parse_anthropic_page(
    std::string_view text);

/// {"type":"model","id":…,"display_name":…,"created_at":…} and the limits on tokens, if known. A
/// model whose age is unknown was created in 1970, as in Anthropic's own lists.
[[nodiscard]] std::string render_anthropic_model(const Model& model);

/// {"data":[…],"has_more":…,"first_id":…,"last_id":…} of the models that `query` and `scope` admit,
/// in catalogue order. Refused if the page begins or ends at a model that is not among them.
/// Cost: one pass over the catalogue.
[[nodiscard]] std::expected<std::string, BadParameter> render_anthropic_list(
    const Catalogue& catalogue, const Scope& scope, const ListQuery& query,
    const AnthropicPage& page);

}  // namespace weir::catalogue
