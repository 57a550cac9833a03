/// The `server` section of the config file: listeners and their bounds.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/enum_table.hpp"
#include "base/secret.hpp"
#include "config/schema_fwd.hpp"

namespace weir::http {

/// In whose shape errors are answered.
enum class Errors : std::uint8_t { client, contract };
inline constexpr EnumNames<Errors> kErrorNames({{Errors::client, "client"},
                                                {Errors::contract, "contract"}});

/// `server.tls` and `server.admin_tls`: certificate and handshake limits of a listener.
struct TlsListenerSettings {
  std::string certificate_file;  ///< empty: no TLS
  std::string key_file;
  std::chrono::milliseconds handshake_timeout{10'000};
  std::int64_t max_handshakes = 512;

  [[nodiscard]] bool enabled() const { return !certificate_file.empty(); }
};

struct Settings {
  std::string listen = "127.0.0.1:8080";
  std::string admin_listen = "127.0.0.1:8081";
  TlsListenerSettings tls;
  TlsListenerSettings admin_tls;
  Secret admin_key;   ///< admits peers other than loopback to /admin; empty: loopback only
  Secret viewer_key;  ///< may read what admin_key may change; empty: nobody has it
  std::vector<std::string> admin_hosts;  ///< names that the admin listener answers under
  int threads = 0;                       ///< 0: one per core
  std::int64_t max_connections = 0;      ///< 0: as many as the descriptor limit allows
  std::int64_t max_in_flight = 0;        ///< 0: any number; `app` derives one
  std::int64_t max_request_line_bytes = 8 << 10;
  std::int64_t max_header_bytes = 32 << 10;
  std::int64_t max_header_fields = 100;
  std::int64_t max_chunk_overhead_bytes = 4 << 10;
  std::int64_t max_body_bytes = 1 << 20;
  std::int64_t min_body_bytes_per_second = 500;
  std::int64_t min_answer_bytes_per_second = 500;
  std::int64_t memory_limit_bytes = 0;  ///< 0: the container's, if it has one
  std::chrono::milliseconds request_head_timeout{10'000};
  std::chrono::milliseconds request_body_timeout{30'000};
  std::chrono::milliseconds keep_alive_timeout{60'000};
  std::chrono::milliseconds write_stall_timeout{30'000};
  std::chrono::milliseconds drain_delay{0};
  std::chrono::milliseconds drain_timeout{30'000};
  std::chrono::milliseconds drain_idle_timeout{1'000};
  std::string takeover_socket;  ///< empty: no other server can take over
  std::vector<std::string> cors_allow_origins = {"*"};
  Errors errors = Errors::client;
  bool echo = false;
};

/// The rows of `server`.
[[nodiscard]] config::Schema<Settings> settings_schema();

}  // namespace weir::http
