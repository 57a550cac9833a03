/// Models as JSON for clients of Google's API, a page at a time.
///
/// Source: ai.google.dev, API reference: models.list, Model; the types of google-genai 3.6 for
/// Python, 2026-11.
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
struct GooglePage {
  static constexpr std::size_t kMaxSize = 1000;

  std::size_t size = 50;
  std::string after = {};  ///< the page begins behind the model of this id; empty: at the first

  bool operator==(const GooglePage&) const = default;
};

/// Parses `pageSize`, which may be larger than is answered, and `pageToken` from a URL's query;
/// others are ignored.
[[nodiscard]] std::expected<GooglePage, BadParameter> parse_google_page(std::string_view text);

/// {"name":"models/…","supportedGenerationMethods":[…],…} and the limits on tokens, if known.
[[nodiscard]] std::string render_google_model(const Model& model);

/// {"models":[…]} of the models that `query` and `scope` admit, in catalogue order, with
/// `nextPageToken` if there are more. Refused if the page begins behind a model that is not among
/// them. Cost: one pass over the catalogue.
[[nodiscard]] std::expected<std::string, BadParameter> render_google_list(
    const Catalogue& catalogue, const Scope& scope, const ListQuery& query, const GooglePage& page);

}  // namespace weir::catalogue
