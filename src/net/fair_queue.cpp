#include "net/fair_queue.hpp"

#include <algorithm>

#include <boost/asio/post.hpp>

namespace weir::net {

void FairQueue::add(Resume resume) {
  waiting_.push_back(std::move(resume));
  post_turn();
}

void FairQueue::post_turn() {
  if (posted_) return;
  posted_ = true;
  boost::asio::post(executor_, [this] { take_turn(); });
}

// Arrivals during the turn wait for the next one.
void FairQueue::take_turn() {
  posted_ = false;
  const auto room = under_way_ < kMaxConcurrent ? kMaxConcurrent - under_way_ : 0;
  for (auto left = std::min(waiting_.size(), std::max(room, kAtLeast)); left > 0; --left) {
    auto resume = std::move(waiting_.front());
    waiting_.pop_front();
    resume();
  }
  if (!waiting_.empty()) post_turn();
}

}  // namespace weir::net
