/// Session ticket keys, rotated every hour so that a stolen key decrypts little recorded traffic
/// (RFC 5077 §5.5).
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <span>

#include "base/clock.hpp"

namespace weir::net {

struct TicketKey {
  std::array<std::uint8_t, 16> name{};
  std::array<std::uint8_t, 32> cipher{};  ///< AES-256-CBC
  std::array<std::uint8_t, 32> mac{};     ///< HMAC-SHA-256
  MonotonicTime made{};
};

/// Threads: any.
class TicketKeys {
 public:
  static constexpr std::chrono::hours kRotation{1};
  /// How long tickets are accepted after their key was replaced.
  static constexpr std::chrono::hours kOverlap{1};

  /// Fills with random bytes; false if it could not.
  using Random = std::function<bool(std::span<std::uint8_t>)>;
  explicit TicketKeys(Random random);
  TicketKeys(const TicketKeys&) = delete;
  TicketKeys& operator=(const TicketKeys&) = delete;
  ~TicketKeys();

  /// The key for a new ticket; nothing without randomness.
  [[nodiscard]] std::optional<TicketKey> newest(MonotonicTime now);
  /// The key that a ticket names, if it is still valid.
  [[nodiscard]] std::optional<TicketKey> find(std::span<const std::uint8_t, 16> name,
                                              MonotonicTime now);

 private:
  void forget_old(MonotonicTime now);

  Random random_;
  std::mutex mutex_;
  std::deque<TicketKey> keys_;  ///< newest first
};

}  // namespace weir::net
