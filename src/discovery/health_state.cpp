#include "discovery/health_state.hpp"

namespace weir::discovery {
namespace {

HealthAnswer of_status(int status) {
  if (status >= 200 && status < 300) return HealthAnswer::alive;
  // 501 is about the method or the path. Any other 4xx comes from a front end that does not let
  // this request pass; 429 and the like are about load.
  if (status >= 500 && status != 501) return HealthAnswer::failing;
  if (status == 408 || status == 425 || status == 429) return HealthAnswer::unknown;
  return HealthAnswer::absent;
}

HealthAnswer of_error(Errc code) {
  switch (code) {
    case Errc::upstream_unreachable:
    case Errc::connection_lost:
      return HealthAnswer::refused;
    case Errc::deadline_exceeded:
    case Errc::upstream_connect_timeout:
      return HealthAnswer::unanswered;
    default:
      return HealthAnswer::unknown;
  }
}

}  // namespace

HealthAnswer read_health(const Result<Answer>& answer) {
  return answer ? of_status(answer->status) : of_error(answer.error().code);
}

void HealthState::answered(HealthAnswer answer, MonotonicTime now) {
  is_asking_ = false;
  if (answer == HealthAnswer::unknown) return;
  const bool is_absent = answer == HealthAnswer::absent;
  if (is_absent) absent_until_ = now + (was_alive_ ? kLostAbsence : kAbsence);
  const bool is_lifeless = answer == HealthAnswer::unanswered || answer == HealthAnswer::failing;
  lifeless_ = is_lifeless ? lifeless_ + 1 : 0;
  has_failed_ = answer != HealthAnswer::alive && !is_absent;
  was_alive_ = was_alive_ || answer == HealthAnswer::alive;
}

void HealthState::moved() {
  absent_until_ = MonotonicTime::min();
  lifeless_ = 0;
  was_alive_ = false;
}

void HealthState::forget() {
  moved();
  has_failed_ = false;
}

}  // namespace weir::discovery
