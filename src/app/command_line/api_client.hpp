/// A client of a running server's public API, for the command line.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "app/lifecycle/settings.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "http/fetch.hpp"

namespace weir::app {

/// The address that the settings listen at, as this machine reaches it.
[[nodiscard]] std::string own_url(const Settings& settings);

/// The key for calls from this machine: the variable WEIR_KEY, the first enabled key of the config
/// file, or the file of the first key. Errors: not_found; the detail says how to get one.
[[nodiscard]] Result<Secret> own_key(const Settings& settings);

struct ApiCall {
  std::string target;  ///< path and query, below the URL's own path
  std::string body;    ///< not empty: a POST
  std::chrono::seconds patience{300};
  std::function<void(std::string_view)> on_piece = {};
};

/// Blocks. Errors: invalid_parameter for a URL that is none; as http::Fetcher::fetch.
[[nodiscard]] Result<http::FetchAnswer> call_api(const std::string& url, const Secret& key,
                                                 ApiCall call);

}  // namespace weir::app
