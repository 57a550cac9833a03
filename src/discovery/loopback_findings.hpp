/// The results of the loopback scan: for each port an upstream, or an engine that is not accepted.
/// Pure.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "discovery/kinds.hpp"
#include "discovery/port_owner.hpp"
#include "discovery/settings.hpp"

namespace weir::discovery {

/// An engine that was found and is not called.
struct NotAccepted {
  UpstreamSettings upstream;  ///< its settings, had it been accepted
  std::string reason;         ///< for the operator, with advice
};

/// An engine is accepted if every socket that may accept a connection to its port belongs to this
/// user or root (docs/decisions/0007). One that stops stays accepted; one whose port another user
/// has taken does not.
///
/// Threads: one owner.
class LoopbackFindings {
 public:
  explicit LoopbackFindings(std::uint32_t own_uid) : own_uid_(own_uid) {}

  enum class Change : std::uint8_t {
    none,
    accepted,
    refused,    ///< it was not an upstream before, or is refused for another reason
    withdrawn,  ///< it was an upstream
  };

  /// Takes the result of one round at a port: `kind` is null if no engine answered. `owner` must be
  /// looked up after the answer.
  [[nodiscard]] Change take(std::uint16_t port, const Kind* kind, const PortOwner& owner);

  /// By port.
  [[nodiscard]] std::vector<UpstreamSettings> upstreams() const;
  [[nodiscard]] std::vector<NotAccepted> not_accepted() const;
  /// Why the engine at `port` is not accepted; empty if there is none.
  [[nodiscard]] std::string reason(std::uint16_t port) const;

 private:
  struct Refused {
    const Kind* kind;
    PortOwner owner;
  };

  [[nodiscard]] Change refuse(std::uint16_t port, const Kind* kind, const PortOwner& owner);

  std::uint32_t own_uid_;
  std::map<std::uint16_t, const Kind*> accepted_;
  std::map<std::uint16_t, Refused> refused_;
};

}  // namespace weir::discovery
