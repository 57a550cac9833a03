#include "net/socket.hpp"

#include <charconv>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/this_coro.hpp>
#include <fmt/format.h>

#include "net/listen_probe.hpp"

namespace weir::net {
namespace asio = boost::asio;
namespace {

using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

std::unexpected<Error> bad_endpoint(std::string_view text) {
  return fail(Errc::config_invalid,
              fmt::format("\"{}\" is not an address to listen on; expected host:port, for example "
                          "127.0.0.1:8080 or [::1]:8080",
                          text));
}

}  // namespace

Result<Tcp::endpoint> parse_endpoint(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad_endpoint(text);
  std::string host{text.substr(0, colon)};
  const auto port_text = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto [end, parsed] =
      std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  if (parsed != std::errc{} || end != port_text.data() + port_text.size())
    return bad_endpoint(text);

  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (host == "localhost") host = "127.0.0.1";
  boost::system::error_code error;
  const auto address = asio::ip::make_address(host, error);
  if (error || address.is_v6() != bracketed) return bad_endpoint(text);
  return Tcp::endpoint(address, port);
}

std::string format_endpoint(const Tcp::endpoint& endpoint) {
  const auto address = endpoint.address().to_string();
  return endpoint.address().is_v6() ? fmt::format("[{}]:{}", address, endpoint.port())
                                    : fmt::format("{}:{}", address, endpoint.port());
}

Result<Acceptor> open_listener(Executor executor, const Tcp::endpoint& endpoint, int backlog) {
  Acceptor acceptor(executor);
  boost::system::error_code error;
  const auto failed = [&](std::string_view step) {
    return fail(Errc::config_invalid,
                fmt::format("cannot {} {}: {}", step, format_endpoint(endpoint), error.message()));
  };
  if (acceptor.open(endpoint.protocol(), error); error) return failed("open a socket for");
  acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (acceptor.set_option(ReusePort(true), error); error) return failed("share");
  if (acceptor.bind(endpoint, error); error) return failed("listen on");
  if (acceptor.listen(backlog, error); error) return failed("listen on");
  acceptor.non_blocking(true, error);
  return acceptor;
}

boost::system::error_code probe_listen(const Tcp::endpoint& endpoint) {
  asio::io_context context;
  Acceptor probe(context.get_executor());
  boost::system::error_code error;
  if (probe.open(endpoint.protocol(), error); error) return error;
  probe.set_option(asio::socket_base::reuse_address(true), error);
  probe.bind(endpoint, error);
  if (!error) probe.listen(1, error);
  return error;
}

bool is_taken(const Tcp::endpoint& endpoint) {
  return endpoint.port() != 0 && probe_listen(endpoint) == asio::error::address_in_use;
}

Task<> wait_for(std::chrono::milliseconds time) {
  Timer timer(co_await asio::this_coro::executor);
  timer.expires_after(time);
  co_await timer.async_wait(use_task);
}

}  // namespace weir::net
