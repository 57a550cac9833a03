/// A parsed and checked request head.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/enum_set.hpp"
#include "base/enumerators.hpp"

namespace weir::http {

/// The methods a route may have; everything else is `other`.
enum class Method : std::uint8_t { get, head, post, put, patch, delete_, options, other };

[[nodiscard]] std::string_view wire_name(Method method);

/// The fields that this server reads itself or passes on, found without a search.
enum class FieldName : std::uint8_t {
  accept,
  accept_encoding,
  access_control_request_headers,
  access_control_request_method,
  anthropic_beta,
  anthropic_version,
  authorization,
  connection,
  content_encoding,
  content_length,
  content_type,
  expect,
  host,
  idempotency_key,
  if_none_match,
  openai_beta,
  openai_organization,
  openai_project,
  origin,
  session_id,
  traceparent,
  transfer_encoding,
  x_api_key,
  x_goog_api_key,
  x_session_affinity,
  x_trace_id,
};
inline constexpr std::size_t kFieldNameCount = kEnumeratorCount<FieldName>;
using FieldNames = EnumSet<FieldName>;

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
  /// Host, or the authority of an absolute target, which is the same; empty from a client of
  /// HTTP/1.0 that names none, and once the fields are forgotten.
  std::string_view authority;
  int minor_version = 1;  ///< HTTP/1.x
  bool keep_alive = true;
  bool expects_continue = false;
  bool has_body = false;
  std::optional<std::uint64_t> content_length;  ///< none: chunked, or no body
  std::vector<Field> fields;

  /// Adds a field as sent. `name` is set if it is one of FieldName.
  void add(Field field, std::optional<FieldName> name);
  /// The first value of the field, or empty.
  [[nodiscard]] std::string_view header(FieldName name) const {
    return count(name) == 0 ? std::string_view{} : fields[known(name).first].value;
  }
  /// The names of FieldName that occur.
  [[nodiscard]] FieldNames names() const { return names_; }
  /// The number of lines with that name.
  [[nodiscard]] int count(FieldName name) const { return known(name).count; }

  /// Releases the fields; `fields` is empty from then on.
  void forget_fields();
  /// Rebases views into `from`, whose bytes are now at `to`; other views stay.
  void move_views(std::string_view from, const char* to);

 private:
  struct Known {
    std::uint16_t first = 0;  ///< index in fields
    std::uint16_t count = 0;
  };
  [[nodiscard]] const Known& known(FieldName name) const {
    return known_[static_cast<std::size_t>(name)];
  }
  FieldNames names_;
  std::array<Known, kFieldNameCount> known_{};
};

/// The FieldName with this text, if there is one.
[[nodiscard]] std::optional<FieldName> field_name(std::string_view text);
}  // namespace weir::http
