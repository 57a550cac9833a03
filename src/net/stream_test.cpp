#include "net/stream.hpp"

#include <array>
#include <future>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <gtest/gtest.h>

#include "net/connection_for_test.hpp"
#include "net/tls_files_for_test.hpp"

namespace weir::net {
namespace {

namespace asio = boost::asio;

// Both ends of a connection as streams, plain or with TLS, in this thread.
class StreamTest : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    near_.start(std::move(connection_.socket));
    far_.start(std::move(connection_.peer));
    if (GetParam()) ASSERT_EQ(shake_hands("localhost"), "");
  }
  void TearDown() override {
    near_.close();
    far_.close();
    run_until([this] { return !near_.readiness().armed() && !far_.readiness().armed(); });
  }

  template <class Condition>
  void run_until(Condition condition) {
    while (!condition()) context().run_one();
  }

  // Returns the problem that the client's end reports.
  std::string shake_hands(const std::string& host) {
    const auto identity = make_identity();
    auto server = TlsContext::open(folder_.put(identity), make_ticket_keys());
    auto client = TlsClientContext::open(folder_.put("ca.pem", identity.certificate));
    EXPECT_TRUE(server && client);
    std::array<std::optional<std::string>, 2> problems;
    const auto shake = [&](Stream& stream, std::unique_ptr<TlsSession> tls, auto& problem) {
      asio::co_spawn(
          context(),
          [](Stream& of, std::unique_ptr<TlsSession> session, auto& out) -> Task<> {
            auto shaking = of.shake_hands(std::move(session));
            out = co_await std::move(shaking);
          }(stream, std::move(tls), problem),
          [](const std::exception_ptr&) {});
    };
    shake(near_, std::make_unique<TlsSession>(*client, host, near_.socket().native_handle()),
          problems[0]);
    shake(far_, std::make_unique<TlsSession>(*server, far_.socket().native_handle()), problems[1]);
    run_until([&] { return problems[0] && (problems[1] || !problems[0]->empty()); });
    if (!problems[1]) {
      near_.close();
      run_until([&] { return problems[1].has_value(); });
    }
    return *problems[0];
  }

  // Reads until `size` bytes or the end have arrived.
  std::string receive(Stream& stream, std::size_t size, Stream::End* end = nullptr) {
    std::string text;
    std::array<char, 4096> room{};
    while (text.size() < size || end != nullptr) {
      if (!stream.readiness().ready()) {
        context().run_one();
        continue;
      }
      const auto read = stream.read_some(room);
      text += read.bytes;
      if (read.end == Stream::End::none) continue;
      if (end != nullptr) *end = read.end;
      break;
    }
    return text;
  }

  bool send(Stream& stream, std::string_view text) {
    const std::array pieces{asio::const_buffer(asio::buffer(text))};
    return stream.write_some(pieces) == text.size();
  }

  asio::io_context& context() { return connection_.context; }

  IdentityFolder folder_;
  ConnectionForTest connection_;
  // A stream that is not read may have nothing pending.
  asio::executor_work_guard<asio::io_context::executor_type> work_ =
      make_work_guard(connection_.context);
  Stream near_{Socket(connection_.context.get_executor())};
  Stream far_{Socket(connection_.context.get_executor())};
};

INSTANTIATE_TEST_SUITE_P(Both, StreamTest, testing::Bool(), [](const auto& info) {
  return std::string(info.param ? "Tls" : "Plain");
});

TEST_P(StreamTest, BytesGoBothWays) {
  EXPECT_EQ(near_.has_tls(), GetParam());
  ASSERT_TRUE(send(near_, "question"));
  EXPECT_EQ(receive(far_, 8), "question");
  ASSERT_TRUE(send(far_, "answer"));
  EXPECT_EQ(receive(near_, 6), "answer");
}

TEST_P(StreamTest, AnEmptiedStreamIsNotReadyUntilMoreArrives) {
  ASSERT_TRUE(send(near_, "one"));
  EXPECT_EQ(receive(far_, 3), "one");
  std::array<char, 64> room{};
  while (far_.readiness().ready()) EXPECT_EQ(far_.read_some(room).bytes, "");
  EXPECT_EQ(far_.peek(), Waiting::nothing);
  ASSERT_TRUE(send(near_, "two"));
  EXPECT_EQ(receive(far_, 3), "two");
}

