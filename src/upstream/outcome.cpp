#include "upstream/outcome.hpp"

#include <cstddef>
#include <iterator>

namespace weir::upstream {
namespace {

// A stale connection was closed by the upstream's idle timer, most likely while the request was in
// transit: it says nothing about health, and a new connection is the remedy.
constexpr OutcomeRow kRows[] = {
    {"answered", Evidence::good, Again::never},
    {"rate_limited", Evidence::good, Again::elsewhere},
    {"overloaded", Evidence::bad, Again::elsewhere},
    {"server_error", Evidence::bad, Again::never},
    {"no_socket", Evidence::none, Again::elsewhere},
    {"connect_failed", Evidence::bad, Again::elsewhere},
    {"stale_connection", Evidence::none, Again::same},
    {"reset_before_answer", Evidence::bad, Again::never},
    {"first_byte_timeout", Evidence::bad, Again::never},
    {"broken_answer", Evidence::bad, Again::never},
    {"stalled", Evidence::bad, Again::never},
    {"total_timeout", Evidence::none, Again::never},
    {"cancelled", Evidence::none, Again::never},
};
static_assert(std::size(kRows) == kOutcomeCount);

}  // namespace

const OutcomeRow& describe(Outcome outcome) { return kRows[static_cast<std::size_t>(outcome)]; }

Outcome outcome_of_status(int status) {
  switch (status) {
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
