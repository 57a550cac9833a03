/// The operator's pages as text: pure functions of the state that they show.
#pragma once

#include <span>
#include <string>

#include "catalogue/catalogue.hpp"
#include "discovery/refresher.hpp"

namespace weir::admin {

/// {"models":[…]}: every model, visible or not, with the source of its class and its routes.
[[nodiscard]] std::string render_models(const catalogue::Catalogue& catalogue);

/// {"upstreams":[…]}: the state of each upstream.
[[nodiscard]] std::string render_upstreams(std::span<const discovery::UpstreamReport> reports);

/// {"error":{"reason":…,"message":…}}
[[nodiscard]] std::string render_error(Errc code);

}  // namespace weir::admin
