#include "gateway/call.hpp"

#include "upstream/pool.hpp"

namespace weir::gateway {

Call::Call(Gateway& gateway, CallInput&& input)
    : gateway_(gateway),
      input_(std::move(input)),
      client_(*input_.exchange.client),
      record_(input_.record),
      asked_(std::make_unique<Asked>()) {
  record_.endpoint = input_.endpoint;
  record_.received = input_.exchange.whole;
}

// A coroutine's frame keeps its locals until it ends, and a stream is long: so the stages before
// the answer are coroutines that end first, and the rest is in plain functions.
net::Task<> Call::run() {
  const bool received = names_one_type() && (take_at_hand() || co_await receive());
  if (received && read_request() && admit()) {
    total_deadline_ = record_.received + settings().total_timeout;
    client_.watch(*this);
    while (co_await find_answer()) {
      co_await (is_submission() ? answer_submission() : answer());
      if (!conclude()) break;
    }
    client_.unwatch();
    if (left_) {
      refuse(Errc::client_left);
    } else if (must_end_ && record_.phase != Phase::done) {
      refuse(Errc::stopping);
    }
  }
  end();
}

bool Call::read_request() {
  if (catalogue::describe(input_.endpoint).body != catalogue::BodyForm::json) return true;
  const auto read = read_json();
  if (!read) refuse_request(read.error());
  return read.has_value();
}

void Call::refuse_request(const Error& error) {
  refuse(error.code == Errc::connection_lost ? Errc::client_left : error.code,
         error.code == Errc::invalid_parameter ? error.detail : std::string{});
}

void Call::end() {
  const auto now = monotonic_now();
  settle(now);
  release_held();
  const auto reason = refusal_ ? std::optional(refusal_->code) : std::nullopt;
  gateway_.metrics_.record(record_, reason, now);
  if (reason) input_.exchange.reason = reason;
}

void Call::refuse(Errc code, std::string message) {
  refusal_ = std::make_unique<Refusal>(
      Refusal{.code = code, .message = std::move(message), .retry_after = {}, .fields = {}});
  if (code == Errc::overloaded) refusal_->retry_after = std::chrono::seconds(1);
}

void Call::client_left() {
  left_ = true;
  if (waiting_ != nullptr) waiting_->cancel();
  if (server_) server_->abort(Errc::client_left);
}

// Ends the pending wait; the call then ends with the resulting answer.
void Call::must_end() {
  must_end_ = true;
  if (waiting_ != nullptr) waiting_->cancel();
  if (server_) server_->abort(Errc::stopping);
}

}  // namespace weir::gateway
