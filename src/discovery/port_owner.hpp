/// The owner of the socket at a port of 127.0.0.1, from the kernel's socket tables, to distinguish
/// an engine of another user of this machine.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace weir::discovery {

/// A TCP socket in the state LISTEN.
struct Listener {
  std::array<std::uint8_t, 16> address{};  ///< IPv4 as IPv4-mapped IPv6 (RFC 4291 §2.5.5.2)
  std::uint16_t port = 0;
  std::uint32_t uid = 0;

  bool operator==(const Listener&) const = default;
};

/// The listeners, or why they are unknown.
using Listeners = std::expected<std::vector<Listener>, std::string>;

/// Parses the text of /proc/net/tcp or /proc/net/tcp6.
/// Source: Linux, Documentation/networking/proc_net_tcp.rst; an address is printed as 32-bit words
/// in the byte order of the machine.
[[nodiscard]] Listeners parse_listeners(std::string_view table);

/// Bound on a table: about 28,000 sockets of one family.
inline constexpr std::size_t kMaxSocketTableBytes = 4 << 20;

/// The listeners of this process's network namespace. Blocks: not for I/O threads.
[[nodiscard]] Listeners read_listeners();

struct PortOwner {
  enum class Kind : std::uint8_t {
    none,     ///< no listener
    trusted,  ///< this user or root, or both
    other,    ///< another user, perhaps beside trusted ones
    hidden,   ///< another user without a number in this user namespace, or unknown
  };
  Kind kind = Kind::none;
  std::uint32_t uid = 0;  ///< of `other`
  std::string detail;     ///< why it is unknown

  bool operator==(const PortOwner&) const = default;
};

/// The owner of a connection to 127.0.0.1:`port`. All candidate sockets count, since several can
/// share a port; one on :: that does not accept IPv4 counts too, since the tables do not show that.
[[nodiscard]] PortOwner owner_of_port(const Listeners& listeners, std::uint16_t port,
                                      std::uint32_t own_uid);

}  // namespace weir::discovery
