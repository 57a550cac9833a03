#include "net/connect.hpp"

#include <cerrno>
#include <deque>
#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <gtest/gtest.h>

namespace weir::net {
namespace {

namespace asio = boost::asio;
const Tcp::endpoint kAnyPort(asio::ip::address_v4::loopback(), 0);

class ConnectorTest : public testing::Test {
 protected:
  // An address that drops connection attempts: its accept queue has one place, which is taken, and
  // the kernel ignores further SYNs.
  Tcp::endpoint silent() {
    auto& acceptor = acceptors_.emplace_back(context_.get_executor());
    acceptor.open(kAnyPort.protocol());
    acceptor.bind(kAnyPort);
    acceptor.listen(0);
    fillers_.emplace_back(context_.get_executor()).connect(acceptor.local_endpoint());
    acceptor.wait(Acceptor::wait_read);
    return acceptor.local_endpoint();
  }
  Tcp::endpoint listening() {
    return acceptors_.emplace_back(context_.get_executor(), kAnyPort).local_endpoint();
  }
  // An address that refuses connections: the port is bound but not listening.
  Tcp::endpoint refusing() {
    auto& acceptor = acceptors_.emplace_back(context_.get_executor());
    acceptor.open(kAnyPort.protocol());
    acceptor.bind(kAnyPort);
    return acceptor.local_endpoint();
  }

  void begin(Endpoints endpoints, MonotonicTime deadline = MonotonicTime::max()) {
    connector_.emplace(context_.get_executor(), std::move(endpoints));
    start(deadline);
  }
  void start(MonotonicTime deadline = MonotonicTime::max()) {
    asio::co_spawn(context_, run(deadline),
                   [](std::exception_ptr problem) { ASSERT_FALSE(problem); });
  }
  Task<> run(MonotonicTime deadline) {
    auto connecting = connector_->connect(deadline);
    ended_.emplace(co_await std::move(connecting));
  }
  Result<Connector::Connected>& end() {
    while (!ended_ && context_.run_one() > 0) {
    }
    return ended_.value();
  }
  Result<Connector::Connected>& connect(Endpoints endpoints) {
    begin(std::move(endpoints));
    return end();
  }

  asio::io_context context_;
  std::deque<Acceptor> acceptors_;
  std::deque<Socket> fillers_;
  std::optional<Connector> connector_;
  std::optional<Result<Connector::Connected>> ended_;
};

TEST_F(ConnectorTest, TakesTheFirstThatIsThere) {
  const auto& connected = connect({listening(), listening()});
  ASSERT_TRUE(connected);
  EXPECT_EQ(connected->index, 0U);
  EXPECT_EQ(connected->socket.remote_endpoint(), acceptors_[0].local_endpoint());
  EXPECT_TRUE(connected->socket.non_blocking());
}

TEST_F(ConnectorTest, GoesOnAfterOneThatRefuses) {
  const auto& connected = connect({refusing(), listening()});
  ASSERT_TRUE(connected);
  EXPECT_EQ(connected->index, 1U);
}

TEST_F(ConnectorTest, DoesNotWaitForOneThatIsSilent) {
  const auto began = monotonic_now();
  const auto& connected = connect({silent(), silent(), refusing(), listening()});
  ASSERT_TRUE(connected);
  EXPECT_GE(monotonic_now() - began, 2 * Connector::kHeadStart);
  EXPECT_EQ(connected->index, 3U);
  EXPECT_EQ(connected->socket.remote_endpoint(), acceptors_[3].local_endpoint());
}

TEST_F(ConnectorTest, StillTakesOneThatAnswersLate) {
  begin({silent(), refusing()});
  // The second attempt begins after the first one's head start; only then does the first succeed.
  asio::steady_timer later(context_, 2 * Connector::kHeadStart);
  later.async_wait([this](boost::system::error_code) {
    EXPECT_FALSE(ended_);
    fillers_.clear();
    acceptors_[0].accept();
  });
  ASSERT_TRUE(end());
  EXPECT_EQ((*ended_)->index, 0U);
}

TEST_F(ConnectorTest, SaysWhyNoneIsThere) {
  const auto& connected = connect({refusing(), refusing()});
  ASSERT_FALSE(connected);
  EXPECT_EQ(connected.error().code, Errc::upstream_unreachable);
  EXPECT_EQ(connected.error().detail, "Connection refused");
}

TEST_F(ConnectorTest, NoAddressIsNoHost) {
  const auto& connected = connect({});
  ASSERT_FALSE(connected);
  EXPECT_EQ(connected.error().code, Errc::upstream_unreachable);
}

TEST(ShortageHere, IsWhatAConnectionTakesOfThisMachine) {
  const Tcp::endpoint v4(asio::ip::make_address("192.0.2.1"), 443);
  const Tcp::endpoint v6(asio::ip::make_address("2001:db8::1"), 443);
  const struct {
    int error;
    Tcp::endpoint endpoint;
    bool here;
  } cases[] = {
      {EMFILE, v4, true},        {ENFILE, v6, true},        {ENOBUFS, v4, true},
      {ENOMEM, v6, true},        {EADDRNOTAVAIL, v4, true}, {EADDRNOTAVAIL, v6, false},
      {ECONNREFUSED, v4, false}, {ENETUNREACH, v6, false},  {ETIMEDOUT, v4, false},
  };
  for (const auto& c : cases) {
    const boost::system::error_code error(c.error, asio::error::get_system_category());
    EXPECT_EQ(is_shortage_here(error, c.endpoint), c.here) << error.message() << c.endpoint;
  }
}

TEST_F(ConnectorTest, EndsAtItsDeadline) {
  begin({silent(), silent()}, monotonic_now() + std::chrono::milliseconds(1));
  ASSERT_FALSE(end());
  EXPECT_EQ(ended_->error().code, Errc::deadline_exceeded);
}

TEST_F(ConnectorTest, BeginsNothingOnceCancelled) {
  connector_.emplace(context_.get_executor(), Endpoints{listening()});
  connector_->cancel();
  start();
  ASSERT_FALSE(end());
  EXPECT_EQ(ended_->error().code, Errc::deadline_exceeded);
}

TEST_F(ConnectorTest, EndsWhenItIsCancelled) {
  begin({silent(), silent()});
  asio::post(context_, [this] { connector_->cancel(); });
  ASSERT_FALSE(end());
  EXPECT_EQ(ended_->error().code, Errc::deadline_exceeded);
}

}  // namespace
}  // namespace weir::net
