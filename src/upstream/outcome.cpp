#include "upstream/outcome.hpp"

#include "base/enum_table.hpp"

namespace weir::upstream {
namespace {

// A stale connection was closed by the upstream's idle timer, most likely while the request was in
// transit: it says nothing about health, and a new connection is the remedy. An account or a model
// that is refused is refused to every call, and nothing was generated; a 403 may be about one
// request, whose contents another upstream may accept, but one that goes on is fast, and would make
// the upstream look idle. A page with a good status comes from a
// server that took the call for another one: an engine's failure has a status of its own.
constexpr EnumTable<Outcome, OutcomeRow> kRows({
    {Outcome::answered, {"answered", Evidence::good, Again::never}},
    {Outcome::account_refused,
     {"account_refused", Evidence::bad, Again::elsewhere, Level::upstream}},
    {Outcome::forbidden, {"forbidden", Evidence::weak, Again::elsewhere}},
    {Outcome::model_refused, {"model_refused", Evidence::bad, Again::elsewhere}},
    {Outcome::not_found, {"not_found", Evidence::weak, Again::elsewhere}},
    {Outcome::not_offered, {"not_offered", Evidence::none, Again::elsewhere}},
    {Outcome::rate_limited, {"rate_limited", Evidence::good, Again::elsewhere}},
    {Outcome::overloaded, {"overloaded", Evidence::bad, Again::elsewhere}},
    {Outcome::server_error, {"server_error", Evidence::bad, Again::never}},
    {Outcome::request_failed, {"request_failed", Evidence::none, Again::never}},
    {Outcome::no_socket, {"no_socket", Evidence::none, Again::elsewhere}},
    {Outcome::connect_failed,
     {"connect_failed", Evidence::bad, Again::elsewhere, Level::upstream, Trouble::connection}},
    {Outcome::options_refused, {"options_refused", Evidence::none, Again::same}},
    {Outcome::stale_connection, {"stale_connection", Evidence::none, Again::same}},
    {Outcome::reset_before_answer,
     {"reset_before_answer", Evidence::bad, Again::never, Level::model, Trouble::connection}},
    {Outcome::first_byte_timeout, {"first_byte_timeout", Evidence::bad, Again::never}},
    {Outcome::went_silent, {"went_silent", Evidence::bad, Again::never}},
    {Outcome::no_answer, {"no_answer", Evidence::bad, Again::elsewhere}},
    {Outcome::broken_answer, {"broken_answer", Evidence::bad, Again::never}},
    {Outcome::stalled, {"stalled", Evidence::bad, Again::never}},
    {Outcome::total_timeout, {"total_timeout", Evidence::none, Again::never}},
    {Outcome::cancelled, {"cancelled", Evidence::none, Again::never}},
});

}  // namespace

const OutcomeRow& describe(Outcome outcome) { return kRows[outcome]; }

Outcome outcome_of_status(int status) {
  switch (status) {
    case 401:
    case 402:
      return Outcome::account_refused;
    case 403:
      return Outcome::forbidden;
    case 429:
      return Outcome::rate_limited;
    case 503:
    case 529:
      return Outcome::overloaded;
    case 501:
    case 505:
      return Outcome::answered;
    default:
      return status >= 500 && status <= 599 ? Outcome::server_error : Outcome::answered;
  }
}

Again may_retry(Outcome outcome, bool can_replay) {
  return can_replay ? describe(outcome).again : Again::never;
}

}  // namespace weir::upstream
