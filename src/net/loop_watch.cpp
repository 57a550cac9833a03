#include "net/loop_watch.hpp"

#include <sys/epoll.h>
#include <utility>

#include "telemetry/log.hpp"

namespace weir::net {

namespace {

thread_local LoopWatch* watch_of_this_thread = nullptr;

}  // namespace

LoopWatch::LoopWatch(std::string thread, telemetry::Registry& registry)
    : thread_(std::move(thread)),
      stalls_(telemetry::register_counter(registry, kLoopStalls).Add({{"thread", thread_}})),
      longest_(telemetry::register_gauge(registry, kLongestTurn).Add({{"thread", thread_}})) {
  timer_.begin(coarse_monotonic_now());
  watch_of_this_thread = this;
}

LoopWatch::~LoopWatch() { watch_of_this_thread = nullptr; }

void LoopWatch::wait_begins() {
  const auto turn = timer_.end(coarse_monotonic_now(), thread_cpu_time);
  if (turn.own > std::chrono::milliseconds(0)) count(turn);
}

void LoopWatch::count(const TurnTimer::Turn& turn) {
  const double seconds = std::chrono::duration<double>(turn.own).count();
  if (seconds > longest_.Value()) longest_.Set(seconds);
  if (turn.own > kStall) stalls_.Increment();
  if (turn.wall < kWorthALine) return;
  using std::chrono::duration_cast;
  using std::chrono::milliseconds;
  telemetry::log_warn("an event loop was held up",
                      {{"thread", thread_},
                       {"wall_ms", duration_cast<milliseconds>(turn.wall).count()},
                       {"own_ms", duration_cast<milliseconds>(turn.own).count()}});
}

}  // namespace weir::net

// Names prescribed by the linker's --wrap=epoll_wait.
extern "C" {

int __real_epoll_wait(int epoll, epoll_event* events, int max_events, int timeout);

int __wrap_epoll_wait(int epoll, epoll_event* events, int max_events, int timeout) {
  auto* watch = weir::net::watch_of_this_thread;
  if (watch == nullptr) return __real_epoll_wait(epoll, events, max_events, timeout);
  watch->wait_begins();
  const int ready = __real_epoll_wait(epoll, events, max_events, timeout);
  watch->wait_ended();
  return ready;
}

}  // extern "C"
