#include "gateway/settlement.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "dialect/endpoint.hpp"
#include "gateway/prompt_estimate.hpp"

namespace weir::gateway {

using dialect::Meter;

Settlement::Settlement(CallContext& context, Admitted& admitted,
                       std::unique_ptr<Received>& received)
    : context_(context),
      admitted_(admitted),
      received_(received),
      is_sample_(counts(Meter::input_tokens) &&
                 context.gateway.shared().forecast.wants_sample(admitted.model->counted_id())) {}

bool Settlement::counts(Meter meter) const {
  return dialect::of(context_.input.endpoint).counts(meter);
}

void Settlement::weigh_prompt() {
  if (prompt_ || !received_ || !counts(Meter::input_tokens)) return;
  prompt_ = weigh_body(received_->body());
}

// An answer has no more tokens than the client allowed.
std::int64_t Settlement::answer_tokens(const codec::TextWeight& text) const {
  if (!counts(Meter::output_tokens)) return 0;
  const auto& forecast = context_.gateway.shared().forecast;
  const auto tokens = forecast.answer_tokens(context_.record().model, {.weight = text});
  return std::min(tokens, admitted_.shape.answer_bound().value_or(tokens));
}

Work Settlement::work() const {
  const CallRecord& record = context_.record();
  // Comments are no answer.
  const bool has_begun = context_.client.begun() && record.first_event != MonotonicTime{};
  return {.reached = reached_,
          .succeeded = succeeded_,
          .finished = finished_,
          .streamed = record.streamed,
          .was_taken = context_.watch.has_left() || has_begun,
          .client_left = context_.watch.has_left(),
          .reported = record.usage,
          .images = images_,
          .characters = admitted_.characters};
}

Bill Settlement::make_bill() {
  const CallRecord& record = context_.record();
  Work work = this->work();
  if (const auto& batch = admitted_.batch) {
    work.reported = {};
    return compute_bill(work, admitted_.claim, {.prompt = batch->prompt, .answer = batch->answer});
  }
  if (is_sample_ || needs_prompt(work, admitted_.claim)) weigh_prompt();
  Estimate estimate{.answer = answer_tokens(text_), .unreported = answer_tokens(unreported_)};
  if (prompt_) {
    estimate.prompt = context_.gateway.shared().forecast.prompt_tokens(record.model, *prompt_);
  }
  return compute_bill(work, admitted_.claim, estimate);
}

// Forecasts are learned from all calls, scales from reports only.
void Settlement::learn(const Bill& bill) {
  // The tokens of a session or a batch are those of many requests.
  const bool is_many = context_.input.session != nullptr || admitted_.batch;
  if (!succeeded_ || !bill.usage.known() || is_many) return;
  auto& forecast = context_.gateway.shared().forecast;
  const auto& model = context_.record().model;
  const auto input = bill.usage.input.value_or(0);
  const auto output = bill.usage.output.value_or(0);
  const auto& shape = admitted_.shape;
  const auto answers = std::max<std::int64_t>(shape.answers, 1) * shape.prompts;
  // Numbers as a prompt say nothing of the tokens in a body's bytes.
  const bool is_text = shape.token_ids == 0;
  forecast.learn(model, is_text ? shape.body_bytes : 0, input, (output + answers - 1) / answers);
  const auto& reported = context_.record().usage;
  if (prompt_ && reported.input) forecast.learn_prompt(model, *prompt_, *reported.input);
  if (!reported.output || bill.estimated || text_.total() == 0) return;
  // Reasoning may have been hidden.
  const auto shown = *reported.output - reported.reasoning.value_or(0);
  const auto expected = answer_tokens(text_);
  const bool is_hidden =
      std::abs(shown - expected) < std::abs(*reported.output - expected) && shown > 0;
  forecast.learn_answer(model, {.weight = text_}, is_hidden ? shown : *reported.output);
}

void Settlement::settle(MonotonicTime now) {
  if (std::exchange(is_settled_, true)) return;
  CallRecord& record = context_.record();
  const Bill bill = make_bill();
  admitted_.reservation.settle(bill.claim, now);
  record.charged_tokens = bill.claim.tokens;
  record.images = bill.claim.images;
  record.estimated = bill.estimated;
  learn(bill);
  // A call that was tried nowhere was refused, unless Weir itself answered it.
  if (record.attempts > 0 || succeeded_) count(bill);
}

void Settlement::count(const Bill& bill) {
  store::UsageCounts counts;
  counts.requests = 1;
  counts.failed = succeeded_ ? 0 : 1;
  counts.completion_tokens = bill.usage.output.value_or(0);
  counts.prompt_tokens = bill.usage.total() - counts.completion_tokens;
  counts.images = bill.claim.images;
  counts.cached_tokens = bill.usage.cached.value_or(0);
  counts.reasoning_tokens = bill.usage.reasoning.value_or(0);
  if (this->counts(Meter::audio_seconds)) counts.audio_seconds = bill.usage.audio_seconds;
  counts.characters = bill.characters;
  counts.estimated = bill.estimated ? 1 : 0;
  const auto& exchange = context_.input.exchange;
  const auto day = std::chrono::floor<std::chrono::days>(exchange.whole_at);
  context_.gateway.usage().record(day, exchange.caller, context_.record().model, counts);
}

}  // namespace weir::gateway
