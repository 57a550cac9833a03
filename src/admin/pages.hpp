/// The operator's pages as text: pure functions of the state that they show.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "catalogue/catalogue.hpp"
#include "codec/json_text.hpp"
#include "discovery/refresher.hpp"

namespace weir::admin {

/// Part of the catalogue, by place.
struct ModelsPage {
  std::size_t offset = 0;
  std::size_t limit = SIZE_MAX;

  bool operator==(const ModelsPage&) const = default;
};

/// Parses `offset` and `limit` from a URL's query; others are ignored. Errors: invalid_parameter.
[[nodiscard]] Result<ModelsPage> parse_models_page(std::string_view query);

/// {"version":…,"next":…,"models":[…]}: every model of the page, visible or not, with the source of
/// its class and its routes. `next` is the offset of the following page, or null. Pages belong
/// together if they have the same version.
[[nodiscard]] std::string render_models(const catalogue::Catalogue& catalogue,
                                        const ModelsPage& page = {});

/// {"upstreams":[…]}: the state of each upstream.
[[nodiscard]] std::string render_upstreams(std::span<const discovery::UpstreamReport> reports);

/// Writes the state of one upstream into an open object.
void write_upstream_members(codec::JsonWriter& json, const discovery::UpstreamReport& report);

/// {"error":{"reason":…,"message":…}}
[[nodiscard]] std::string render_error(Errc code);

}  // namespace weir::admin
