#include "net/io_thread.hpp"

#include <pthread.h>

namespace weir::net {

IoThread::IoThread(std::string name) {
  work_.emplace(context_.get_executor());
  thread_ = std::thread([this, name = std::move(name)] {
    ::pthread_setname_np(::pthread_self(), name.substr(0, 15).c_str());
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
