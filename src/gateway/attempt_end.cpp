#include "gateway/attempt_end.hpp"

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

AttemptEnd classify_no_head(const Error& error, const NoHead& connection, bool client_left) {
  if (error.code != Errc::upstream_broke || connection.has_answered) {
    return classify_error(error, Outcome::broken_answer, client_left);
  }
  // The connection had been closed before the request came, or it was closed because of it.
  const bool was_stale = connection.reused && connection.at_once;
  return classify_error(error, was_stale ? Outcome::stale_connection : Outcome::reset_before_answer,
                        client_left);
}

AttemptEnd classify_status(int status, std::optional<std::chrono::seconds> retry_after) {
  const auto outcome = upstream::outcome_of_status(status);
  if (outcome == Outcome::account_refused || outcome == Outcome::forbidden) {
    return {.outcome = outcome, .error = Errc::upstream_rejected_key};
  }
  if (status == 429) {
    return {.outcome = outcome, .error = Errc::upstream_rate_limited, .retry_after = retry_after};
  }
  if (status >= 500) {
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

NextStep next_step(const AttemptEnd& end, bool can_replay, int retries, int max_retries) {
  if (!end.error) return {};
  const auto again = upstream::may_retry(end.outcome, can_replay);
  if (again == upstream::Again::never) return {};
  // That an idle connection had been closed is nobody's failure, and costs nobody anything.
  if (again == upstream::Again::same) return {.is_retry = true, .at_same_upstream = true};
  if (retries >= max_retries) return {};
  const bool cost_nothing =
      end.outcome == Outcome::connect_failed || end.outcome == Outcome::no_socket ||
      end.outcome == Outcome::account_refused || end.outcome == Outcome::forbidden;
  return {.is_retry = true, .counts = true, .takes_from_budget = !cost_nothing};
}

}  // namespace weir::gateway
