#include "gateway/bill.hpp"

#include <algorithm>

namespace weir::gateway {

Bill compute_bill(const Work& work, const limit::Claim& claimed, std::int64_t prompt_tokens) {
  Bill bill;
  // Many clients leave with the last event, before the connection says that it was the last.
  const bool is_cut = work.streamed && !work.succeeded && !work.finished;
  bill.usage = work.reported.known() && is_cut ? dialect::cut_short(work.reported, work.events)
                                               : work.reported;
  const bool worked = work.succeeded || (work.reached && work.was_taken);
  if (worked) bill.claim = claimed;
  if (bill.usage.known()) {
    bill.claim.tokens = bill.usage.total();
  } else if (worked && !work.succeeded && work.streamed && claimed.tokens > 0) {
    // An event is about a token, and there will be no more of them.
    bill.claim.tokens =
        std::min(claimed.tokens, prompt_tokens + static_cast<std::int64_t>(work.events));
  }
  bill.estimated = bill.claim.tokens != work.reported.total();
  return bill;
}

}  // namespace weir::gateway