TEST_P(StreamTest, PeekingConsumesNothing) {
  ASSERT_TRUE(send(near_, "bytes"));
  run_until([this] { return far_.peek() == Waiting::bytes; });
  EXPECT_EQ(far_.peek(), Waiting::bytes);
  EXPECT_EQ(receive(far_, 5), "bytes");
}

TEST_P(StreamTest, AnOrderlyEndIsToldFromOneThatIsCutOff) {
  ASSERT_TRUE(send(near_, "last"));
  near_.say_closed();
  near_.close();
  auto end = Stream::End::none;
  EXPECT_EQ(receive(far_, 0, &end), "last");
  EXPECT_EQ(end, Stream::End::orderly);
}

TEST_P(StreamTest, AReaderThatDoesNotReadHoldsTheWriterUp) {
  const std::string much(64 << 20, 'x');
  std::string_view rest = much;
  const auto write = [&] {
    const std::array pieces{asio::const_buffer(asio::buffer(rest))};
    const auto taken = near_.write_some(pieces).value();
    rest.remove_prefix(taken);
    return taken;
  };
  while (write() > 0) {
  }
  ASSERT_FALSE(rest.empty());
  std::optional<bool> writable;
  asio::co_spawn(
      context(),
      [](Stream& of, auto& out) -> Task<> { out = co_await of.writable(); }(near_, writable),
      [](const std::exception_ptr&) {});
  context().poll();
  EXPECT_FALSE(writable) << "nothing has been read";
  std::array<char, 4096> room{};
  while (!writable) {
    if (far_.readiness().ready()) {
      EXPECT_EQ(far_.read_some(room).end, Stream::End::none);
      context().poll();
    } else {
      context().run_one();
    }
  }
  EXPECT_TRUE(*writable);
  EXPECT_GT(write(), 0);
}

TEST_P(StreamTest, WhatThePeerSentBeforeItWentCanBeRead) {
  const std::string much(8 << 20, 'x');
  std::string_view rest = much;
  const auto write = [&] {
    const std::array pieces{asio::const_buffer(asio::buffer(rest))};
    const auto taken = near_.write_some(pieces);
    if (taken) rest.remove_prefix(*taken);
    return taken.has_value();
  };
  ASSERT_TRUE(write());
  ASSERT_FALSE(rest.empty());
  ASSERT_TRUE(send(far_, "refused"));
  far_.close();  // with unread bytes: the kernel resets the connection
  while (write()) context().poll();
  EXPECT_EQ(receive(near_, 7), "refused");
}

TEST_P(StreamTest, WritingToAPeerThatHasGoneFails) {
  far_.close();
  const std::string text(1 << 16, 'x');
  const std::array pieces{asio::const_buffer(asio::buffer(text))};
  while (near_.write_some(pieces)) context().poll();
  SUCCEED();
}

class TlsStreamTest : public StreamTest {
 protected:
  void SetUp() override {
    near_.start(std::move(connection_.socket));
    far_.start(std::move(connection_.peer));
  }
};

INSTANTIATE_TEST_SUITE_P(Tls, TlsStreamTest, testing::Values(true));

TEST_P(TlsStreamTest, ACertificateForAnotherNameIsRefused) {
  EXPECT_EQ(shake_hands("example.org"), "certificate verify failed");
}

TEST_P(TlsStreamTest, ACertificateForANameIsNotOneForAnAddress) {
  EXPECT_EQ(shake_hands("127.0.0.1"), "certificate verify failed");
}

TEST_P(TlsStreamTest, AnEndBehindBytesNeedsNoEventOfItsOwn) {
  ASSERT_EQ(shake_hands("localhost"), "");
  ASSERT_TRUE(send(far_, "last"));
  far_.say_closed();
  std::array<char, 64> room{};
  std::string text;
  while (text.empty()) {
    near_.readiness().look_again();
    text = near_.read_some(room).bytes;
  }
  EXPECT_EQ(text, "last");
  EXPECT_TRUE(near_.readiness().ready());
  EXPECT_EQ(near_.peek(), Waiting::end);
  EXPECT_EQ(near_.read_some(room).end, Stream::End::orderly);
}

TEST_P(TlsStreamTest, ATruncatedStreamIsBroken) {
  ASSERT_EQ(shake_hands("localhost"), "");
  ASSERT_TRUE(send(near_, "part"));
  near_.close();
  auto end = Stream::End::none;
  EXPECT_EQ(receive(far_, 0, &end), "part");
  EXPECT_EQ(end, Stream::End::broken);
}

}  // namespace
}  // namespace weir::net
