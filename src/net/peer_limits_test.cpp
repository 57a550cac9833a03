#include "net/peer_limits.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

namespace weir::net {
namespace {

using namespace std::chrono_literals;

int option(Socket& socket, int level, int name) {
  int value = 0;
  socklen_t size = sizeof value;
  EXPECT_EQ(::getsockopt(socket.native_handle(), level, name, &value, &size), 0);
  return value;
}

TEST(PeerLimits, AreTheSocketsOptions) {
  boost::asio::io_context context;
  Socket socket(context.get_executor(), Tcp::v4());
  limit_peer(socket, {.keepalive_interval = 1'500ms, .unacknowledged = 9'000ms});
  EXPECT_EQ(option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT), 9'000);
  EXPECT_NE(option(socket, SOL_SOCKET, SO_KEEPALIVE), 0);
  EXPECT_EQ(option(socket, IPPROTO_TCP, TCP_KEEPIDLE), 2) << "whole seconds";
  EXPECT_EQ(option(socket, IPPROTO_TCP, TCP_KEEPINTVL), 2);
}

TEST(PeerLimits, LeaveTheSystemsWhereTheyAreOff) {
  boost::asio::io_context context;
  Socket socket(context.get_executor(), Tcp::v4());
  limit_peer(socket, {});
  EXPECT_EQ(option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT), 0);
  EXPECT_EQ(option(socket, SOL_SOCKET, SO_KEEPALIVE), 0);
}

}  // namespace
}  // namespace weir::net
