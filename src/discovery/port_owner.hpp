/// Whose socket answers at a port of 127.0.0.1: read from the kernel's tables of sockets, so that
/// an engine that somebody else of this machine put there can be told from one's own.
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

/// The listeners, or why they cannot be known.
using Listeners = std::expected<std::vector<Listener>, std::string>;

/// Reads the text of /proc/net/tcp or /proc/net/tcp6.
/// Source: Linux, Documentation/networking/proc_net_tcp.rst; an address is printed as 32-bit words
/// in the byte order of the machine.
[[nodiscard]] Listeners parse_listeners(std::string_view table);

/// More is not read: about 28,000 sockets of one family.
inline constexpr std::size_t kMaxSocketTableBytes = 4 << 20;

/// Those of this process's network namespace. Blocks: not for I/O threads.
[[nodiscard]] Listeners read_listeners();

struct PortOwner {
  enum class Kind : std::uint8_t {
    none,     ///< nobody listens
    trusted,  ///< this user or root, whoever of them if there are several
    other,    ///< another user, perhaps beside trusted ones
    hidden,   ///< another user, whom this user namespace has no number for; or nothing is known
  };
  Kind kind = Kind::none;
  std::uint32_t uid = 0;  ///< of `other`
  std::string detail;     ///< why nothing is known, if so

  bool operator==(const PortOwner&) const = default;
};

/// The owner of the socket that would take a connection to 127.0.0.1:`port`. All sockets that might
/// take it are looked at, since several can share a port; one on :: that takes no IPv4 is among
/// them, because the tables do not tell.
[[nodiscard]] PortOwner owner_of_port(const Listeners& listeners, std::uint16_t port,
                                      std::uint32_t own_uid);

}  // namespace weir::discovery
