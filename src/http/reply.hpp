/// What a handler answers.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace weir::http {

/// A complete answer. Content-Length, Connection and Date are the server's to add.
///
/// A stored answer costs no copy: `fixed_fields` and `body` may point into what `owner` keeps
/// alive.
struct Reply {
  int status = 200;
  std::string_view fixed_fields;  ///< complete lines, each with its CRLF
  std::string fields;             ///< more such lines
  std::string_view body;
  std::shared_ptr<const void> owner;

  /// Copies `body` into what the reply owns.
  static Reply with_body(int status, std::string body);
};

/// "HTTP/1.1 200 OK\r\n", and so on (RFC 9110 §15); without a reason phrase for a status it does
/// not know. REQUIRES: three digits.
void append_status_line(std::string& out, int status);

/// Whether such an answer has a body and a Content-Length (RFC 9110 §8.6).
[[nodiscard]] bool may_have_body(int status);

}  // namespace weir::http
