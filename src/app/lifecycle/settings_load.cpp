// Loads a config file and the files that it names from disk.
#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "app/lifecycle/settings.hpp"
#include "app/lifecycle/settings_files.hpp"
#include "app/process/credential.hpp"
#include "app/process/environment.hpp"
#include "config/document.hpp"
#include "config/reader.hpp"
#include "files/read_file.hpp"

namespace weir::app {
namespace {

// As for `${file:…}`: a file named in the config is relative to the config's folder, wherever Weir
// is started.
std::string beside(const std::filesystem::path& directory, const std::string& path) {
  return std::filesystem::path(path).is_absolute() || directory.empty()
             ? path
             : (directory / path).string();
}

config::Sources process_sources(const std::filesystem::path& directory) {
  return {.environment = read_variable,
          .file =
              [directory](const std::string& path) {
                const bool is_guarded =
                    is_credential(directory / path, read_variable("CREDENTIALS_DIRECTORY"));
                return config::read_value_file(
                    directory, path, config::kMaxValueFileBytes,
                    is_guarded ? files::Purpose::credential : files::Purpose::secret);
              },
          .became_secret = hide_variable};
}

std::vector<std::string> warnings_of(const std::string& filename, const files::Facts& facts,
                                     bool has_secrets) {
  using enum files::Purpose;
  const auto warned = files::warning(filename, facts, has_secrets ? config_with_secrets : config);
  if (!warned) return {};
  return {fmt::format("the config file {} {}{}; expected {}", filename, warned->what,
                      has_secrets ? " and contains secrets" : "", warned->expected)};
}

}  // namespace

void resolve_paths(const std::filesystem::path& directory, Settings& settings) {
  settings.store = kSqlite + beside(directory, store_path(settings));
  auto& access_log = settings.log.access_log;
  if (!access_log.empty() && access_log != "-") access_log = beside(directory, access_log);
  auto& takeover_socket = settings.server.takeover_socket;
  if (!takeover_socket.empty()) takeover_socket = beside(directory, takeover_socket);
  for (auto* tls : {&settings.server.tls, &settings.server.admin_tls}) {
    for (auto* file : {&tls->certificate_file, &tls->key_file}) {
      if (!file->empty()) *file = beside(directory, *file);
    }
  }
  for (auto& upstream : settings.upstreams) {
    if (upstream.ca_file.empty()) continue;
    upstream.ca_file = beside(directory, upstream.ca_file);
    std::error_code missing;  // reported by the check of files
    upstream.ca_file_written_at = std::filesystem::last_write_time(upstream.ca_file, missing);
  }
}

std::expected<Settings, Problems> load_settings_file(const std::filesystem::path& path,
                                                     Files files) {
  const auto filename = path.string();
  const auto file = files::read_file(filename, config::kMaxFileBytes);
  if (!file) {
    config::Problem problem;
    problem.file = filename;
    problem.what = "cannot be read: " + file.error().what;
    return std::unexpected(Problems{std::move(problem)});
  }
  auto sources = process_sources(path.parent_path());
  bool has_secrets = false;
  sources.is_written_out = [&has_secrets] { has_secrets = true; };
  const auto text = file->text.reveal();
  auto settings = load_settings(text, filename, sources);
  if (!settings) return settings;
  settings->warnings = warnings_of(filename, file->facts, has_secrets);
  resolve_paths(path.parent_path(), *settings);
  if (files == Files::ignored) return settings;
  config::Reader reader(filename, sources);
  check_files(reader, *config::parse_document(text), *settings);
  if (reader.problem_count() > 0) return std::unexpected(reader.take_problems());
  std::ranges::move(certificate_warnings(*settings), std::back_inserter(settings->warnings));
  return settings;
}

}  // namespace weir::app
