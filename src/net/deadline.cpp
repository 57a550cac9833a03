#include "net/deadline.hpp"

#include <boost/asio/this_coro.hpp>

#include "net/socket.hpp"

namespace weir::net {

void DeadlineSweeper::sweep(MonotonicTime now) {
  for (auto it = deadlines_.begin(); it != deadlines_.end();) {
    Deadline& deadline = *it++;
    if (deadline.at_ > now) continue;
    deadline.disarm();
    deadline.expired_ = true;
    deadline.on_expired();
  }
}

Task<> DeadlineSweeper::run() {
  Timer timer(co_await boost::asio::this_coro::executor);
  for (;;) {
    timer.expires_after(kTick);
    const auto [error] = co_await timer.async_wait(use_task);
    if (error) co_return;
    sweep(monotonic_now());
  }
}

}  // namespace weir::net
