/// How a coroutine waits for what no operation of Asio stands for.
#pragma once

#include <utility>

#include <boost/asio/async_result.hpp>

#include "net/task.hpp"

namespace weir::net {

/// Suspends whoever awaits it. `keep` gets what resumes the coroutine: to be called once, on its
/// thread; destroyed uncalled, it ends the coroutine.
template <class Keep>
[[nodiscard]] Task<> suspend(Keep keep) {
  auto token = boost::asio::use_awaitable_t<Executor>{};
  return boost::asio::async_initiate<boost::asio::use_awaitable_t<Executor>, void()>(keep, token);
}

}  // namespace weir::net
