/// The files of certificates and keys that a config names: whether they are of use.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <vector>

#include "app/settings.hpp"
#include "base/clock.hpp"
#include "config/reader.hpp"
#include "net/tls_context.hpp"

namespace weir::app {

/// Why the public listener's certificate and key are of no use.
struct CertificateFault {
  std::string setting;  ///< "server.tls.key_file"
  std::string file;
  std::string what;
  std::string expected;  ///< empty: goes without saying
};

/// `tickets`: as TlsContext::open. REQUIRES: enabled. Blocks on the disk.
[[nodiscard]] std::expected<std::shared_ptr<const net::TlsContext>, CertificateFault>
open_certificate(const http::TlsListenerSettings& settings,
                 std::shared_ptr<net::TicketKeys> tickets = {});

/// Adds a problem for each file that cannot be used. REQUIRES: paths as they are to be opened.
/// Blocks on the disk.
void check_files(config::Reader& reader, const config::Node& root, const Settings& settings);

/// What keeps nothing from working but should be known, a sentence each: a certificate that has
/// expired. Blocks on the disk.
[[nodiscard]] std::vector<std::string> file_warnings(const Settings& settings, WallTime now);

}  // namespace weir::app
