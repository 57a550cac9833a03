#include "upstream/pool.hpp"

#include <array>
#include <future>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include "net/io_thread.hpp"
#include "net/socket.hpp"

namespace weir::upstream {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using Stream = http::ServerStream::Ptr;
using UpstreamPtr = std::shared_ptr<Upstream>;

// The pool lives on a thread of its own; the test plays the upstreams.
class PoolTest : public ::testing::Test {
 protected:
  PoolTest() {
    thread_.call([this] {
      pool_ = std::make_unique<Pool>(thread_.executor(), sweeper_, resolvers_);
      pool_->configure({.max_idle = 8, .max_connections = 4});
    });
  }
  void TearDown() override {
    thread_.call([this] { pool_.reset(); });
    thread_.run_queued();  // its connections are gone once their last events were handled
  }

  UpstreamPtr make_upstream(std::string name) {
    const auto port = acceptor_.local_endpoint().port();
    return std::make_shared<Upstream>(
        Address{std::move(name), {.host = "127.0.0.1", .port = port}, {}}, Settings{}, 0);
  }

  /// A new connection that has had a whole answer.
  Stream call(const UpstreamPtr& upstream) {
    Stream stream = thread_.call([this] { return pool_->make(); });
    auto ended = asio::co_spawn(thread_.executor(), exchange(*stream, upstream), asio::use_future);
    net::Socket& peer = peers_.emplace_back(context_.get_executor());
    acceptor_.accept(peer);
    constexpr std::string_view kAnswer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    asio::write(peer, asio::buffer(kAnswer));
    ended.get();
    return stream;
  }
  /// A call that has ended.
  void call_and_keep(const UpstreamPtr& upstream) { give_back(upstream, call(upstream)); }
  void give_back(const UpstreamPtr& upstream, Stream stream, bool may_keep = true) {
    thread_.call([&] { pool_->give_back(upstream, std::move(stream), may_keep, monotonic_now()); });
  }
  std::size_t idle() {
    return thread_.call([this] { return pool_->idle(); });
  }
  /// Whether a call to it would find an idle connection, which is then closed.
  bool take_idle(const UpstreamPtr& upstream) {
    return thread_.call([&] { return pool_->take_idle(*upstream) != nullptr; });
  }

  net::IoThread thread_{"test-io"};
  std::unique_ptr<Pool> pool_;
  net::WorkerPool resolvers_{1};

 private:
  net::Task<> exchange(http::ServerStream& stream, UpstreamPtr upstream) {  // both outlive it
    auto connecting = pool_->connect(stream, upstream, monotonic_now() + 10s);
    const auto connected = co_await std::move(connecting);
    EXPECT_TRUE(connected);
    stream.begin();
    for (;;) {
      if (stream.must_wait()) co_await stream.read_more();
      const auto whole = stream.take_head();
      EXPECT_TRUE(whole);
      if (!whole || *whole) break;
    }
    EXPECT_TRUE(stream.take_unread());
  }

  asio::io_context context_;
  net::Acceptor acceptor_{context_.get_executor(), {asio::ip::address_v4::loopback(), 0}};
  std::vector<net::Socket> peers_;
  net::DeadlineSweeper sweeper_;
};

TEST_F(PoolTest, KeepsAConnectionForTheNextCallOfItsUpstreamAlone) {
  const auto one = make_upstream("one");
  call_and_keep(one);
  EXPECT_EQ(idle(), 1U);
  EXPECT_FALSE(take_idle(make_upstream("another")));
  EXPECT_TRUE(take_idle(one));
  EXPECT_EQ(idle(), 0U);
}

TEST_F(PoolTest, ClosesOneThatMayNotBeKept) {
  const auto one = make_upstream("one");
  give_back(one, call(one), false);
  EXPECT_EQ(idle(), 0U);
}

TEST_F(PoolTest, AllTogetherStayWithinTheirBoundAndTheUpstreamWithMostGivesUp) {
  const auto one = make_upstream("one");
  const auto other = make_upstream("other");
  std::array<Stream, 4> calls{call(one), call(one), call(one), call(one)};
  for (auto& each : calls) give_back(one, std::move(each));
  EXPECT_EQ(idle(), 4U);

  auto first = call(other);
  auto second = call(other);
  give_back(other, std::move(first));
  EXPECT_EQ(idle(), 3U) << "with the one in use they are four";
  give_back(other, std::move(second));
  EXPECT_EQ(idle(), 4U);
  EXPECT_TRUE(take_idle(other));
  EXPECT_TRUE(take_idle(other));
  EXPECT_TRUE(take_idle(one));
}

TEST_F(PoolTest, ForgettingAnUpstreamClosesItsConnections) {
  const auto one = make_upstream("one");
  call_and_keep(one);
  thread_.call(
      [&] { pool_->forget_if([&](const Upstream& upstream) { return &upstream == one.get(); }); });
  EXPECT_EQ(idle(), 0U);
}

// Neither the name service nor a slow disk keeps a call that ends otherwise.
TEST_F(PoolTest, AnAbortEndsTheWaitForTheResolvers) {
  std::promise<void> release;
  resolvers_.post([held = release.get_future().share()] { held.wait(); });
  const auto port = make_upstream("one")->address().origin.port;
  const http::Origin secure{.tls = true, .host = "127.0.0.1", .port = port};
  for (const auto& to : {http::Origin{.host = "localhost", .port = port}, secure}) {
    const auto upstream = std::make_shared<Upstream>(Address{"one", to, {}}, Settings{}, 0);
    Stream stream = thread_.call([this] { return pool_->make(); });
    auto connecting =
        asio::co_spawn(thread_.executor(), pool_->connect(*stream, upstream, MonotonicTime::max()),
                       asio::use_future);
    thread_.run_queued();
    thread_.call([&] { stream->abort(Errc::stopping); });
    const auto connected = connecting.get();
    ASSERT_FALSE(connected);
    EXPECT_EQ(connected.error().code, Errc::stopping);
    give_back(upstream, std::move(stream), false);
  }
  release.set_value();
}

}  // namespace
}  // namespace weir::upstream
