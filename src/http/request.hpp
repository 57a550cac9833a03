/// A request head as values: what was parsed and checked, never raw bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace weir::http {

/// The methods a route may have; everything else is `other`.
enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options, other };

[[nodiscard]] std::string_view wire_name(Method method);

/// The fields that this server reads itself; they are found without a search.
enum class FieldName : std::uint8_t {
  accept,
  accept_encoding,
  access_control_request_headers,
  access_control_request_method,
  anthropic_beta,
  anthropic_version,
  authorization,
  connection,
  content_length,
  content_type,
  expect,
  host,
  if_none_match,
  origin,
  traceparent,
  transfer_encoding,
  x_api_key,
  x_goog_api_key,
  x_trace_id,
};
inline constexpr std::size_t kFieldNameCount = 19;

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
  std::optional<std::uint64_t> content_length;  ///< none: chunked, or there is no body
  std::vector<Field> fields;

  /// Adds a field as it was sent; one that this server reads itself is `name`d by who has read it.
  void add(Field field, std::optional<FieldName> name);
  /// The first value of the field, or empty.
  [[nodiscard]] std::string_view header(FieldName name) const {
    return count(name) == 0 ? std::string_view{} : fields[known(name).first].value;
  }
  /// How many lines of that name there are.
  [[nodiscard]] int count(FieldName name) const { return known(name).count; }

  /// Gives the fields back; none is there from then on.
  void forget_fields();
  /// The head's bytes have moved; a view of anything else stays.
  void move_views(std::string_view from, const char* to);

 private:
  struct Known {
    std::uint16_t first = 0;  ///< index in fields
    std::uint16_t count = 0;
  };
  [[nodiscard]] const Known& known(FieldName name) const {
    return known_[static_cast<std::size_t>(name)];
  }
  std::array<Known, kFieldNameCount> known_{};
};

/// Which of the fields above it is.
[[nodiscard]] std::optional<FieldName> field_name(std::string_view text);
}  // namespace weir::http
