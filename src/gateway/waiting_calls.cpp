#include "gateway/waiting_calls.hpp"

#include <boost/asio/post.hpp>

namespace weir::gateway {

// A call may leave the list as soon as its stream is aborted.
void WaitingCalls::OfThread::end(const upstream::Upstream& upstream, MonotonicTime sent_before) {
  for (auto next = calls_.begin(); next != calls_.end();) {
    Call& call = *next++;
    if (&call.upstream_ != &upstream || call.sent_ >= sent_before) continue;
    call.is_ended_ = true;
    call.stream_.abort(Errc::upstream_first_byte_timeout);
  }
}

void WaitingCalls::add(net::Executor executor, const std::shared_ptr<OfThread>& calls) {
  const std::lock_guard lock(mutex_);
  std::erase_if(threads_, [](const Thread& thread) { return thread.calls.expired(); });
  threads_.push_back({executor, calls});
}

void WaitingCalls::end(const std::shared_ptr<const upstream::Upstream>& upstream,
                       MonotonicTime sent_before) {
  const std::lock_guard lock(mutex_);
  for (const auto& [executor, calls] : threads_) {
    boost::asio::post(executor, [weak = calls, upstream, sent_before] {
      if (const auto waiting = weak.lock()) waiting->end(*upstream, sent_before);
    });
  }
}

}  // namespace weir::gateway
