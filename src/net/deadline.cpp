#include "net/deadline.hpp"

#include <boost/asio/this_coro.hpp>

#include "net/socket.hpp"

namespace weir::net {

Deadline::Deadline(DeadlineSweeper& sweeper)
    : sweeper_(&sweeper), entry_(&sweeper.entries_.emplace_back(MonotonicTime::max(), this)) {}

Deadline::~Deadline() {
  if (entry_ == nullptr) return;
  auto& entries = sweeper_->entries_;
  *entry_ = entries.back();
  entry_->deadline->entry_ = entry_;
  entries.pop_back();
}

DeadlineSweeper::~DeadlineSweeper() {
  for (const Entry& entry : entries_) entry.deadline->entry_ = nullptr;
}

// Runs from the back: a deadline destroyed meanwhile is replaced by the last entry, already
// checked.
void DeadlineSweeper::sweep(MonotonicTime now) {
  for (auto left = entries_.size(); left > 0; --left) {
    if (left > entries_.size()) continue;
    Entry& entry = entries_[left - 1];
    if (entry.at > now) continue;
    Deadline& deadline = *entry.deadline;
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
