#include "gateway/bill.hpp"

#include <algorithm>

namespace weir::gateway {
namespace {

bool has_worked(const Work& work) { return work.succeeded || (work.reached && work.was_taken); }

// Many clients leave with the last event, before the connection says that it was the last.
bool is_complete(const Work& work) { return work.succeeded || work.finished; }

// A total alone is divided by the estimate.
void divide(dialect::TokenUsage& usage, const Estimate& estimate) {
  const auto total = *usage.sum;
  usage.output = std::min(estimate.answer, total);
  usage.input = total - *usage.output;
}

// The tokens of the answer. A 0 despite text is no report, and a report from the start of a stream
// covers what came before it.
std::int64_t answer_of(const Work& work, const Estimate& estimate) {
  constexpr std::int64_t kFar = 4;
  constexpr std::int64_t kFew = 16;
  const auto reported = work.reported.output.value_or(0);
  if (reported == 0) return estimate.answer;
  if (!work.streamed) return reported;
  if (!is_complete(work)) return reported + estimate.unreported;
  const bool is_of_start =
      estimate.unreported == estimate.answer && estimate.answer > kFar * reported + kFew;
  return is_of_start ? reported + estimate.answer : reported;
}

// Images whose number cannot be read are all there in an answer that is. For a client that leaves
// they are made all the same.
std::int64_t images_of(const Work& work, const limit::Claim& claimed) {
  if (claimed.images == 0) return 0;
  if (work.client_left && !is_complete(work)) {
    return std::max(work.images.value_or(0), claimed.images);
  }
  return work.images.value_or(work.succeeded ? claimed.images : 0);
}

// Parts may be of another report than their whole.
void bound(std::optional<std::int64_t>& part, const std::optional<std::int64_t>& whole) {
  if (part) part = std::min(*part, whole.value_or(0));
}

}  // namespace

bool needs_prompt(const Work& work, const limit::Claim& claimed) {
  return claimed.tokens > 0 && has_worked(work) && work.reported.input.value_or(0) == 0;
}

Bill compute_bill(const Work& work, const limit::Claim& claimed, const Estimate& estimate) {
  Bill bill;
  bill.usage = work.reported;
  if (has_worked(work)) {
    bill.claim = claimed;
    bill.claim.images = images_of(work, claimed);
    bill.characters = work.characters;
  }
  if (has_worked(work) && claimed.tokens > 0) {
    if (bill.usage.sum && !bill.usage.input && !bill.usage.output) {
      divide(bill.usage, estimate);
    } else {
      const bool has_input = work.reported.input.value_or(0) > 0;
      bill.usage.input = has_input ? *work.reported.input : estimate.prompt;
      bill.usage.output = answer_of(work, estimate);
    }
  }
  if (bill.usage.known() || claimed.tokens > 0) bill.claim.tokens = bill.usage.total();
  bill.estimated = bill.claim.tokens != work.reported.total();
  bound(bill.usage.cached, bill.usage.input);
  bound(bill.usage.reasoning, bill.usage.output);
  return bill;
}

}  // namespace weir::gateway
