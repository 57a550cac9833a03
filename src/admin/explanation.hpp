/// The operator's page of one model: why it has its class, and how each of its routes stands.
#pragma once

#include <string>
#include <string_view>

#include "catalogue/explain.hpp"

namespace weir::admin {

/// {"asked", "model": {…} or null, "upstreams": […], "steps": […]}; a class is
/// {"types": […], "sub_types": […]}, or null where nothing is said.
[[nodiscard]] std::string render_explanation(std::string_view asked,
                                             const catalogue::Explanation& explanation);

}  // namespace weir::admin
