/// `weir models`, `weir upstreams` and `weir health`: a running server's state, from its admin
/// pages.
#pragma once

#include <optional>
#include <string>

#include "app/command_line/command_result.hpp"
#include "base/secret.hpp"
#include "catalogue/model.hpp"

namespace weir::app {

struct ModelFilter {
  std::optional<catalogue::Type> type;
  std::optional<catalogue::SubType> sub_type;
};

[[nodiscard]] Output show_models(const std::string& admin_endpoint, const Secret& admin_key,
                                 const ModelFilter& filter, bool json);
[[nodiscard]] Output show_upstreams(const std::string& admin_endpoint, const Secret& admin_key,
                                    bool json);
/// "ready"; an error with the reason if it does not accept requests, or not before its first lists.
[[nodiscard]] Output show_health(const std::string& admin_endpoint);

}  // namespace weir::app
