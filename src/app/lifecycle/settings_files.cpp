#include "app/lifecycle/settings_files.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

#include "config/document.hpp"
#include "config/problem.hpp"
#include "files/read_file.hpp"
#include "store/sqlite_store.hpp"

namespace weir::app {
namespace {

void reject(config::Reader& reader, const config::Node& root, const std::string& setting,
            std::string what, std::string expected) {
  const config::Reader::Step step(reader, setting);
  reader.reject_for(config::find_deepest(root, setting), std::move(what), std::move(expected));
}

using ListenerCertificate = std::pair<std::string_view, const http::TlsListenerSettings*>;

std::array<ListenerCertificate, 2> listener_certificates(const Settings& settings) {
  return {ListenerCertificate(kTlsSection, &settings.server.tls),
          ListenerCertificate(kAdminTlsSection, &settings.server.admin_tls)};
}

}  // namespace

std::expected<std::shared_ptr<const net::TlsContext>, CertificateFault> open_certificate(
    const http::TlsListenerSettings& settings, std::string_view section,
    std::shared_ptr<net::TicketKeys> tickets) {
  auto opened = net::TlsContext::open(
      {.certificate = settings.certificate_file, .key = settings.key_file}, std::move(tickets));
  if (opened) return std::move(*opened);
  auto& fault = opened.error();
  const bool key = fault.in == net::TlsFault::In::key;
  return std::unexpected(CertificateFault{
      .setting = fmt::format("{}.{}", section, key ? "key_file" : "certificate_file"),
      .file = key ? settings.key_file : settings.certificate_file,
      .what = std::move(fault.what),
      .expected = std::move(fault.expected)});
}

void check_files(config::Reader& reader, const config::Node& root, const Settings& settings) {
  for (const auto& [section, tls] : listener_certificates(settings)) {
    if (!tls->enabled()) continue;
    if (auto opened = open_certificate(*tls, section); !opened) {
      auto& fault = opened.error();
      reject(reader, root, fault.setting, std::move(fault.what), std::move(fault.expected));
    }
  }
  for (std::size_t i = 0; i < settings.upstreams.size(); ++i) {
    const auto& file = settings.upstreams[i].ca_file;
    if (file.empty()) continue;
    auto read = net::read_certificates(file);
    if (read) continue;
    reject(reader, root, fmt::format("upstreams[{}].ca_file", i), std::move(read.error()),
           "a file with PEM certificates");
  }
}

std::vector<std::string> certificate_warnings(const Settings& settings) {
  std::vector<std::string> warnings;
  const auto look_at = [&warnings](const std::string& path) {
    if (path.empty()) return;
    const auto facts = files::inspect_file(path);
    const auto warned = facts ? files::warning(path, *facts, files::Purpose::certificate)
                              : std::optional<files::Complaint>();
    if (!warned) return;
    warnings.push_back(
        fmt::format("the file {} {}; expected {}", path, warned->what, warned->expected));
  };
  for (const auto& [section, tls] : listener_certificates(settings)) {
    look_at(tls->certificate_file);
  }
  for (const auto& upstream : settings.upstreams) look_at(upstream.ca_file);
  return warnings;
}

std::vector<std::string> access_warnings(const Settings& settings) {
  auto warnings = settings.warnings;
  for (const auto& warning : store::SqliteStore::warnings(store_path(settings))) {
    warnings.push_back("the store " + warning);
  }
  return warnings;
}

std::vector<std::string> file_warnings(const Settings& settings, WallTime now) {
  auto warnings = access_warnings(settings);
  for (const auto& [section, tls] : listener_certificates(settings)) {
    if (!tls->enabled()) continue;
    const auto opened = open_certificate(*tls, section);
    const auto warning = opened ? (*opened)->warning(now) : std::string();
    if (warning.empty()) continue;
    warnings.push_back(fmt::format("{}.certificate_file: {} {}", section,
                                   config::in_quotes(tls->certificate_file), warning));
  }
  return warnings;
}

}  // namespace weir::app
