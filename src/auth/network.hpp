/// Peer addresses, and the networks that a key may be used from. Values only, no sockets.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/result.hpp"

namespace weir::auth {

/// An IP address. IPv4 is stored as IPv4-mapped IPv6 (RFC 4291 §2.5.5.2), so that a peer is the
/// same over either kind of socket.
class Address {
 public:
  /// The unspecified address, ::.
  Address() = default;
  [[nodiscard]] static Address from_v4(const std::array<std::uint8_t, 4>& bytes);
  [[nodiscard]] static Address from_v6(const std::array<std::uint8_t, 16>& bytes);
  /// Dotted or colon form, without zone or port.
  [[nodiscard]] static std::optional<Address> parse(std::string_view text);

  [[nodiscard]] bool is_v4() const;
  [[nodiscard]] std::span<const std::uint8_t, 16> bytes() const { return bytes_; }
  bool operator==(const Address&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
};

/// A CIDR block, or a single address.
class Network {
 public:
  /// Parses "10.0.0.0/8", "2001:db8::/32", "192.0.2.7". Errors: invalid_parameter, also for bits
  /// set behind the prefix: "10.0.0.1/8" is ambiguous.
  [[nodiscard]] static Result<Network> parse(std::string_view text);

  /// An IPv4 peer is in no IPv6 network, not even ::/0.
  [[nodiscard]] bool contains(const Address& address) const;
  bool operator==(const Network&) const = default;

 private:
  Network(const Address& base, int prefix_bits) : base_(base), prefix_bits_(prefix_bits) {}
  Address base_;
  int prefix_bits_;  ///< of the 128
};

}  // namespace weir::auth
