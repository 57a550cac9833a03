#include "net/io_thread.hpp"

#include <pthread.h>

#include "net/loop_watch.hpp"

namespace weir::net {

IoThread::IoThread(std::string name, telemetry::Registry* registry) {
  work_.emplace(context_.get_executor());
  thread_ = std::thread([this, registry, name = std::move(name)] {
    ::pthread_setname_np(::pthread_self(), name.substr(0, 15).c_str());
    std::optional<LoopWatch> watch;
    if (registry != nullptr) watch.emplace(name, *registry);
    context_.run();
  });
}

IoThread::~IoThread() { stop(); }

void IoThread::stop() {
  work_.reset();
  context_.stop();
  if (thread_.joinable()) thread_.join();
}

}  // namespace weir::net
