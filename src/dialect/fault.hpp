/// Tells from an upstream's error whether the request is at fault, Weir's account there, or the
/// upstream itself. Providers report an account without credit as 400, 402, 403, 429 or 500, and a
/// key that is not valid as 400, 401 or 403, so that the status alone does not tell.
///
/// A code or type decides if it is known, else the message's wording. A message may repeat texts
/// and member names of the request: only a known sentence at its beginning is read, and nothing of
/// a validator's message.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/enum_table.hpp"

namespace weir::dialect {

/// The cause of an error. The enumerator is the log word and the metric label.
enum class Fault : std::uint8_t {
  unknown,     ///< nothing that is recognised: the status decides
  request,     ///< the request itself, or its contents
  key,         ///< Weir's key is missing, malformed, expired or revoked
  credit,      ///< no credit, an exhausted quota or budget, an unpaid bill
  account,     ///< the account is suspended, or may not use the service or the model
  model,       ///< the upstream does not have the model, or not any more
  rate,        ///< too many requests or tokens for now
  overloaded,  ///< the upstream has no capacity for now
};
inline constexpr EnumNames<Fault> kFaultNames({
    {Fault::unknown, "unknown"},
    {Fault::request, "request"},
    {Fault::key, "key"},
    {Fault::credit, "credit"},
    {Fault::account, "account"},
    {Fault::model, "model"},
    {Fault::rate, "rate"},
    {Fault::overloaded, "overloaded"},
});

/// True for a fault of Weir's account, which every call meets.
[[nodiscard]] constexpr bool is_of_account(Fault fault) {
  return fault == Fault::key || fault == Fault::credit || fault == Fault::account;
}

struct ErrorCause {
  Fault fault = Fault::unknown;
  std::string code =
      {};  ///< the upstream's own code that decided; empty: its wording or the status did
  /// Fault::model: by a code, or a message that has the id which was sent. Else the request may be
  /// the reason.
  bool names_model = false;
};

/// `body`: of an answer with this error status, or its beginning. It may be JSON of any family's
/// shape, a JSON string, plain text or HTML. `model`: the id that was sent to the upstream.
/// Cost: one pass; for errors only.
[[nodiscard]] ErrorCause find_cause(int status, std::string_view body, std::string_view model);

/// An error that came with status 200: as an event, or as the whole body.
struct StatedError {
  int status = 500;  ///< the one that it names, if that tells whose fault it is; else 500
  ErrorCause cause = {};
};
/// `body`, `model`: as in find_cause.
[[nodiscard]] StatedError read_stated_error(std::string_view body, std::string_view model);

/// The message in the body of an error; empty if there is none. `body`: as in find_cause.
[[nodiscard]] std::string error_message(std::string_view body);

/// True if an error of a request that Weir asked for its usage in may be about that: a 400 or a
/// 422, or one that came with status 200, that mentions it, otherwise than by repeating the
/// request. `body`: as in find_cause.
[[nodiscard]] bool may_blame_usage(int status, std::string_view body);

/// True if an error that came with status 200, or an event of one, says that the request itself is
/// at fault. `body`: as in find_cause.
[[nodiscard]] bool blames_request(std::string_view body);

}  // namespace weir::dialect
