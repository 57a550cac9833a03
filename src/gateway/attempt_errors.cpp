// Attempt, as far as an answer may be an error.
#include "dialect/endpoint.hpp"
#include "dialect/fault.hpp"
#include "gateway/attempt.hpp"
#include "gateway/failed_requests.hpp"
#include "gateway/fault_notes.hpp"
#include "gateway/passed_fields.hpp"
#include "telemetry/log.hpp"
#include "upstream/retry_after.hpp"

namespace weir::gateway {
namespace {

using upstream::Outcome;

// The cause of an error whose body says nothing.
dialect::Fault fault_of(Outcome outcome, dialect::Fault fault, int status) {
  if (outcome == Outcome::model_refused) return dialect::Fault::model;
  if (outcome != Outcome::account_refused || dialect::is_of_account(fault)) return fault;
  return status == 402 ? dialect::Fault::credit : dialect::Fault::key;
}

}  // namespace

// An error that cannot be read to its end is judged by what there is of it. One time limit for all
// of it: another upstream waits to be tried.
net::Task<> Attempt::read_error() {
  is_held_ = true;
  const auto most = static_cast<std::size_t>(context_->settings().max_error_bytes);
  const auto began = monotonic_now();
  auto piece = stream_->take_unread();
  for (;;) {
    if (!piece) co_return;
    held_ += *piece;
    if (stream_->done() || held_.size() >= most) break;
    stream_->keep_head();
    arm(context_->settings().error_body_timeout, Errc::upstream_idle_timeout, began);
    if (stream_->must_wait()) co_await stream_->read_more();
    piece = stream_->take_piece();
  }
}

// The fields that choose an account are not passed on with a body that was translated.
bool Attempt::names_account() const {
  return sent_as_.translated == nullptr && gateway::names_account(context_->client.request());
}

void Attempt::note_fault(const dialect::ErrorCause& cause) {
  const auto& upstream = choice_.route->upstream;
  const auto& model = choice_.route->model;
  const auto slug = dialect::kFaultNames[cause.fault];
  context_->gateway.metrics().count_fault(upstream, slug);
  // An account is the same for every model.
  const bool is_of_account = outcome_ == Outcome::account_refused;
  const FaultNote note{.model = is_of_account ? std::string{} : model,
                       .cause = std::string(slug),
                       .status = stream_->head().status,
                       .code = cause.code};
  if (!context_->gateway.shared().faults.note(upstream, note, monotonic_now())) return;
  telemetry::log_warn(is_of_account ? "upstream refuses the account" : "upstream lacks the model",
                      {{"upstream", upstream},
                       {"model", model},
                       {"cause", slug},
                       {"status", note.status},
                       {"code", note.code}});
}

bool Attempt::lacks_endpoint(Outcome outcome) const {
  return dialect::of(context_->input.endpoint).is_estimated() &&
         gateway::lacks_endpoint(stream_->head().status, outcome);
}

AttemptEnd Attempt::not_offered() {
  outcome_ = Outcome::not_offered;
  return {.outcome = outcome_, .error = Errc::upstream_refused};
}

bool Attempt::is_requests_fault(const Received& received) {
  if (outcome_ != Outcome::server_error || !received.is_whole()) return false;
  const auto request = fingerprint(context_->input.endpoint, received.body());
  auto& failed = context_->gateway.shared().failed_requests;
  return failed.add(request, *choice_.health, monotonic_now());
}

// Nothing: the client may see the answer.
std::optional<AttemptEnd> Attempt::judge_answer(const AttemptRequest& request) {
  const auto& head = stream_->head();
  has_reached_ = head.status < 300;
  if (has_reached_) return std::nullopt;
  if (auto end = judge_usage(head.status, held_)) return end;
  const catalogue::Route& route = *choice_.route;
  const auto& not_served = context_->gateway.shared().not_served;
  const auto cause = head.status >= 400 ? dialect::find_cause(head.status, held_, route.model)
                                        : dialect::ErrorCause{};
  const bool is_absent = head.status == 404 || head.status == 410;
  const bool may_deny = !is_absent || cause.fault == dialect::Fault::model;
  if (not_served && may_deny &&
      denies_route(head.status, route, destination().documented,
                   request.model.model_class.sub_types, choice_.endpoint)) {
    not_served(route.upstream, route.model);
  }
  // The client gets the value that the breaker uses: a date may have passed, or be years ahead.
  const auto retry_after = upstream::parse_retry_after(head.header("retry-after"), wall_now())
                               .transform(upstream::Breaker::bounded);
  auto end = classify_answer({.status = head.status,
                              .fault = cause.fault,
                              .retry_after = retry_after,
                              .names_model = cause.names_model,
                              .names_account = names_account(),
                              .names_request = place_ != nullptr});
  auto judged = judge(std::move(end), head.status, cause, request.received);
  if (judged && !is_held_) [[maybe_unused]]
    const auto body = stream_->take_unread();
  return judged;
}

std::optional<AttemptEnd> Attempt::judge_usage(int status, std::string_view body) {
  if (!sent_as_.adds_options || !can_replay_ || !dialect::may_blame_usage(status, body))
    return std::nullopt;
  return AttemptEnd{.outcome = Outcome::options_refused, .error = Errc::upstream_refused};
}

std::optional<AttemptEnd> Attempt::judge_error(std::string_view body, const Received& received) {
  const auto [status, cause] = dialect::read_stated_error(body, choice_.route->model);
  auto end = classify_answer({.status = status,
                              .fault = cause.fault,
                              .names_model = cause.names_model,
                              .names_account = names_account(),
                              .names_request = place_ != nullptr});
  if (!end.error) end.error = Errc::upstream_refused;
  // It would have to be shown as a success.
  end.is_showable = false;
  has_reached_ = false;
  return judge(std::move(end), status, cause, received);
}

std::optional<AttemptEnd> Attempt::judge(AttemptEnd end, int status, dialect::ErrorCause cause,
                                         const Received& received) {
  outcome_ = end.outcome;
  if (lacks_endpoint(end.outcome)) return not_offered();
  if (is_requests_fault(received)) {
    outcome_ = Outcome::request_failed;
    return std::nullopt;
  }
  cause.fault = fault_of(outcome_, cause.fault, status);
  const bool lacks_model = outcome_ == Outcome::not_found && cause.fault == dialect::Fault::model;
  if (outcome_ == Outcome::account_refused || outcome_ == Outcome::model_refused || lacks_model) {
    note_fault(cause);
  }
  if (!end.error) return std::nullopt;
  return end;
}

}  // namespace weir::gateway
