/// The one coroutine type, and the token to await Asio's operations with.
///
/// House rules for coroutines are in CONTRIBUTING.md; the two that matter most: a statement that
/// contains `co_await` builds no aggregate and no capturing lambda, and every wait has a deadline.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace weir::net {

/// Not the type-erased executor: every coroutine here runs on an io_context, and the concrete type
/// saves an indirection at each suspension.
using Executor = boost::asio::io_context::executor_type;

template <class T = void>
using Task = boost::asio::awaitable<T, Executor>;

/// Completes with a tuple that starts with the error_code: no exception crosses a `co_await`.
inline constexpr auto use_task = boost::asio::as_tuple(boost::asio::use_awaitable_t<Executor>{});

}  // namespace weir::net
