/// The `limits` section of the config file.
#pragma once

#include <chrono>
#include <string>

#include "base/enum_table.hpp"
#include "base/secret.hpp"
#include "config/schema_fwd.hpp"
#include "shares/agent.hpp"

namespace weir::redis {

inline constexpr EnumNames<shares::WhenAway> kWhenAwayNames({
    {shares::WhenAway::share, "share"},
    {shares::WhenAway::closed, "closed"},
    {shares::WhenAway::open, "open"},
});

struct Settings {
  Secret url;  ///< empty: this node counts alone
  std::string ca_file;
  shares::WhenAway when_away = shares::WhenAway::share;
  std::chrono::milliseconds timeout{50};
};

[[nodiscard]] config::Schema<Settings> settings_schema();

}  // namespace weir::redis
