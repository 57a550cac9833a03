/// `weir models` and `weir upstreams`: what a running server knows, from its admin pages.
#pragma once

#include <optional>
#include <string>

#include "app/keys_command.hpp"
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

}  // namespace weir::app
