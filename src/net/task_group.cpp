#include "net/task_group.hpp"

#include <exception>
#include <memory>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include "base/check.hpp"
#include "telemetry/log.hpp"

namespace weir::net {
namespace asio = boost::asio;
namespace {

void report(const char* name, const std::exception_ptr& failure) {
  try {
    std::rethrow_exception(failure);
  } catch (const boost::system::system_error& error) {
    // Normal cancellation: a cancelled task that awaits again ends with this.
    if (error.code() == asio::error::operation_aborted) return;
    telemetry::log_error("a task ended with an exception",
                         {{"task", name}, {"what", error.what()}});
  } catch (const std::exception& error) {
    telemetry::log_error("a task ended with an exception",
                         {{"task", name}, {"what", error.what()}});
  }
}

}  // namespace

TaskGroup::~TaskGroup() { CHECK(size_ == 0); }

void TaskGroup::spawn(const char* name, Task<> task) {
  auto running = std::make_unique<Running>();
  running_.push_back(*running);
  ++size_;
  const auto slot = running->signal.slot();
  auto ended = [this, name, running = std::move(running)](std::exception_ptr failure) mutable {
    if (failure) report(name, failure);
    running.reset();
    if (--size_ == 0) idle_.cancel();
  };
  asio::co_spawn(executor_, std::move(task), asio::bind_cancellation_slot(slot, std::move(ended)));
}

void TaskGroup::cancel() {
  for (auto it = running_.begin(); it != running_.end();) {
    auto& running = *it++;  // a task that ends at once removes itself from the list
    running.signal.emit(asio::cancellation_type::terminal);
  }
}

Task<> TaskGroup::join() {
  while (size_ > 0) {
    co_await idle_.async_wait(use_task);
  }
}

}  // namespace weir::net
