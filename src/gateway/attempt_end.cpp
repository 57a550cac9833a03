#include "gateway/attempt_end.hpp"

#include <fmt/format.h>

namespace weir::gateway {
namespace {

using upstream::Outcome;

bool is_first_endpoint(catalogue::Endpoint endpoint, catalogue::SubTypes sub_types) {
  bool first = false;
  sub_types.for_each([&](catalogue::SubType sub_type) {
    first = first || catalogue::first_endpoint_of(sub_type) == endpoint;
  });
  return first;
}

// Calls go to paths that Weir chooses, and name a model that the upstream is known to serve. But a
// request may name other things that are absent, and ask for what a model does not offer.
bool finds_nothing(const AnswerHead& answer) {
  const bool is_absent = answer.status == 404 || answer.status == 410;
  return is_absent && !answer.names_request && answer.fault == dialect::Fault::unknown;
}

Outcome outcome_by_cause(const AnswerHead& answer) {
  const auto by_status = upstream::outcome_of_status(answer.status);
  if (answer.status < 400 || by_status == Outcome::account_refused) return by_status;
  switch (answer.fault) {
    case dialect::Fault::key:
    case dialect::Fault::credit:
    case dialect::Fault::account:
      return Outcome::account_refused;
    case dialect::Fault::model:
      if (answer.names_request) return by_status;
      return answer.names_model ? Outcome::model_refused : Outcome::not_found;
    case dialect::Fault::rate:
      return Outcome::rate_limited;
    case dialect::Fault::overloaded:
      return by_status == Outcome::rate_limited ? by_status : Outcome::overloaded;
    case dialect::Fault::request:
    case dialect::Fault::unknown:
      return finds_nothing(answer) ? Outcome::not_found : by_status;
  }
  __builtin_unreachable();
}

// One client's choice of an account that is not Weir's says nothing of the upstream.
Outcome outcome_of(const AnswerHead& answer) {
  const auto outcome = outcome_by_cause(answer);
  const bool is_choice = answer.names_account && outcome == Outcome::account_refused;
  return is_choice ? Outcome::forbidden : outcome;
}

// Nothing was generated, and the upstream's load is not the reason.
bool cost_nothing(Outcome outcome) {
  switch (outcome) {
    case Outcome::connect_failed:
    case Outcome::no_socket:
    case Outcome::account_refused:
    case Outcome::model_refused:
    case Outcome::not_found:
    case Outcome::not_offered:
    case Outcome::forbidden:
      return true;
    default:
      return false;
  }
}

}  // namespace

AttemptEnd classify_error(const Error& error, Outcome otherwise, bool client_left) {
  if (client_left) return {.outcome = Outcome::cancelled, .error = Errc::client_left};
  switch (error.code) {
    // The client's connection; a lost one of the upstream is upstream_broke.
    case Errc::client_left:
    case Errc::connection_lost:
      return {.outcome = Outcome::cancelled, .error = Errc::client_left};
    case Errc::invalid_parameter:
      return {.outcome = Outcome::cancelled, .error = error.code, .message = error.detail};
    case Errc::stopping:
    case Errc::client_stalled:
    case Errc::request_timeout:
    case Errc::payload_too_large:
    case Errc::malformed_request:
      return {.outcome = Outcome::cancelled, .error = error.code};
    case Errc::upstream_total_timeout:
      return {.outcome = Outcome::total_timeout, .error = error.code};
    case Errc::upstream_idle_timeout: {
      const bool connects = otherwise == Outcome::connect_failed;
      return {.outcome = connects ? otherwise : Outcome::stalled, .error = error.code};
    }
    case Errc::upstream_first_byte_timeout:
      return {.outcome = Outcome::first_byte_timeout, .error = error.code};
    default:
      return {.outcome = otherwise, .error = error.code};
  }
}

std::string timeout_text(Errc code, MonotonicClock::duration limit, bool sends) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(limit).count();
  const auto text = ms % 1000 == 0 ? fmt::format("{} s", ms / 1000)
                    : ms < 1000    ? fmt::format("{} ms", ms)
                                   : fmt::format("{:.1f} s", static_cast<double>(ms) / 1000);
  switch (code) {
    case Errc::upstream_connect_timeout:
      return fmt::format("The upstream of this model did not accept a connection within {}.", text);
    case Errc::upstream_first_byte_timeout:
      return fmt::format("The upstream of this model did not begin its answer within {}.", text);
    case Errc::upstream_idle_timeout:
      if (sends) {
        return fmt::format("The upstream of this model took nothing of the request for {}.", text);
      }
      return fmt::format("The upstream of this model sent nothing for {}.", text);
    case Errc::upstream_total_timeout:
      return fmt::format("The call took longer than {}.", text);
    default:
      return {};
  }
}

