/// A request head as values: what was parsed and checked, never raw bytes.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace weir::http {

/// The methods a route may have; everything else is `other`.
enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options, other };

[[nodiscard]] std::string_view wire_name(Method method);

struct Field {
  std::string_view name;   ///< as sent; compare without regard to case
  std::string_view value;  ///< without the blanks around it
};

/// Views into the connection's buffer: valid until the exchange ends.
struct Request {
  Method method = Method::other;
  std::string_view target;  ///< as sent
  std::string_view path;    ///< raw, still percent-encoded, starts with '/' (or is "*")
  std::string_view query;   ///< raw, without '?'
  int minor_version = 1;    ///< HTTP/1.x
  bool keep_alive = true;
  bool expects_continue = false;
  bool has_body = false;
  std::vector<Field> fields;

  /// The first value of the field, or empty. `name` in lower case.
  [[nodiscard]] std::string_view header(std::string_view name) const;
  [[nodiscard]] int count(std::string_view name) const;
};

/// ASCII only, as field names are.
[[nodiscard]] bool equals_ignoring_case(std::string_view a, std::string_view lower_case);

}  // namespace weir::http
