/// Suspends a coroutine for events that are not Asio operations.
#pragma once

#include <utility>

#include <boost/asio/async_result.hpp>

#include "net/task.hpp"

namespace weir::net {

/// Suspends the awaiting coroutine. `keep` receives the function that resumes it: call it once, on
/// the coroutine's thread; destroying it uncalled ends the coroutine.
template <class Keep>
[[nodiscard]] Task<> suspend(Keep keep) {
  auto token = boost::asio::use_awaitable_t<Executor>{};
  return boost::asio::async_initiate<boost::asio::use_awaitable_t<Executor>, void()>(keep, token);
}

}  // namespace weir::net
