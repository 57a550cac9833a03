/// Decides for each port of the loopback scan: an upstream, or an engine not accepted. Pure.
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
  UpstreamSettings upstream;  ///< as it would have been
  std::string reason;         ///< for the operator, with what to do
};

/// An engine is accepted if every socket that may take a connection to its port is this user's or
/// root's (docs/decisions/0007). One that stops stays accepted; one whose port another user has
/// taken does not.
///
/// Threads: one owner.
class LoopbackFindings {
 public:
  explicit LoopbackFindings(std::uint32_t own_uid) : own_uid_(own_uid) {}

  enum class Change : std::uint8_t {
    none,
    accepted,
    refused,    ///< it was no upstream before, or is refused for another reason
    withdrawn,  ///< it was an upstream
  };

  /// Takes what was seen at a port in one round: `kind` is null if no engine answered. `owner` is
  /// to be looked up after the answer.
  [[nodiscard]] Change take(std::uint16_t port, const Kind* kind, const PortOwner& owner);

  /// By port.
  [[nodiscard]] std::vector<UpstreamSettings> upstreams() const;
  [[nodiscard]] std::vector<NotAccepted> not_accepted() const;
  /// Why the engine at `port` is not accepted; empty if there is none such.
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
