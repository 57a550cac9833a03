/// The config file as a whole: every room's section, and the checks across sections.
#pragma once

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "api/ollama_settings.hpp"
#include "api/settings.hpp"
#include "auth/settings.hpp"
#include "base/secret.hpp"
#include "catalogue/settings.hpp"
#include "config/problem.hpp"
#include "config/schema_fwd.hpp"
#include "config/sources.hpp"
#include "discovery/settings.hpp"
#include "http/settings.hpp"
#include "simulator/settings.hpp"
#include "telemetry/settings.hpp"
#include "upstream/settings.hpp"
#include "usage/settings.hpp"

namespace weir::app {

/// Prefix of `Settings::store`, before the path.
inline const std::string kSqlite = "sqlite:";

/// A default-constructed one is a safe server: loopback only, everything bounded.
struct Settings {
  http::Settings server;
  std::string store = "sqlite:weir.db";
  Secret pepper;  ///< empty: the store makes and keeps one
  telemetry::Settings log;
  api::Settings list;
  api::OllamaSettings ollama;
  discovery::Settings discovery;
  upstream::Settings calls;
  usage::Settings usage;
  simulator::Settings simulator;
  std::vector<auth::KeySettings> keys;
  std::vector<discovery::UpstreamSettings> upstreams;
  std::vector<catalogue::ModelSettings> models;
  /// No setting: what an operator should know of the file that these came from, and of those it
  /// names; a sentence each.
  std::vector<std::string> warnings;
};

using Problems = std::vector<config::Problem>;

/// Reads and checks all of `text`. Returns either complete, valid settings or every problem, in the
/// file's order. `filename` appears in the problems only.
[[nodiscard]] std::expected<Settings, Problems> load_settings(std::string_view text,
                                                              const std::string& filename,
                                                              const config::Sources& sources);

/// Whether to read and check the certificates and keys that a config names: only a server needs
/// them, and perhaps only its user may read them.
enum class Files : std::uint8_t { checked, ignored };

/// As load_settings on the file at `path`, with this process's environment and files relative to
/// the config's own folder. Blocks on the disk.
[[nodiscard]] std::expected<Settings, Problems> load_settings_file(
    const std::filesystem::path& path, Files files = Files::checked);

/// All effective values as YAML that can be loaded again, except secrets, which are `***`.
[[nodiscard]] std::string print_settings(const Settings& settings);

/// The path in `settings.store`, which is "sqlite:PATH". REQUIRES: checked settings.
[[nodiscard]] std::string store_path(const Settings& settings);

/// docs/reference/config.md.
[[nodiscard]] std::string config_reference();

/// Names of settings that differ and cannot change in a running server.
[[nodiscard]] std::vector<std::string> restart_needed(const Settings& running,
                                                      const Settings& next);

/// The rows of all sections. Costs a few thousand allocations.
[[nodiscard]] config::Schema<Settings> settings_schema();

}  // namespace weir::app
