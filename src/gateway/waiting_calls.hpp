/// The calls that wait for the beginning of an answer, so that those at an upstream that has
/// stopped answering can end before their time.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include <boost/intrusive/list.hpp>

#include "base/clock.hpp"
#include "http/server_stream.hpp"
#include "net/task.hpp"
#include "upstream/upstream.hpp"

namespace weir::gateway {

/// Threads: any.
class WaitingCalls {
 public:
  class OfThread;

  /// One call, as long as it waits. All that it is made from outlives it.
  class Call : public boost::intrusive::list_base_hook<> {
   public:
    Call(OfThread& calls, http::ServerStream& stream, upstream::Upstream& upstream,
         MonotonicTime sent);
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    ~Call();

    /// Whether it was ended because its upstream went silent.
    [[nodiscard]] bool is_ended() const { return is_ended_; }

   private:
    friend class OfThread;
    OfThread& calls_;
    http::ServerStream& stream_;
    const upstream::Upstream& upstream_;
    const MonotonicTime sent_;
    bool is_ended_ = false;
  };

  /// The calls of one thread. Threads: its own.
  class OfThread {
   public:
    OfThread() = default;
    OfThread(const OfThread&) = delete;
    OfThread& operator=(const OfThread&) = delete;

    /// Ends the calls that have waited for `upstream` since before `sent_before`.
    void end(const upstream::Upstream& upstream, MonotonicTime sent_before);

   private:
    friend class Call;
    boost::intrusive::list<Call, boost::intrusive::constant_time_size<false>> calls_;
  };

  /// The calls of the thread of `executor`.
  void add(net::Executor executor, const std::shared_ptr<OfThread>& calls);

  /// The same as OfThread's, on every thread.
  void end(const std::shared_ptr<const upstream::Upstream>& upstream, MonotonicTime sent_before);

 private:
  struct Thread {
    net::Executor executor;
    std::weak_ptr<OfThread> calls;
  };

  std::mutex mutex_;
  std::vector<Thread> threads_;  ///< guarded by mutex_
};

inline WaitingCalls::Call::Call(OfThread& calls, http::ServerStream& stream,
                                upstream::Upstream& upstream, MonotonicTime sent)
    : calls_(calls), stream_(stream), upstream_(upstream), sent_(sent) {
  // Until now nobody waited: there was nothing to hear.
  if (upstream.slots().in_flight() == 1) upstream.heard(sent);
  calls_.calls_.push_back(*this);
}

inline WaitingCalls::Call::~Call() { calls_.calls_.erase(calls_.calls_.iterator_to(*this)); }

}  // namespace weir::gateway
