#include "net/send.hpp"

#include <array>
#include <string>

#include <boost/asio/read.hpp>
#include <gtest/gtest.h>

#include "net/connection_for_test.hpp"

namespace weir::net {
namespace {

namespace asio = boost::asio;

class SendTest : public testing::Test {
 protected:
  std::optional<std::size_t> send(asio::const_buffer piece) {
    return send_some(socket_, {&piece, 1});
  }
  std::string receive(std::size_t size) {
    std::string text(size, '\0');
    asio::read(peer_, asio::buffer(text));
    return text;
  }

  ConnectionForTest connection_;
  Socket& socket_ = connection_.socket;
  Socket& peer_ = connection_.peer;
};

TEST_F(SendTest, PiecesOfAnySizeArriveInTheirOrder) {
  for (const std::size_t large :
       {0UZ, 1UZ, 1000UZ, 4090UZ, 4095UZ, 4096UZ, 4097UZ, 20'000UZ, kSendBytes - 7}) {
    const std::string body(large, 'x');
    const std::array<asio::const_buffer, 5> pieces{asio::buffer("head", 4), asio::const_buffer(),
                                                   asio::buffer(body), asio::const_buffer(),
                                                   asio::buffer("end", 3)};
    ASSERT_EQ(send_some(socket_, pieces), large + 7);
    EXPECT_EQ(receive(large + 7), "head" + body + "end");
  }
}

TEST_F(SendTest, NothingIsSentOfNothing) {
  EXPECT_EQ(send_some(socket_, {}), 0);
  EXPECT_EQ(send_some(socket_, std::array<asio::const_buffer, 2>{}), 0);
}

TEST_F(SendTest, NoMoreGoesOutAtOnceThanTheKernelTakesNorThanOthersCanWaitFor) {
  const std::string much(4 * kSendBytes, 'x');
  std::size_t total = 0;
  for (;;) {
    const auto sent = send(asio::buffer(much));
    ASSERT_TRUE(sent);
    EXPECT_LE(*sent, kSendBytes);
    if (*sent == 0) break;
    total += *sent;
  }
  EXPECT_EQ(send(asio::buffer("x", 1)), 0) << "it is full";
  EXPECT_EQ(receive(total), std::string(total, 'x'));
}

TEST_F(SendTest, ALostConnectionIsTold) {
  socket_.shutdown(Socket::shutdown_send);
  EXPECT_FALSE(send(asio::buffer("x", 1)));
  const std::string much(10'000, 'x');
  EXPECT_FALSE(send(asio::buffer(much)));
  socket_.close();
  EXPECT_FALSE(send(asio::buffer("x", 1)));
}

}  // namespace
}  // namespace weir::net
