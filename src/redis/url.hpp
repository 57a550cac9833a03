/// The address of a Redis or Valkey server: redis://[user:password@]host[:port][/database],
/// rediss:// with TLS.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/secret.hpp"

namespace weir::redis {

struct Url {
  bool tls = false;
  std::string user = {};
  Secret password;
  std::string host = {};  ///< an IPv6 address without brackets
  std::uint16_t port = 6379;
  int database = 0;
};

/// Nothing if it is not one.
[[nodiscard]] std::optional<Url> parse_url(std::string_view text);

}  // namespace weir::redis
