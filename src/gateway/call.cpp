#include "gateway/call.hpp"

#include "upstream/pool.hpp"

namespace weir::gateway {

Call::Call(Gateway& gateway, CallInput&& input)
    : gateway_(gateway),
      input_(std::move(input)),
      client_(*input_.exchange.client),
      record_(input_.record) {
  record_.endpoint = input_.endpoint;
  record_.received = input_.exchange.whole;
}

net::Task<std::optional<Refusal>> Call::run() {
  Result<> received;
  if (!take_at_hand()) {
    received = co_await receive();
    record_.received = monotonic_now();
  }
  if (received && catalogue::describe(input_.endpoint).body == catalogue::BodyForm::json) {
    received = read_json();
  }
  if (!received) {
    const auto& error = received.error();
    refuse(error.code == Errc::connection_lost ? Errc::client_left : error.code,
           error.code == Errc::invalid_parameter ? error.detail : std::string{});
    if (error.code == Errc::overloaded) refusal_->retry_after = std::chrono::seconds(1);
  } else if (admit()) {
    total_deadline_ = record_.received + settings().total_timeout;
    client_.watch(*this, request_.streamed);
    co_await call_upstreams();
    client_.unwatch();
    if (left_) refuse(Errc::client_left);
  }
  settle();
  give_back();
  const auto reason = refusal_ ? std::optional(refusal_->code) : std::nullopt;
  gateway_.metrics_.record(record_, reason, monotonic_now());
  if (reason) input_.exchange.reason = reason;
  co_return std::move(refusal_);
}

void Call::refuse(Errc code, std::string message) {
  refusal_ = Refusal{.code = code, .message = std::move(message), .retry_after = {}, .fields = {}};
}

void Call::client_left() {
  left_ = true;
  if (waiting_ != nullptr) waiting_->cancel();
  if (server_) server_->abort(Errc::client_left);
}

}  // namespace weir::gateway
