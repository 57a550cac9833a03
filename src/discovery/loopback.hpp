/// Where local engines usually listen, and how to tell which one answers there: for `weir serve`
/// without a config file.
///
/// Only the address and the questions are decided here; connecting, leaving out our own ports and
/// giving up quickly are the caller's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "discovery/ask.hpp"
#include "discovery/kinds.hpp"

namespace weir::discovery {

inline constexpr std::string_view kLoopbackHost = "127.0.0.1";

struct LoopbackPort {
  std::uint16_t port;
  std::span<const std::string_view> kinds;  ///< slugs to try; the first that recognises wins
};

/// By ascending port.
[[nodiscard]] std::span<const LoopbackPort> loopback_ports();

/// Finds out what answers at one port: send asks() (all at once if you like), hand over the
/// answers, read kind().
///
/// Threads: one owner at a time.
class Fingerprint {
 public:
  /// Slugs that are unknown, or whose kind has no marks of its own, are passed over.
  explicit Fingerprint(std::span<const std::string_view> kinds);
  Fingerprint(Fingerprint&&) noexcept;
  Fingerprint& operator=(Fingerprint&&) noexcept;
  ~Fingerprint();

  /// Every question of every candidate, once. All are Root::server and harmless GETs.
  [[nodiscard]] const std::vector<Ask>& asks() const;

  void answer(std::size_t index, Result<Answer> result);

  /// The first candidate that recognises its answers; null when none does.
  [[nodiscard]] const Kind* kind() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weir::discovery
