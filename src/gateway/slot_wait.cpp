#include "gateway/slot_wait.hpp"

#include <boost/asio/post.hpp>

namespace weir::gateway {

SlotWait::SlotWait(net::Executor executor, upstream::Slots& slots)
    : executor_(executor), slots_(slots), state_(std::make_shared<State>(executor)) {}

net::Task<bool> SlotWait::wait_until(MonotonicTime deadline) {
  state_->timer.expires_at(deadline);
  switch (slots_.enqueue(*this)) {
    case upstream::Slots::Place::taken:
      co_return true;
    case upstream::Slots::Place::refused:
      co_return false;
    case upstream::Slots::Place::queued:
      break;
  }
  co_await state_->timer.async_wait(net::use_task);
  // The slot may have been granted while the notification was on its way.
  co_return state_->granted || !slots_.leave(*this);
}

void SlotWait::cancel() { state_->timer.cancel(); }

void SlotWait::granted() noexcept {
  boost::asio::post(executor_, [state = state_] {
    state->granted = true;
    state->timer.cancel();
  });
}

}  // namespace weir::gateway
