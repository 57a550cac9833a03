#include "gateway/body_wait.hpp"

#include <algorithm>

#include <boost/asio/post.hpp>

namespace weir::gateway {

BodyWait::BodyWait(http::ClientStream& client, HeldBytes& held, std::int64_t bytes, bool has_begun,
                   std::int64_t kept)
    : Waiter({.bytes = bytes, .most = held.most(), .has_begun = has_begun, .kept = kept}),
      client_(client),
      held_(held),
      bytes_(bytes),
      has_begun_(has_begun),
      executor_(client.socket().get_executor()),
      state_(std::make_shared<State>(executor_)) {}

net::Task<Result<bool>> BodyWait::watch_and_wait(Patience patience) {
  client_.watch(*this);
  auto waiting = wait(patience);
  auto result = co_await std::move(waiting);
  client_.unwatch();
  co_return result;
}

net::Task<Result<bool>> BodyWait::wait(Patience patience) {
  if (held_.memory().enqueue(*this)) {
    note();
    if (is_over_) co_return fail(ended_);
    co_return true;
  }
  while (!is_over_ && !state_->granted && monotonic_now() < patience.until) {
    state_->timer.expires_at(std::min(monotonic_now() + patience.step, patience.until));
    co_await state_->timer.async_wait(net::use_task);
    if (is_over_ || state_->granted) break;
    auto& memory = held_.memory();
    if (has_begun_ ? memory.is_stuck() : memory.try_begin(*this, monotonic_now(), patience.step)) {
      break;
    }
  }
  // The memory may have been granted while the notification was on its way.
  const bool is_granted = state_->granted || !held_.memory().leave(*this);
  if (is_granted) note();
  if (is_over_) co_return fail(ended_);
  co_return is_granted;
}

void BodyWait::note() {
  if (has_begun_) {
    held_.note_held(bytes_);
  } else {
    held_.note_promised(bytes_);
  }
}

void BodyWait::end(Errc why) {
  ended_ = why;
  is_over_ = true;
  state_->timer.cancel();
}

void BodyWait::granted() noexcept {
  boost::asio::post(executor_, [state = state_] {
    state->granted = true;
    state->timer.cancel();
  });
}

}  // namespace weir::gateway
