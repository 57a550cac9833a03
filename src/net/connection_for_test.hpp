/// Both ends of a TCP connection within a test.
#pragma once

#include "net/socket.hpp"

namespace weir::net {

/// `socket` is the end under test and non-blocking; the test plays the peer with `peer`.
///
/// Threads: the test's.
struct ConnectionForTest {
  ConnectionForTest() : socket(context.get_executor()), peer(context.get_executor()) {
    Acceptor acceptor(context.get_executor(), {boost::asio::ip::address_v4::loopback(), 0});
    peer.connect(acceptor.local_endpoint());
    acceptor.accept(socket);
    socket.non_blocking(true);
  }

  boost::asio::io_context context;
  Socket socket;
  Socket peer;
};

}  // namespace weir::net
