/// Checks the files that a config names, and its own: whether they can be used, and are safe.
#pragma once

#include <expected>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/lifecycle/settings.hpp"
#include "base/clock.hpp"
#include "config/reader.hpp"
#include "net/tls_context.hpp"

namespace weir::app {

/// Names of the sections of a listener's certificate.
inline constexpr std::string_view kTlsSection = "server.tls";
inline constexpr std::string_view kAdminTlsSection = "server.admin_tls";

/// Why a listener's certificate and key cannot be used.
struct CertificateFault {
  std::string setting;  ///< "server.tls.key_file"
  std::string file;
  std::string what;
  std::string expected;  ///< empty: obvious
};

/// `section` names the settings; `tickets`: as TlsContext::open. REQUIRES: enabled. Blocks on the
/// disk.
[[nodiscard]] std::expected<std::shared_ptr<const net::TlsContext>, CertificateFault>
open_certificate(const http::TlsListenerSettings& settings, std::string_view section,
                 std::shared_ptr<net::TicketKeys> tickets = {});

/// Adds a problem for each file that cannot be used. REQUIRES: paths ready to be opened. Blocks on
/// the disk.
void check_files(config::Reader& reader, const config::Node& root, const Settings& settings);

/// The access that others have to the trusted certificates; a sentence each. Blocks on the disk.
[[nodiscard]] std::vector<std::string> certificate_warnings(const Settings& settings);

/// The access that others have to the config, the certificates and the store, where it prevents
/// nothing; a sentence each. Blocks on the disk.
[[nodiscard]] std::vector<std::string> access_warnings(const Settings& settings);

/// Makes the paths of `settings` ready to be opened: relative ones are beside the config file,
/// which is in `directory`.
void resolve_paths(const std::filesystem::path& directory, Settings& settings);

/// All of these problems, and a certificate that has expired. Blocks on the disk.
[[nodiscard]] std::vector<std::string> file_warnings(const Settings& settings, WallTime now);

}  // namespace weir::app
