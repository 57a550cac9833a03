/// The answer of a handler.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace weir::http {

/// A complete answer. The server adds Content-Length, Connection and Date.
///
/// A stored answer is not copied: `fixed_fields` and `body` may point into what `owner` keeps
/// alive.
struct Reply {
  int status = 200;
  std::string_view fixed_fields;  ///< complete lines, each with its CRLF
  std::string fields;             ///< more such lines
  std::string_view body;
  std::shared_ptr<const void> owner;

  /// Copies `body` into storage that the reply owns.
  static Reply with_body(int status, std::string body);
};

/// The connection carries another protocol from here on (RFC 9110 §15.2.2).
inline constexpr int kSwitchingProtocols = 101;

/// Appends a status line such as "HTTP/1.1 200 OK\r\n" (RFC 9110 §15), without a reason phrase if
/// the status is unknown. REQUIRES: three digits.
void append_status_line(std::string& out, int status);

/// True if an answer with this status has a body and a Content-Length (RFC 9110 §8.6).
[[nodiscard]] bool may_have_body(int status);

}  // namespace weir::http
