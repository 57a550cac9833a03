#include "app/settings_files.hpp"

#include <fmt/format.h>

#include "config/document.hpp"
#include "config/problem.hpp"

namespace weir::app {
namespace {

void reject(config::Reader& reader, const config::Node& root, const std::string& setting,
            std::string what, std::string expected) {
  const config::Reader::Step step(reader, setting);
  reader.reject_for(config::find_deepest(root, setting), std::move(what), std::move(expected));
}

}  // namespace

std::expected<std::shared_ptr<const net::TlsContext>, CertificateFault> open_certificate(
    const http::TlsListenerSettings& settings, std::shared_ptr<net::TicketKeys> tickets) {
  auto opened = net::TlsContext::open(
      {.certificate = settings.certificate_file, .key = settings.key_file}, std::move(tickets));
  if (opened) return std::move(*opened);
  auto& fault = opened.error();
  const bool key = fault.in == net::TlsFault::In::key;
  return std::unexpected(
      CertificateFault{.setting = key ? "server.tls.key_file" : "server.tls.certificate_file",
                       .file = key ? settings.key_file : settings.certificate_file,
                       .what = std::move(fault.what),
                       .expected = std::move(fault.expected)});
}

void check_files(config::Reader& reader, const config::Node& root, const Settings& settings) {
  if (settings.server.tls.enabled()) {
    if (auto opened = open_certificate(settings.server.tls); !opened) {
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
           "a file of PEM certificates");
  }
}

std::vector<std::string> file_warnings(const Settings& settings, WallTime now) {
  const auto& tls = settings.server.tls;
  if (!tls.enabled()) return {};
  const auto opened = open_certificate(tls);
  const auto warning = opened ? (*opened)->warning(now) : std::string();
  if (warning.empty()) return {};
  return {fmt::format("server.tls.certificate_file: {} {}", config::in_quotes(tls.certificate_file),
                      warning)};
}

}  // namespace weir::app