AttemptEnd classify_no_head(const Error& error, const NoHead& connection, bool client_left) {
  if (error.code != Errc::upstream_broke || connection.has_answered) {
    return classify_error(error, Outcome::broken_answer, client_left);
  }
  // The connection had been closed before the request came, or it was closed because of it.
  const bool was_stale = connection.reused && connection.at_once;
  return classify_error(error, was_stale ? Outcome::stale_connection : Outcome::reset_before_answer,
                        client_left);
}

AttemptEnd classify_answer(const AnswerHead& answer) {
  const auto status = answer.status;
  const auto retry_after = answer.retry_after;
  const auto outcome = outcome_of(answer);
  switch (outcome) {
    case Outcome::account_refused:
      return {.outcome = outcome, .error = Errc::upstream_rejected_key};
    case Outcome::forbidden:
      return {.outcome = outcome,
              .error = Errc::upstream_rejected_key,
              .plain = answer.names_account
                           ? "The upstream of this model refuses the organization or the project "
                             "that the request names."
                           : "The upstream of this model refuses this request."};
    case Outcome::model_refused:
    case Outcome::not_found:
      return {.outcome = outcome,
              .error = Errc::upstream_refused,
              .is_showable = status >= 400 && status < 500 && status != 403 && status != 429};
    case Outcome::rate_limited:
      return {.outcome = outcome,
              .error = Errc::upstream_rate_limited,
              .retry_after = retry_after,
              .plain = "The upstream of this model has reached a rate limit of its own."};
    default:
      break;
  }
  if (status >= 500 || outcome == Outcome::overloaded) {
    return {.outcome = outcome, .error = Errc::upstream_refused, .retry_after = retry_after};
  }
  if (status >= 300 && status < 400) {
    return {.outcome = Outcome::broken_answer, .error = Errc::upstream_answer_invalid};
  }
  return {.outcome = outcome};
}

bool denies_route(int status, const catalogue::Route& route, catalogue::Endpoints documented,
                  catalogue::SubTypes sub_types, catalogue::Endpoint endpoint) {
  if (status != 404 && status != 405 && status != 410 && status != 501) return false;
  if (route.status == catalogue::Status::unavailable) return false;
  const bool assumed = !route.listed || !documented.intersects(catalogue::endpoints_of(sub_types));
  return assumed && is_first_endpoint(endpoint, sub_types);
}

bool lacks_endpoint(int status, Outcome outcome) {
  if (status >= 200 && status < 300) {
    return outcome == Outcome::server_error || outcome == Outcome::not_found ||
           outcome == Outcome::no_answer;
  }
  if (status != 404 && status != 405 && status != 410 && status != 501) return false;
  return outcome == Outcome::answered || outcome == Outcome::not_found;
}

NextStep next_step(const AttemptEnd& end, bool can_replay, bool is_repeatable, int retries,
                   int max_retries) {
  if (!end.error) return {};
  auto again = upstream::may_retry(end.outcome, can_replay);
  if (end.outcome == Outcome::went_silent && is_repeatable && can_replay)
    again = upstream::Again::elsewhere;
  if (again == upstream::Again::never) return {};
  // That an idle connection had been closed is nobody's failure, and costs nobody anything.
  if (again == upstream::Again::same) return {.is_retry = true, .at_same_upstream = true};
  if (max_retries == 0) return {};
  // As many as there are routes: each is tried once.
  if (cost_nothing(end.outcome)) return {.is_retry = true};
  if (retries >= max_retries) return {};
  return {.is_retry = true, .counts = true, .takes_from_budget = true};
}

}  // namespace weir::gateway
