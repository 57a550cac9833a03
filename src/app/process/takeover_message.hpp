/// The takeover protocol between an old and a new server, as bytes.
///
/// The new server sends `hello`; the old one answers with its listening sockets (`listener`, with
/// the descriptors attached, as often as needed) and `complete`, or with `refused`. Once the new
/// one could answer clients it sends `ready`, and the old one `leaving`; only then does the new one
/// accept, and only then does the old one stop. A disconnect before that changes nothing.
///
/// Each message is one packet: the protocol with its version, a word, and its arguments.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.hpp"

namespace weir::app {

struct Hello {
  std::string version;  ///< the server's, for the log
  bool operator==(const Hello&) const = default;
};
struct PassedListener {
  std::string name;         ///< "api" or "admin"
  std::size_t sockets = 0;  ///< attached to this packet
  bool operator==(const PassedListener&) const = default;
};
struct Complete {
  std::size_t sockets = 0;  ///< in all packets
  bool operator==(const Complete&) const = default;
};
struct Refused {
  std::string why;
  bool operator==(const Refused&) const = default;
};
struct Ready {
  bool operator==(const Ready&) const = default;
};
struct Leaving {
  bool operator==(const Leaving&) const = default;
};

using TakeoverMessage = std::variant<Hello, PassedListener, Complete, Refused, Ready, Leaving>;

[[nodiscard]] std::string format_takeover(const TakeoverMessage& message);

/// Errors: malformed_request with the problem, also for another version of the protocol.
[[nodiscard]] Result<TakeoverMessage> parse_takeover(std::string_view packet);

}  // namespace weir::app
