/// A server's address and how its identity is checked: values, from the operator's configuration
/// only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace weir::http {

struct Origin {
  bool tls = false;
  std::string host;  ///< a name, an IPv4 address, or an IPv6 address without brackets
  std::uint16_t port = 80;

  /// The value of the Host field: with brackets and port where they are needed.
  [[nodiscard]] std::string authority() const;
  bool operator==(const Origin&) const = default;
};

/// The checks of a server's certificate, which are never skipped.
struct TlsSettings {
  std::string ca_file;  ///< empty: the system's certificates
  /// When ca_file was written, so that settings differ if its contents do.
  std::filesystem::file_time_type written_at = {};

  bool operator==(const TlsSettings&) const = default;
};

}  // namespace weir::http
