/// `weir models --explain ID`: why a running server gives a model its class.
#pragma once

#include <string>
#include <string_view>

#include "app/command_line/command_result.hpp"
#include "base/secret.hpp"

namespace weir::app {

/// The server's page unchanged for `json`, else as tables. For an id that is not listed, the class
/// that its name suggests.
[[nodiscard]] Output explain_model(const std::string& admin_endpoint, const Secret& admin_key,
                                   std::string_view id, bool json);

}  // namespace weir::app
