#include "upstream/pool.hpp"

#include <array>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include "net/socket.hpp"

namespace weir::upstream {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;

class PoolTest : public ::testing::Test {
 protected:
  PoolTest() { pool_->configure({.max_idle = 8, .max_connections = 4}); }
  // A connection that is closed is gone once its last event was handled.
  void TearDown() override {
    pool_.reset();
    context_.restart();
    context_.poll();
  }

  std::shared_ptr<Upstream> make_upstream(std::string name) {
    const auto port = acceptor_.local_endpoint().port();
    return std::make_shared<Upstream>(
        Address{std::move(name), {.host = "127.0.0.1", .port = port}, {}}, Settings{}, 0);
  }

  /// A connection that has received a complete answer.
  http::ServerStream::Ptr call(const std::shared_ptr<Upstream>& upstream) {
    auto stream = pool_->take_idle(*upstream);
    if (stream) return stream;
    stream = pool_->make();
    auto ended = asio::co_spawn(context_, exchange(*stream, upstream), asio::use_future);
    context_.restart();
    context_.run_for(10s);
    ended.get();
    EXPECT_TRUE(stream->done());
    return stream;
  }

  net::Task<> exchange(http::ServerStream& stream, std::shared_ptr<Upstream> upstream) {
    auto connecting = pool_->connect(stream, upstream, monotonic_now() + 10s);
    const auto connected = co_await std::move(connecting);
    EXPECT_TRUE(connected);
    net::Socket peer(context_.get_executor());
    acceptor_.accept(peer);
    stream.begin();
    constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    asio::write(peer, asio::buffer(kAnswer));
    peers_.push_back(std::move(peer));
    co_await stream.read_more();
    const auto whole = stream.take_head();
    EXPECT_TRUE(whole && *whole);
    EXPECT_TRUE(stream.take_unread());
    context_.stop();
  }

  asio::io_context context_;
  net::Acceptor acceptor_{context_.get_executor(), {asio::ip::address_v4::loopback(), 0}};
  std::vector<net::Socket> peers_;
  net::DeadlineSweeper sweeper_;
  net::WorkerPool resolvers_{1};
  std::unique_ptr<Pool> pool_ =
      std::make_unique<Pool>(context_.get_executor(), sweeper_, resolvers_);
};

TEST_F(PoolTest, KeepsAConnectionForTheNextCallOfItsUpstreamAlone) {
  const auto one = make_upstream("one");
  pool_->give_back(one, call(one), true, monotonic_now());
  EXPECT_EQ(pool_->idle(), 1U);
  EXPECT_EQ(pool_->take_idle(*make_upstream("another")), nullptr);
  const auto again = pool_->take_idle(*one);
  EXPECT_NE(again, nullptr);
  EXPECT_EQ(pool_->idle(), 0U);
}

TEST_F(PoolTest, ClosesOneThatMayNotBeKept) {
  const auto one = make_upstream("one");
  pool_->give_back(one, call(one), false, monotonic_now());
  EXPECT_EQ(pool_->idle(), 0U);
}

TEST_F(PoolTest, AllTogetherStayWithinTheirBoundAndTheUpstreamWithMostGivesUp) {
  const auto one = make_upstream("one");
  const auto other = make_upstream("other");
  std::array<http::ServerStream::Ptr, 4> calls{call(one), call(one), call(one), call(one)};
  for (auto& each : calls) pool_->give_back(one, std::move(each), true, monotonic_now());
  EXPECT_EQ(pool_->idle(), 4U);

  auto first = call(other);
  auto second = call(other);
  pool_->give_back(other, std::move(first), true, monotonic_now());
  EXPECT_EQ(pool_->idle(), 3U) << "with the one in use they are four";
  pool_->give_back(other, std::move(second), true, monotonic_now());
  EXPECT_EQ(pool_->idle(), 4U);
  EXPECT_NE(pool_->take_idle(*other), nullptr);
  EXPECT_NE(pool_->take_idle(*other), nullptr);
  EXPECT_NE(pool_->take_idle(*one), nullptr);
}

TEST_F(PoolTest, ForgettingAnUpstreamClosesItsConnections) {
  const auto one = make_upstream("one");
  pool_->give_back(one, call(one), true, monotonic_now());
  pool_->forget_if([&](const Upstream& upstream) { return &upstream == one.get(); });
  EXPECT_EQ(pool_->idle(), 0U);
}

}  // namespace
}  // namespace weir::upstream
