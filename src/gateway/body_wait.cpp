#include "gateway/body_wait.hpp"

#include <boost/asio/post.hpp>

namespace weir::gateway {

BodyWait::BodyWait(http::ClientStream& client, HeldBytes& held, std::int64_t bytes, bool has_begun)
    : Waiter({.bytes = bytes, .most = held.most(), .has_begun = has_begun}),
      client_(client),
      held_(held),
      bytes_(bytes),
      has_begun_(has_begun),
      executor_(client.socket().get_executor()),
      state_(std::make_shared<State>(executor_)) {}

net::Task<Result<bool>> BodyWait::wait_until(MonotonicTime deadline) {
  state_->timer.expires_at(deadline);
  if (held_.memory().enqueue(*this)) {
    note();
    co_return true;
  }
  client_.watch(*this);
  if (!is_over_) co_await state_->timer.async_wait(net::use_task);
  client_.unwatch();
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
