#include "net/readiness.hpp"

#include <memory>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include "net/connection_for_test.hpp"

namespace weir::net {
namespace {

namespace asio = boost::asio;

class ReadinessTest : public testing::Test, public Readiness::Watcher {
 protected:
  ReadinessTest() { readiness_.watch(this); }
  ~ReadinessTest() {
    readiness_.close();
    run_until([this] { return !readiness_.armed(); });
  }

  template <class Condition>
  void run_until(Condition condition) {
    while (!condition()) context_.run_one();
  }
  void run_until_told() {
    run_until([this, before = told_] { return told_ > before; });
  }

  std::string read() {
    std::string text(64, '\0');
    boost::system::error_code error;
    text.resize(socket_.read_some(asio::buffer(text), error));
    return text;
  }

  void became_ready() override { ++told_; }

  ConnectionForTest connection_;
  asio::io_context& context_ = connection_.context;
  asio::executor_work_guard<asio::io_context::executor_type> work_ = make_work_guard(context_);
  Socket& socket_ = connection_.socket;
  Socket& peer_ = connection_.peer;
  Readiness readiness_{socket_};
  int told_ = 0;
};

TEST_F(ReadinessTest, BytesAreToldOfOnceUntilMoreCome) {
  readiness_.arm(false);
  EXPECT_FALSE(readiness_.ready());
  for (const char* word : {"one", "two", "three"}) {
    asio::write(peer_, asio::buffer(std::string(word)));
    run_until_told();
    EXPECT_TRUE(readiness_.ready());
    EXPECT_EQ(read(), word);
    readiness_.drained();
    context_.poll();
    EXPECT_FALSE(readiness_.ready());
  }
  EXPECT_EQ(told_, 3);
}

TEST_F(ReadinessTest, WhatComesBetweenAReadAndTheNextWaitIsToldOf) {
  readiness_.arm(false);
  asio::write(peer_, asio::buffer(std::string("a")));
  run_until_told();
  read();
  asio::write(peer_, asio::buffer(std::string("b")));
  readiness_.drained();
  run_until_told();
  EXPECT_EQ(read(), "b");
}

TEST_F(ReadinessTest, WhatComesAfterAReadThatFilledItsBufferIsToldOf) {
  readiness_.arm(false);
  asio::write(peer_, asio::buffer(std::string("a")));
  run_until_told();
  read();
  readiness_.count(1);
  asio::write(peer_, asio::buffer(std::string("b")));
  run_until_told();
  EXPECT_EQ(read(), "b");
}

TEST_F(ReadinessTest, BytesThatNobodyReadsKeepNothingBusy) {
  readiness_.arm(false);
  asio::write(peer_, asio::buffer(std::string("unread")));
  run_until_told();
  for (int i = 0; i < 3; ++i) EXPECT_EQ(context_.poll(), 0);
  EXPECT_EQ(told_, 1);
}

TEST_F(ReadinessTest, ACoroutineThatWaitsIsToldInsteadOfTheWatcher) {
  readiness_.arm(false);
  bool resumed = false;
  auto wait = [&]() -> Task<> {
    co_await readiness_.wait();
    resumed = true;
  };
  asio::co_spawn(context_, wait(), [](const std::exception_ptr&) {});
  context_.poll();
  EXPECT_FALSE(resumed);
  asio::write(peer_, asio::buffer(std::string("x")));
  run_until([&] { return resumed; });
  EXPECT_EQ(told_, 0);
}

TEST_F(ReadinessTest, ThePeersEndIsToldOf) {
  readiness_.arm(false);
  peer_.shutdown(Socket::shutdown_send);
  run_until_told();
  EXPECT_EQ(peek(socket_), Waiting::end);
}

TEST_F(ReadinessTest, AnEndThatCameWithTheLastBytesIsSeenByLooking) {
  readiness_.arm(false);
  EXPECT_FALSE(peer_has_closed(socket_));
  asio::write(peer_, asio::buffer(std::string("bye")));
  peer_.shutdown(Socket::shutdown_send);
  run_until_told();
  EXPECT_EQ(peek(socket_), Waiting::bytes);
  EXPECT_EQ(read(), "bye");
  EXPECT_TRUE(peer_has_closed(socket_));
}

TEST_F(ReadinessTest, TellingComesLaterAndKeepsItArmed) {
  readiness_.arm(false);
  readiness_.notify();
  EXPECT_EQ(told_, 0);
  run_until_told();
  EXPECT_TRUE(readiness_.armed());
  readiness_.drained();
  asio::write(peer_, asio::buffer(std::string("x")));
  run_until_told();
  EXPECT_EQ(read(), "x");
}

TEST_F(ReadinessTest, CancellingTheSocketTellsAndKeepsItArmed) {
  readiness_.arm(false);
  socket_.cancel();
  run_until_told();
  EXPECT_TRUE(readiness_.armed());
}

TEST_F(ReadinessTest, WhatComesAfterACancelIsToldOf) {
  readiness_.arm(false);
  socket_.cancel();
  run_until_told();
  asio::write(peer_, asio::buffer(std::string("x")));
  run_until_told();
  EXPECT_EQ(read(), "x");
}

TEST_F(ReadinessTest, ClosingTheSocketTellsAndDisarms) {
  readiness_.arm(false);
  readiness_.close();
  run_until_told();
  EXPECT_FALSE(readiness_.armed());
  EXPECT_TRUE(readiness_.ready());
}

TEST_F(ReadinessTest, ClosingTellsAndDisarmsWhateverWasUnread) {
  readiness_.arm(false);
  asio::write(peer_, asio::buffer(std::string("unread")));
  run_until_told();
  readiness_.close();
  EXPECT_EQ(told_, 1);
  run_until_told();
  EXPECT_FALSE(readiness_.armed());
}

TEST_F(ReadinessTest, ClosingBehindANotificationIsToldOfOnce) {
  readiness_.arm(false);
  readiness_.notify();
  readiness_.close();
  readiness_.close();
  run_until_told();
  EXPECT_FALSE(readiness_.armed());
  context_.poll();
  EXPECT_EQ(told_, 1);
}

TEST(Readiness, MayBeDestroyedByItsWatcher) {
  struct Owner final : Readiness::Watcher {
    void became_ready() override { readiness.reset(); }
    std::unique_ptr<Readiness> readiness;
  };
  ConnectionForTest connection;
  Owner owner;
  owner.readiness = std::make_unique<Readiness>(connection.socket);
  owner.readiness->watch(&owner);
  owner.readiness->arm(true);
  owner.readiness->close();
  while (owner.readiness) connection.context.run_one();
  EXPECT_FALSE(connection.socket.is_open());
}

TEST(Readiness, IsDisarmedByTheEndOfItsContext) {
  auto connection = std::make_unique<ConnectionForTest>();
  Readiness readiness(connection->socket);
  readiness.arm(false);
  readiness.notify();
  connection.reset();
  EXPECT_FALSE(readiness.armed());
}

TEST_F(ReadinessTest, WhoHasReadHisShareWaitsUntilOthersHadTheirs) {
  readiness_.arm(true);
  readiness_.count(1000);
  EXPECT_FALSE(readiness_.must_wait(1001));
  EXPECT_TRUE(readiness_.must_wait(1000));
  bool others = false;
  bool waited = false;
  const auto wait = [&]() -> Task<> {
    co_await readiness_.wait();
    waited = true;
  };
  asio::co_spawn(context_, wait(), [](const std::exception_ptr&) {});
  asio::post(context_, [&] { others = true; });
  run_until([&] { return waited; });
  EXPECT_TRUE(others);
  EXPECT_FALSE(readiness_.must_wait(1000));
}

TEST_F(ReadinessTest, AClosedSocketIsNotWaitedForWhateverWasRead) {
  readiness_.arm(true);
  readiness_.count(1 << 20);
  readiness_.close();
  run_until([this] { return !readiness_.armed(); });
  EXPECT_FALSE(readiness_.must_wait(1));
}

}  // namespace
}  // namespace weir::net
