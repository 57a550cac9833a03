/// The `calls` section of the config file: timeouts, retries and bounds of calls. Overrides in an
/// entry of `upstreams` are in discovery/settings.hpp.
#pragma once

#include <chrono>
#include <cstdint>

#include "base/enum_table.hpp"
#include "config/schema_fwd.hpp"
#include "upstream/breaker.hpp"

namespace weir::upstream {

/// Chooses the calls of a model that go to the same upstream. The enumerator is the word in the
/// config file.
enum class Affinity : std::uint8_t {
  none,    ///< nothing: the load alone decides
  prefix,  ///< the conversation: an upstream has the earlier turns in its cache
  key,     ///< the key
};
inline constexpr EnumNames<Affinity> kAffinityNames({
    {Affinity::none, "none"},
    {Affinity::prefix, "prefix"},
    {Affinity::key, "key"},
});

struct Settings {
  std::chrono::milliseconds connect_timeout{5'000};          ///< name, connection and TLS handshake
  std::chrono::milliseconds first_byte_timeout{600'000};     ///< for an answer that is not streamed
  std::chrono::milliseconds first_event_timeout{120'000};    ///< for a streamed one
  std::chrono::milliseconds idle_timeout{120'000};           ///< silence within an answer
  std::chrono::milliseconds total_timeout{3'600'000};        ///< for one call, with retries and
                                                             ///< queueing
  std::chrono::milliseconds unacknowledged_timeout{10'000};  ///< of TCP; 0: the system's
  std::chrono::milliseconds keepalive_interval{5'000};       ///< of TCP; 0: no probes
  std::chrono::milliseconds list_after_silence{2'000};       ///< 0: never
  int silent_lists = 2;  ///< in a row, before waiting calls end; 0: they do not
  std::chrono::milliseconds health_interval{2'000};  ///< 0: never
  int max_in_flight = 0;                             ///< per upstream; 0: unlimited
  int queue_length = 64;                             ///< per upstream
  Affinity affinity = Affinity::none;
  std::chrono::milliseconds queue_timeout{2'000};
  int retries = 2;                           ///< per call
  int retry_budget_percent = 20;             ///< of the calls to one upstream
  int retry_budget_min = 3;                  ///< per upstream and ten seconds
  std::chrono::milliseconds hedge_after{0};  ///< 0: never
  BreakerSettings breaker;
  int max_idle_connections = 512;  ///< per upstream and thread
  std::chrono::milliseconds idle_connection_timeout{60'000};
  std::int64_t max_body_bytes = 32 << 20;     ///< a JSON request
  int max_json_depth = 64;                    ///< of a JSON request
  std::int64_t max_upload_bytes = 512 << 20;  ///< a multipart request
  std::int64_t buffer_bytes = 0;  ///< bodies and events held in memory, all together; 0: derived
  std::int64_t kept_buffer_bytes = 64 << 20;  ///< of such memory, for later bodies, all together
  std::chrono::milliseconds stream_end_timeout{1'000};  ///< from the last event
  std::chrono::milliseconds comment_interval{0};  ///< to clients that wait for a stream; 0: none
  std::int64_t max_event_bytes = 32 << 20;
  std::int64_t max_response_head_bytes = 64 << 10;
  std::chrono::milliseconds error_body_timeout{2'000};  ///< for reading those bytes
  std::int64_t max_error_bytes = 16 << 10;  ///< of an error's body, read to tell its cause
  std::chrono::milliseconds video_request_id_lifetime{604'800'000};
  std::chrono::milliseconds response_id_lifetime{2'592'000'000};
  std::chrono::milliseconds realtime_first_timeout{10'000};  ///< for the event that names a model
  std::chrono::milliseconds realtime_idle_timeout{600'000};  ///< neither side sends anything
  std::chrono::milliseconds realtime_max_duration{3'600'000};
};

/// The rows of `calls`.
[[nodiscard]] config::Schema<Settings> settings_schema();

}  // namespace weir::upstream
