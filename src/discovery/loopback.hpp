/// Common ports of local engines, and detection of the engine that answers: for `weir serve`
/// without a config file.
///
/// Only addresses and requests are decided here; connecting, skipping Weir's own ports and short
/// timeouts are the caller's task.
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

/// Detects the engine at one port: send asks() (concurrently if you like), pass the answers, read
/// kind().
///
/// Threads: one owner at a time.
class Fingerprint {
 public:
  /// Unknown slugs, and kinds without a fingerprint, are ignored.
  explicit Fingerprint(std::span<const std::string_view> kinds);
  Fingerprint(Fingerprint&&) noexcept;
  Fingerprint& operator=(Fingerprint&&) noexcept;
  ~Fingerprint();

  /// The asks of all candidates, without duplicates. All are Root::server and harmless GETs.
  [[nodiscard]] const std::vector<Ask>& asks() const;

  void answer(std::size_t index, Result<Answer> result);

  /// The first candidate that recognises its answers; null if none does.
  [[nodiscard]] const Kind* kind() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace weir::discovery
