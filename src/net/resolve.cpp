#include "net/resolve.hpp"

#include <memory>
#include <optional>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include "net/upstream_address.hpp"

namespace weir::net {
namespace asio = boost::asio;
namespace {

struct Lookup {
  explicit Lookup(Executor executor) : done(executor) {}
  Timer done;
  std::optional<Result<Endpoints>> found;
};

Result<Endpoints> resolve_blocking(const std::string& host, std::uint16_t port) {
  asio::io_context context;
  Tcp::resolver resolver(context);
  boost::system::error_code error;
  const auto results = resolver.resolve(host, std::to_string(port), error);
  if (error) {
    return fail(Errc::upstream_unreachable,
                fmt::format("cannot resolve {}: {}", host, error.message()));
  }
  Endpoints endpoints;
  for (const auto& entry : results) endpoints.push_back(entry.endpoint());
  return endpoints;
}

}  // namespace

Task<Result<Endpoints>> resolve(WorkerPool& pool, std::string host, std::uint16_t port,
                                MonotonicTime deadline) {
  boost::system::error_code not_an_address;
  const auto address = asio::ip::make_address(host, not_an_address);
  if (!not_an_address) co_return allowed_of(Endpoints(1, Tcp::endpoint(address, port)));

  Executor executor = co_await asio::this_coro::executor;
  auto lookup = std::make_shared<Lookup>(executor);
  lookup->done.expires_at(deadline);
  pool.post([lookup, host, port, deadline, guard = asio::make_work_guard(executor), executor] {
    // While a name service does not answer, lookups queue up whose callers have given up.
    if (monotonic_now() >= deadline) return;
    auto found = resolve_blocking(host, port);
    asio::post(executor, [lookup, found = std::move(found)]() mutable {
      lookup->found = std::move(found);
      lookup->done.cancel();
    });
  });
  co_await lookup->done.async_wait(use_task);
  if (lookup->found && *lookup->found) co_return allowed_of(**lookup->found);
  if (lookup->found) co_return std::move(*lookup->found);
  co_return fail(Errc::deadline_exceeded, "the name was not resolved in time");
}

}  // namespace weir::net
