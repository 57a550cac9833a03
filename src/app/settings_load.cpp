// Loads a config file and the files that it names from disk.
#include <filesystem>
#include <system_error>
#include <utility>

#include "app/credential.hpp"
#include "app/environment.hpp"
#include "app/settings.hpp"
#include "app/settings_files.hpp"
#include "config/document.hpp"
#include "config/reader.hpp"

namespace weir::app {
namespace {

// As for `${file:…}`: a file named in the config is relative to the config's folder, wherever Weir
// is started.
std::string beside(const std::filesystem::path& directory, const std::string& path) {
  return std::filesystem::path(path).is_absolute() || directory.empty()
             ? path
             : (directory / path).string();
}

void resolve_paths(const std::filesystem::path& directory, Settings& settings) {
  settings.store = kSqlite + beside(directory, store_path(settings));
  auto& access_log = settings.log.access_log;
  if (!access_log.empty() && access_log != "-") access_log = beside(directory, access_log);
  auto& takeover_socket = settings.server.takeover_socket;
  if (!takeover_socket.empty()) takeover_socket = beside(directory, takeover_socket);
  auto& tls = settings.server.tls;
  for (auto* file : {&tls.certificate_file, &tls.key_file}) {
    if (!file->empty()) *file = beside(directory, *file);
  }
  for (auto& upstream : settings.upstreams) {
    if (upstream.ca_file.empty()) continue;
    upstream.ca_file = beside(directory, upstream.ca_file);
    std::error_code missing;  // reported by the check of files
    upstream.ca_file_written_at = std::filesystem::last_write_time(upstream.ca_file, missing);
  }
}

config::Sources process_sources(const std::filesystem::path& directory) {
  return {
      .environment = read_variable,
      .file =
          [directory](const std::string& path) {
            auto file = config::read_value_file(directory, path, config::kMaxValueFileBytes);
            if (file && is_credential(directory / path, read_variable("CREDENTIALS_DIRECTORY"))) {
              file->others_can_read = false;
            }
            return file;
          },
      .became_secret = hide_variable};
}

}  // namespace

std::expected<Settings, Problems> load_settings_file(const std::filesystem::path& path,
                                                     Files files) {
  const auto filename = path.string();
  const auto file = config::read_value_file({}, filename, config::kMaxFileBytes);
  if (!file) {
    config::Problem problem;
    problem.file = filename;
    problem.what = "cannot be read: " + file.error();
    return std::unexpected(Problems{std::move(problem)});
  }
  const auto sources = process_sources(path.parent_path());
  auto settings = load_settings(file->text, filename, sources);
  if (!settings) return settings;
  resolve_paths(path.parent_path(), *settings);
  if (files == Files::ignored) return settings;
  config::Reader reader(filename, sources);
  check_files(reader, *config::parse_document(file->text), *settings);
  if (reader.problem_count() > 0) return std::unexpected(reader.take_problems());
  return settings;
}

}  // namespace weir::app
