#include "gateway/hedge.hpp"

#include <utility>

namespace weir::gateway {

using upstream::Outcome;

Hedge::Hedge(CallContext& context, const Admitted& admitted, Received& received, First first)
    : Deadline(context.client.sweeper()),
      context_(context),
      admitted_(admitted),
      received_(received),
      first_(std::move(first)),
      tasks_(context.client.socket().get_executor()) {
  arm(first_.attempt.began() + context.settings().hedge_after);
}

void Hedge::on_expired() {
  if (context_.watch.is_over()) return;
  if (auto made = make_attempt()) second_.emplace(std::move(*made));
  if (!second_) return;
  has_begun_ = true;
  tasks_.spawn("hedge", run());
}

std::optional<Attempt> Hedge::make_attempt() {
  const auto now = monotonic_now();
  const auto choice = choose(first_.routes, first_.tried, context_.gateway.random(), now);
  if (!choice || choice->in_doubt) return std::nullopt;
  auto& upstream = *choice->destination->upstream;
  if (!upstream.slots().try_take()) return std::nullopt;
  HeldSlot slot(upstream.slots());
  const auto passes = upstream.try_admit(*choice->health, true, now);
  if (!passes) return std::nullopt;
  record_.received = context_.record().received;
  record_.upstream = choice->route->upstream;
  ++context_.record().attempts;
  return Attempt(context_, record_, *choice,
                 {.slot = std::move(slot), .passes = *passes, .began = now, .granted_at = now},
                 first_.elsewhere + (now - first_.attempt.began()));
}

// On a new connection: that an idle one had been closed would have to be found out first.
net::Task<> Hedge::run() {
  auto running = second_->run({.model = *admitted_.model,
                               .place = nullptr,
                               .received = received_,
                               .outbound = outbound_,
                               .on_new_connection = true,
                               .may_ask_usage = true});
  const auto end = co_await std::move(running);
  if (end) {
    // One that was given up has not failed.
    if (winner_ != Winner::first) failed_route_ = second_->choice().index;
    second_->conclude(*end, monotonic_now());
    second_.reset();
    co_return;
  }
  second_->hold_answer();
  if (winner_ != Winner::none) co_return;
  winner_ = Winner::second;
  first_.attempt.abandon();
}

net::Task<std::optional<Attempt>> Hedge::finish(bool has_failed) {
  if (winner_ == Winner::none && (!has_failed || context_.watch.is_over())) {
    winner_ = Winner::first;
    if (second_) second_->abandon();
  }
  co_await tasks_.join();
  if (!second_) co_return std::nullopt;
  if (winner_ == Winner::first || context_.watch.is_over()) {
    const AttemptEnd cancelled{.outcome = Outcome::cancelled};
    second_->conclude(cancelled, monotonic_now());
    second_.reset();
    co_return std::nullopt;
  }
  second_->move_to(context_.record());
  co_return std::move(second_);
}

}  // namespace weir::gateway
