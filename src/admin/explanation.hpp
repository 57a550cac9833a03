/// The operator's page of one model: why it has its class, and the state of its routes.
#pragma once

#include <string>
#include <string_view>

#include "catalogue/explain.hpp"

namespace weir::admin {

/// {"asked", "model": {…} or null, "upstreams": […], "steps": […]}; a class is {"types": […],
/// "sub_types": […]}, or null if there is no answer.
[[nodiscard]] std::string render_explanation(std::string_view asked,
                                             const catalogue::Explanation& explanation);

}  // namespace weir::admin
