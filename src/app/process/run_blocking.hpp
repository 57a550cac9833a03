/// Runs one coroutine on the calling thread: for commands, which wait for one thing at a time.
#pragma once

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include "net/task.hpp"

namespace weir::app {

/// Blocks until the task has ended.
template <class Value>
[[nodiscard]] Value run_blocking(net::Task<Value> task) {
  boost::asio::io_context context;
  auto future = boost::asio::co_spawn(context, std::move(task), boost::asio::use_future);
  context.run();
  return future.get();
}

}  // namespace weir::app
