#include "net/resolve.hpp"

#include <utility>

#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include "net/upstream_address.hpp"

namespace weir::net {
namespace asio = boost::asio;
namespace {

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
                                MonotonicTime deadline, Interrupt& interrupt) {
  boost::system::error_code not_an_address;
  const auto address = asio::ip::make_address(host, not_an_address);
  if (!not_an_address) co_return allowed_of(Endpoints(1, Tcp::endpoint(address, port)));

  auto look_up = [host, port, deadline]() -> Result<Endpoints> {
    // While a name service does not answer, lookups queue up whose callers have given up.
    if (monotonic_now() >= deadline) return fail(Errc::deadline_exceeded);
    return resolve_blocking(host, port);
  };
  auto looking = pool.run_until(std::move(look_up), deadline, interrupt);
  auto found = co_await std::move(looking);
  if (!found) co_return fail(Errc::deadline_exceeded, "the name was not resolved in time");
  if (!*found) co_return std::move(*found);
  co_return allowed_of(std::move(**found));
}

}  // namespace weir::net
