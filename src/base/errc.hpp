/// The table of errors: a row per code, from which everything else is derived: the HTTP status, the
/// body in each API's shape (dialect), the `reason` of the access log, the metric label and
/// docs/reference/errors.md. The enumerator is the log word and the label.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "base/enumerators.hpp"

namespace weir {

enum class Errc : std::uint8_t {
  // Visible to clients.
  invalid_parameter,
  malformed_request,
  tls_required,
  wrong_endpoint,
  model_not_found,
  invalid_token,
  forbidden,
  route_not_found,
  method_not_allowed,
  retired,
  request_timeout,
  payload_too_large,
  uri_too_long,
  unsupported_coding,
  expectation_failed,
  misdirected_request,
  rate_limited,
  header_too_large,
  internal,
  not_implemented,
  overloaded,
  stopping,
  version_not_supported,
  upstream_rate_limited,
  upstream_busy,
  upstream_unavailable,
  upstream_connect_timeout,
  upstream_first_byte_timeout,
  upstream_idle_timeout,
  upstream_total_timeout,
  // Internal: logs, admin, command line.
  config_invalid,
  store_failed,
  not_found,
  already_exists,
  cancelled,
  deadline_exceeded,
  connection_lost,
  client_left,
  client_stalled,
  upstream_broke,
  upstream_unreachable,
  upstream_tls_failed,
  upstream_refused,
  upstream_rejected_key,
  upstream_answer_invalid,
  upstream_answer_too_large,
  upstream_list_empty,
};
inline constexpr std::size_t kErrcCount = kEnumeratorCount<Errc>;

/// The party at fault.
enum class Party : std::uint8_t { client, upstream, store, operator_, self };

/// Retry advice.
enum class Retry : std::uint8_t { never, later, now };

/// The status of an error that is never sent, because its client has left or reads nothing.
inline constexpr int kClientClosedRequest = 499;

struct ErrorRow {
  std::string_view slug;     ///< log word and metric label; equals the enumerator
  int status;                ///< HTTP status towards a client
  std::string_view message;  ///< public sentence; a caller may pass a more exact one
  Party party;
  Retry retry;
  std::string_view use;  ///< when this row is used and what the caller should do next
  /// In answers whose wording the contract does not prescribe; empty: `message`.
  std::string_view plain = {};
};

/// The row of `code`.
[[nodiscard]] const ErrorRow& describe(Errc code);

/// All codes, in declaration order: for generated references and for tests.
[[nodiscard]] std::span<const Errc> all_errors();

[[nodiscard]] std::string_view name(Party party);
[[nodiscard]] std::string_view name(Retry retry);

}  // namespace weir
