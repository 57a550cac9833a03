/// The `server` section of the config file: listeners and their bounds.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "config/schema_fwd.hpp"

namespace weir::http {

struct Settings {
  std::string listen = "127.0.0.1:8080";
  std::string admin_listen = "127.0.0.1:8081";
  Secret admin_key;  ///< lets others than loopback peers read /admin; empty: loopback only
  int threads = 0;   ///< 0: one per core
  std::int64_t max_connections = 4096;
  std::int64_t max_in_flight = 1024;
  std::int64_t max_request_line_bytes = 8 << 10;
  std::int64_t max_header_bytes = 32 << 10;
  std::int64_t max_header_fields = 100;
  std::int64_t max_body_bytes = 1 << 20;
  std::chrono::milliseconds request_head_timeout{10'000};
  std::chrono::milliseconds request_body_timeout{30'000};
  std::chrono::milliseconds keep_alive_timeout{60'000};
  std::chrono::milliseconds write_stall_timeout{30'000};
  std::chrono::milliseconds drain_timeout{30'000};
  std::vector<std::string> cors_allow_origins = {"*"};
};

/// The rows of `server`.
[[nodiscard]] config::Schema<Settings> settings_schema();

}  // namespace weir::http
