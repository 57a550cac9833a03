/// Errors of the admin API: problem documents, from one table of reasons.
///
/// Source: RFC 9457.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "base/enum_table.hpp"
#include "base/result.hpp"
#include "http/reply.hpp"

namespace weir::management {

/// The enumerator is the `reason` of a problem.
enum class Reason : std::uint8_t {
  invalid_parameter,
  invalid_json,
  malformed_request,
  unauthorized,
  forbidden,
  cross_site,
  tls_required,
  not_found,
  method_not_allowed,
  request_timeout,
  already_exists,
  revoked,
  in_progress,
  config_key,
  precondition_failed,
  body_too_large,
  unsupported_media_type,
  misdirected_request,
  idempotency_mismatch,
  precondition_required,
  too_many_failures,
  internal,
  store_failed,
  too_many_streams,
  overloaded,
};

struct ReasonRow {
  std::string_view slug;
  int status = 0;
  std::string_view detail;  ///< unless a problem has a more exact one
};

[[nodiscard]] const ReasonRow& describe(Reason reason);

/// Why a request was not served.
struct Problem {
  Reason reason;
  std::string detail = {};  ///< empty: that of the table
  std::string field = {};   ///< the member or parameter it is about; empty: none
  std::string fields = {};  ///< lines of the head, each with its CRLF
};

template <class T>
using Answered = std::expected<T, Problem>;

[[nodiscard]] inline std::unexpected<Problem> refuse(Reason reason, std::string detail = {},
                                                     std::string field = {}) {
  return std::unexpected(Problem{reason, std::move(detail), std::move(field), {}});
}

/// For an error of the store or of `auth`.
[[nodiscard]] Problem problem_of(const Error& error);
/// For an error of HTTP.
[[nodiscard]] Problem problem_of(Errc code);

[[nodiscard]] http::Reply problem_reply(const Problem& problem);

}  // namespace weir::management
