/// The `upstreams` and `discovery` sections of the config file.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.hpp"
#include "config/schema_fwd.hpp"
#include "http/origin.hpp"

namespace weir::discovery {

/// Whether streams are asked to report their usage. Spelled `auto` on the wire: as the kind needs
/// it.
enum class StreamUsage : std::uint8_t { automatic, always, never };

/// One entry of `upstreams`. Call settings that are unset here are as in `calls`.
struct UpstreamSettings {
  std::string name;
  std::string kind = "openai";  ///< a slug of discovery/kinds.hpp
  std::string url;              ///< http(s)://host[:port][/base]; with or without a final /v1
  Secret api_key;
  std::vector<std::string> models = {"*"};  ///< globs: the models to use
  std::string ca_file;                      ///< empty: the system's certificates
  std::filesystem::file_time_type ca_file_written_at = {};
  std::optional<std::chrono::milliseconds> refresh_interval;  ///< unset: discovery.refresh_interval
  std::optional<std::chrono::milliseconds> timeout;           ///< unset: discovery.timeout
  int priority = 0;                                           ///< lower is called first
  int weight = 1;                                             ///< among those of equal priority
  std::optional<int> max_in_flight;                           ///< 0: unlimited
  std::optional<std::chrono::milliseconds> connect_timeout;
  std::optional<std::chrono::milliseconds> first_byte_timeout;
  std::optional<std::chrono::milliseconds> total_timeout;
  StreamUsage stream_usage = StreamUsage::automatic;
  /// Slugs of endpoints whose calls are translated. Unset: those that the kind does not serve.
  std::optional<std::vector<std::string>> translate;
  std::optional<bool> responses_websocket;  ///< unset: whether it is OpenAI itself

  [[nodiscard]] http::TlsSettings tls() const { return {ca_file, ca_file_written_at}; }
};

/// `discovery`: how upstreams' lists are requested.
struct Settings {
  std::chrono::milliseconds refresh_interval{60'000};
  std::chrono::milliseconds timeout{5'000};       ///< one upstream's whole refresh
  std::chrono::milliseconds backoff_max{60'000};  ///< longest wait after failures
  std::chrono::milliseconds grace{
      600'000};  ///< how long an unreachable upstream's models stay listed
  /// How long a model stays unavailable after an upstream answered that it does not serve it.
  std::chrono::milliseconds not_served_for{600'000};
  std::int64_t max_answer_bytes = 16 << 20;
  std::int64_t max_models_per_upstream = 20'000;
  int max_concurrent = 16;  ///< concurrent refreshes
};

/// The rows of `discovery`.
[[nodiscard]] config::Schema<Settings> settings_schema();
/// The rows of one entry of `upstreams`.
[[nodiscard]] config::Schema<UpstreamSettings> upstream_schema();

}  // namespace weir::discovery
