#include "app/lifecycle/settings.hpp"

#include <algorithm>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "auth/pepper.hpp"
#include "base/ascii.hpp"
#include "base/check.hpp"
#include "config/document.hpp"
#include "config/reader.hpp"
#include "config/schema.hpp"
#include "config/text_check.hpp"

namespace weir::app {
namespace {

constexpr std::string_view kReferenceHead = R"(# Settings

Generated from the rows that define the settings (`tools/dev/check --bless`). An empty file, or none, gives
the defaults.

- A duration is an integer with its unit: `500ms`, `30s`, `10m`, `24h`.
- A size is an integer, in bytes or with the unit `KiB`, `MiB` or `GiB`: `64KiB`.
- In a string, `${NAME}` is replaced by the environment variable, and `${file:path}` by the contents of the
  file without its final line break. `$$` is a dollar sign. A variable that is not set is an error, and so
  is a whole string `$NAME` without braces. A variable that holds a secret is cleared once it has been read,
  so that `/proc` does not show it. A file that holds a secret must be accessible to its owner only
  (`chmod 600`); a file of root may be readable by a group (`chmod 640`).
- A string that begins with `*`, `[` or `{` needs quotes: `"*"`, `"[::1]:8080"`.
- A relative path is relative to the config file's directory.
- An unknown name is an error, and so is a name that is set twice. All problems of a file are reported at
  once, each with its line.
- On SIGHUP, or when the file changes, it is read again; if there is any problem in it, the running settings
  stay. "Applies" says whether a changed value takes effect then or on restart.

)";

bool is_store(std::string_view text) {
  return text.starts_with(kSqlite) && text.size() > kSqlite.size();
}

std::vector<std::string_view> upstream_names(const Settings& settings) {
  std::vector<std::string_view> names;
  names.reserve(settings.upstreams.size());
  for (const auto& upstream : settings.upstreams) names.emplace_back(upstream.name);
  return names;
}

void check_route(config::Reader& reader, const config::Node& root, const std::string& path,
                 const std::string& name, std::span<const std::string_view> known) {
  if (name.empty() || std::ranges::find(known, name) != known.end()) return;
  const config::Reader::Step step(reader, path);
  reader.reject_for(config::find_deepest(root, path), "is not defined under upstreams",
                    "the name of an entry in upstreams", config::nearest(name, known));
}

/// Checks references from models to upstreams, which no single room can check.
void check_routes(config::Reader& reader, const config::Node& root, const Settings& settings) {
  const auto known = upstream_names(settings);
  for (std::size_t i = 0; i < settings.models.size(); ++i) {
    const auto& routes = settings.models[i].upstreams;
    for (std::size_t j = 0; j < routes.size(); ++j) {
      check_route(reader, root, fmt::format("models[{}].upstreams[{}].name", i, j), routes[j].name,
                  known);
    }
  }
}

/// Checks that an alias is the id of no other entry, and no other alias.
void check_aliases(config::Reader& reader, const config::Node& root, const Settings& settings) {
  std::unordered_map<std::string_view, std::string> taken;
  for (std::size_t i = 0; i < settings.models.size(); ++i) {
    taken.emplace(trim(settings.models[i].id), fmt::format("models[{}].id", i));
  }
  for (std::size_t i = 0; i < settings.models.size(); ++i) {
    const auto& aliases = settings.models[i].aliases;
    for (std::size_t j = 0; j < aliases.size(); ++j) {
      const auto path = fmt::format("models[{}].aliases[{}]", i, j);
      const auto [other, is_free] = taken.emplace(trim(aliases[j]), path);
      if (is_free) continue;
      const config::Reader::Step step(reader, path);
      reader.reject_for(config::find_deepest(root, path), "is taken",
                        fmt::format("an id that differs from {}", other->second));
    }
  }
}

// Checks that no two keys have the same text.
void check_key_texts(config::Reader& reader, const config::Node& root, const Settings& settings) {
  for (std::size_t i = 0; i < settings.keys.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (settings.keys[i].key.reveal() != settings.keys[j].key.reveal()) continue;
      const auto path = fmt::format("keys[{}].key", i);
      const config::Reader::Step step(reader, path);
      reader.reject_secret(config::find_deepest(root, path),
                           fmt::format("a key that differs from keys[{}].key", j));
      break;
    }
  }
}

}  // namespace

config::Schema<Settings> settings_schema() {
  using config::Apply;
  config::Schema<Settings> schema(Apply::restart);
  schema
      .field("store", &Settings::store,
             config::text("sqlite:FILE, such as sqlite:weir.db", is_store),
             "Database of keys and usage.")
      .field("pepper", &Settings::pepper,
             config::secret("at least 32 visible ASCII characters",
                            [](std::string_view text) {
                              return auth::check_pepper(Secret(std::string(text))).has_value();
                            }),
             "Secret that the digests of stored keys depend on; if not set, one is created beside "
             "the store. Changing it invalidates every stored key.")
      .section("server", &Settings::server, http::settings_schema(), "Listeners and their limits.")
      .section("log", &Settings::log, telemetry::settings_schema(), "The log and the access log.")
      .section("list", &Settings::list, api::settings_schema(), "Model lists.")
      .section("ollama", &Settings::ollama, api::ollama_schema(),
               "A listener for clients of Ollama's, which have no key.")
      .section("discovery", &Settings::discovery, discovery::settings_schema(),
               "Requesting the model lists of upstreams.")
      .section("calls", &Settings::calls, upstream::settings_schema(),
               "Forwarding calls to upstreams.")
      .section("usage", &Settings::usage, usage::settings_schema(),
               "Writing the usage of calls to the store.")
      .section("simulator", &Settings::simulator, simulator::settings_schema(),
               "The built-in engine, used by upstreams of kind simulator.")
      .list("keys", &Settings::keys, auth::key_schema(),
            "Keys in addition to those in the store, one entry each.", "name",
            &auth::KeySettings::name)
      .list("upstreams", &Settings::upstreams, discovery::upstream_schema(),
            "Servers whose models are listed and called, one entry each.", "name",
            &discovery::UpstreamSettings::name)
      .list("models", &Settings::models, catalogue::model_schema(),
            "Models to declare or correct, one entry each.", "id", &catalogue::ModelSettings::id);
  return schema;
}

std::expected<Settings, Problems> load_settings(std::string_view text, const std::string& filename,
                                                const config::Sources& sources) {
  auto root = config::parse_document(text);
  if (!root) {
    root.error().file = filename;
    return std::unexpected(Problems{std::move(root.error())});
  }
  config::Reader reader(filename, sources);
  Settings settings;
  settings_schema().read(reader, *root, settings);
  check_routes(reader, *root, settings);
  check_aliases(reader, *root, settings);
  check_key_texts(reader, *root, settings);
  if (reader.problem_count() > 0) return std::unexpected(reader.take_problems());
  return settings;
}

std::string store_path(const Settings& settings) {
  CHECK(is_store(settings.store));
  return settings.store.substr(kSqlite.size());
}

std::string print_settings(const Settings& settings) {
  return config::format_document(settings_schema().print(settings));
}

std::string config_reference() {
  return std::string(kReferenceHead) + config::format_reference(settings_schema().rows());
}

std::vector<std::string> restart_needed(const Settings& running, const Settings& next) {
  std::vector<std::string> names;
  settings_schema().add_restarts(running, next, {}, names);
  return names;
}

}  // namespace weir::app
