#include "net/tls_session.hpp"

#include <array>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "net/tls_files_for_test.hpp"

namespace weir::net {
namespace {

namespace asio = boost::asio;
using State = TlsSession::State;

// An OpenSSL client and the session, on the ends of a socket pair, both in this thread.
class TlsSessionTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends_.data()), 0);
    client_context_ = SSL_CTX_new(TLS_client_method());
    auto opened = TlsContext::open(folder_.put(make_identity()), make_ticket_keys());
    ASSERT_TRUE(opened);
    context_ = *opened;
  }
  void TearDown() override {
    session_.reset();
    SSL_free(client_);
    SSL_CTX_free(client_context_);
    for (const int end : ends_) {
      if (end >= 0) ::close(end);
    }
  }

  void make() {
    session_ = std::make_unique<TlsSession>(context_, ends_[0]);
    client_ = SSL_new(client_context_);
    SSL_set_fd(client_, ends_[1]);
    SSL_set_connect_state(client_);
  }
  // True if both sides completed the handshake.
  bool shake_hands() {
    make();
    return go_on();
  }
  // Without close_notify OpenSSL would not resume the session.
  void leave() {
    SSL_set_shutdown(client_, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(client_);
    client_ = nullptr;
  }
  bool go_on() {
    bool client_done = false;
    State state = State::wants_read;
    for (int round = 0; round < 10 && !(client_done && state == State::done); ++round) {
      client_done = client_done || SSL_do_handshake(client_) == 1;
      if (state != State::done) state = session_->handshake();
      if (state == State::failed) return false;
    }
    return client_done && state == State::done;
  }
  void client_says(const std::string& text) {
    ASSERT_EQ(SSL_write(client_, text.data(), static_cast<int>(text.size())),
              static_cast<int>(text.size()));
  }
  std::string client_hears() {
    std::string heard;
    std::array<char, 20'000> room{};
    for (;;) {
      const int size = SSL_read(client_, room.data(), static_cast<int>(room.size()));
      if (size <= 0) return heard;
      heard.append(room.data(), static_cast<std::size_t>(size));
    }
  }
  std::string read(std::size_t most = 65'536) {
    std::string room(most, '\0');
    last_ = session_->read_some(room);
    return room.substr(0, last_.size);
  }
  TlsSession::Moved write(std::string_view first, std::string_view second = {}) {
    const std::array<asio::const_buffer, 3> pieces{asio::buffer(first), asio::const_buffer{},
                                                   asio::buffer(second)};
    return session_->write_some(pieces);
  }
  void hang_up() {
    ::close(ends_[1]);
    ends_[1] = -1;
  }

  IdentityFolder folder_;
  std::array<int, 2> ends_{-1, -1};
  SSL_CTX* client_context_ = nullptr;
  SSL* client_ = nullptr;
  std::shared_ptr<const TlsContext> context_;
  std::unique_ptr<TlsSession> session_;
  TlsSession::Moved last_{State::done};
};

TEST_F(TlsSessionTest, Versions12And13AreSpokenWithForwardSecrecyAndAead) {
  SSL_CTX_set_cipher_list(client_context_, "ALL:@SECLEVEL=0");
  for (const int version : {TLS1_2_VERSION, TLS1_3_VERSION}) {
    SSL_CTX_set_max_proto_version(client_context_, version);
    ASSERT_TRUE(shake_hands()) << session_->problem();
    EXPECT_EQ(SSL_version(client_), version);
    EXPECT_TRUE(std::string(SSL_get_cipher_name(client_)).ends_with("AES_128_GCM_SHA256") ||
                std::string(SSL_get_cipher_name(client_)).ends_with("AES128-GCM-SHA256"))
        << SSL_get_cipher_name(client_);
    TearDown();
    client_ = nullptr;
    SetUp();
  }
}

TEST_F(TlsSessionTest, OlderVersionsAreRefused) {
  SSL_CTX_set_security_level(client_context_, 0);
  SSL_CTX_set_min_proto_version(client_context_, TLS1_VERSION);
  SSL_CTX_set_max_proto_version(client_context_, TLS1_1_VERSION);
  EXPECT_FALSE(shake_hands());
  EXPECT_EQ(session_->problem(), "unsupported protocol");
}

TEST_F(TlsSessionTest, SuitesWithoutForwardSecrecyOrAeadAreRefused) {
  for (const char* suites :
       {"AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES128-SHA256"}) {
    SSL_CTX_set_max_proto_version(client_context_, TLS1_2_VERSION);
    ASSERT_EQ(SSL_CTX_set_cipher_list(client_context_, suites), 1);
    EXPECT_FALSE(shake_hands()) << suites;
    EXPECT_EQ(session_->problem(), "no shared cipher");
    TearDown();
    client_ = nullptr;
    SetUp();
  }
}

TEST_F(TlsSessionTest, OnlyHttp11IsNegotiated) {
  const std::string both = "\x02h2\x08http/1.1";
  SSL_CTX_set_alpn_protos(client_context_, reinterpret_cast<const unsigned char*>(both.data()),
                          static_cast<unsigned>(both.size()));
  ASSERT_TRUE(shake_hands());
  const unsigned char* chosen = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(client_, &chosen, &size);
  EXPECT_EQ(std::string(reinterpret_cast<const char*>(chosen), size), "http/1.1");
}

TEST_F(TlsSessionTest, AClientThatSpeaksNoneOfItIsTold) {
  SSL_CTX_set_alpn_protos(client_context_, reinterpret_cast<const unsigned char*>("\x02h2"), 3);
  EXPECT_FALSE(shake_hands());
}

// The session of the client that closed last, with its ticket.
class Ticket {
 public:
  explicit Ticket(SSL* client) : session_(SSL_get1_session(client)) {}
  Ticket(const Ticket&) = delete;
  Ticket& operator=(const Ticket&) = delete;
  ~Ticket() { SSL_SESSION_free(session_); }
  [[nodiscard]] SSL_SESSION* get() const { return session_; }

 private:
  SSL_SESSION* session_;
};

int count_ticket(SSL* client, SSL_SESSION* /*session*/) {
  auto* tickets = static_cast<int*>(SSL_get_app_data(client));
  if (tickets != nullptr) ++*tickets;
  return 0;
}

// RFC 8446 appendix C.4: an observer could link two connections that use one ticket.
TEST_F(TlsSessionTest, EveryResumptionBringsANewTicket) {
  SSL_CTX_set_session_cache_mode(client_context_, SSL_SESS_CACHE_CLIENT);
  SSL_CTX_sess_set_new_cb(client_context_, count_ticket);
  ASSERT_TRUE(shake_hands());
  client_hears();
  for (int i = 0; i < 3; ++i) {
    const Ticket ticket(client_);
    leave();
    int tickets = 0;
    make();
    SSL_set_app_data(client_, &tickets);
    SSL_set_session(client_, ticket.get());
    ASSERT_TRUE(go_on());
    EXPECT_EQ(SSL_session_reused(client_), 1);
    client_hears();
    EXPECT_EQ(tickets, 1);
  }
}

// The ticket is from an earlier server with the same name that allowed early data.
TEST_F(TlsSessionTest, EarlyDataThatWasNeverAllowedIsSkipped) {
  const auto files = folder_.put(make_identity());
  SSL_CTX* before = SSL_CTX_new(TLS_server_method());
  ASSERT_EQ(SSL_CTX_use_certificate_file(before, files.certificate.c_str(), SSL_FILETYPE_PEM), 1);
  ASSERT_EQ(SSL_CTX_use_PrivateKey_file(before, files.key.c_str(), SSL_FILETYPE_PEM), 1);
  SSL_CTX_set_max_early_data(before, 16'384);
  SSL* server = SSL_new(before);
  make();
  SSL_set_fd(server, ends_[0]);
  SSL_set_accept_state(server);
  for (int round = 0; round < 5; ++round) {
    static_cast<void>(SSL_do_handshake(client_));
    static_cast<void>(SSL_do_handshake(server));
  }
  client_hears();
  const Ticket ticket(client_);
  ASSERT_EQ(SSL_SESSION_get_max_early_data(ticket.get()), 16'384U);
  SSL_free(server);
  SSL_CTX_free(before);

  leave();
  make();
  SSL_set_session(client_, ticket.get());
  std::size_t sent = 0;
  const std::string early(1'000, 'e');
  ASSERT_EQ(SSL_write_early_data(client_, early.data(), early.size(), &sent), 1);
  ASSERT_TRUE(go_on()) << session_->problem();
  EXPECT_EQ(SSL_get_early_data_status(client_), SSL_EARLY_DATA_REJECTED);
  client_says("late");
  EXPECT_EQ(read(), "late");
}

TEST_F(TlsSessionTest, BytesGoBothWays) {
  ASSERT_TRUE(shake_hands());
  EXPECT_EQ(read(), "");
  EXPECT_EQ(last_.state, State::wants_read);
  client_says("ping");
  EXPECT_EQ(read(), "ping");
  const auto written = write("po", "ng");
  EXPECT_EQ(written.state, State::done);
  EXPECT_EQ(written.size, 4U);
  EXPECT_EQ(client_hears(), "pong");
}

TEST_F(TlsSessionTest, WhatIsReadInPartIsThereForTheNextRead) {
  ASSERT_TRUE(shake_hands());
  client_says("0123456789");
  EXPECT_EQ(read(4), "0123");
  EXPECT_EQ(read(4), "4567");
  EXPECT_EQ(read(4), "89");
  EXPECT_EQ(read(4), "");
  EXPECT_TRUE(session_->drained());
}

// Bytes that arrived meanwhile raise no further event.
TEST_F(TlsSessionTest, AReadThatDidNotLookDoesNotCallTheSocketEmpty) {
  ASSERT_TRUE(shake_hands());
  client_says("first");
  EXPECT_EQ(session_->peek(), State::done);
  EXPECT_TRUE(session_->drained());
  client_says("second");
  EXPECT_EQ(session_->peek(), State::done);
  EXPECT_FALSE(session_->drained());
  EXPECT_EQ(read(5), "first");
  EXPECT_FALSE(session_->drained());
  EXPECT_EQ(read(), "second");
  EXPECT_TRUE(session_->drained());
}

TEST_F(TlsSessionTest, OneReadTellsThatTheSocketIsEmpty) {
  ASSERT_TRUE(shake_hands());
  client_says("short");
  EXPECT_EQ(read(), "short");
  EXPECT_TRUE(session_->drained());
  for (int i = 0; i < 3; ++i) client_says(std::string(16'000, 'x'));
  EXPECT_FALSE(read(1000).empty());
  EXPECT_FALSE(session_->drained());
}

TEST_F(TlsSessionTest, AForgottenSocketIsNotTouched) {
  ASSERT_TRUE(shake_hands());
  client_says("x");
  session_->forget_socket();
  EXPECT_EQ(read(), "");
  EXPECT_EQ(last_.state, State::failed);
  EXPECT_EQ(write("y").state, State::failed);
  session_->say_closed();
  EXPECT_EQ(client_hears(), "");
}

TEST_F(TlsSessionTest, OneReadTakesSeveralRecords) {
  ASSERT_TRUE(shake_hands());
  for (int i = 0; i < 3; ++i) client_says("record ");
  EXPECT_EQ(read(), "record record record ");
}

TEST_F(TlsSessionTest, PeekingTakesNothing) {
  ASSERT_TRUE(shake_hands());
  EXPECT_EQ(session_->peek(), State::wants_read);
  client_says("here");
  EXPECT_EQ(session_->peek(), State::done);
  EXPECT_EQ(read(), "here");
}

TEST_F(TlsSessionTest, APartOfARecordIsWaitedFor) {
  ASSERT_TRUE(shake_hands());
  // A memory buffer between client and wire, delivered in two parts.
  BIO* wire = BIO_new(BIO_s_mem());
  SSL_set0_wbio(client_, wire);
  client_says("in two parts");
  std::string record(1000, '\0');
  const int size = BIO_read(wire, record.data(), static_cast<int>(record.size()));
  ASSERT_GT(size, 10);
  ASSERT_EQ(::write(ends_[1], record.data(), 10), 10);
  EXPECT_EQ(read(), "");
  EXPECT_EQ(last_.state, State::wants_read);
  EXPECT_EQ(session_->peek(), State::wants_read);
  ASSERT_EQ(::write(ends_[1], record.data() + 10, static_cast<std::size_t>(size - 10)), size - 10);
  EXPECT_EQ(read(), "in two parts");
}

TEST_F(TlsSessionTest, AFullSocketTakesTheRestLaterWhereverItLiesThen) {
  ASSERT_TRUE(shake_hands());
  std::string message(3'000'000, '\0');
  for (std::size_t i = 0; i < message.size(); ++i) message[i] = static_cast<char>('a' + i % 23);
  std::string heard;
  std::size_t sent = 0;
  bool was_full = false;
  while (sent < message.size()) {
    const std::string moved = message.substr(sent);  // at another address each time
    const auto start = std::string_view(moved).substr(0, 5);
    const auto written = write(start, std::string_view(moved).substr(start.size()));
    ASSERT_TRUE(written.state == State::done || written.state == State::wants_write);
    was_full = was_full || written.size < moved.size();
    sent += written.size;
    heard += client_hears();
  }
  heard += client_hears();
  EXPECT_TRUE(was_full);
  EXPECT_TRUE(heard == message);
}

TEST_F(TlsSessionTest, AWordOfFarewellIsToldFromALostConnection) {
  ASSERT_TRUE(shake_hands());
  client_says("last");
  SSL_shutdown(client_);
  EXPECT_EQ(read(), "last");
  EXPECT_EQ(session_->peek(), State::closed);
  read();
  EXPECT_EQ(last_.state, State::closed);
}

TEST_F(TlsSessionTest, AConnectionThatEndsWithoutAWordHasFailed) {
  ASSERT_TRUE(shake_hands());
  client_says("last");
  hang_up();
  EXPECT_EQ(read(), "last");
  read();
  EXPECT_EQ(last_.state, State::failed);
  read();
  EXPECT_EQ(last_.state, State::failed);
  EXPECT_EQ(write("x").state, State::failed);
}

TEST_F(TlsSessionTest, AFarewellTellsTheClientThatNothingIsMissing) {
  ASSERT_TRUE(shake_hands());
  session_->say_closed();
  char room = 0;
  const int size = SSL_read(client_, &room, 1);
  EXPECT_EQ(SSL_get_error(client_, size), SSL_ERROR_ZERO_RETURN);
}

TEST_F(TlsSessionTest, NoiseFailsTheHandshake) {
  make();
  ASSERT_EQ(::write(ends_[1], "GET / HTTP/1.1\r\n\r\n", 18), 18);
  EXPECT_EQ(session_->handshake(), State::failed);
  EXPECT_EQ(session_->problem(), "http request");
}

TEST_F(TlsSessionTest, RenegotiationIsRefused) {
  SSL_CTX_set_max_proto_version(client_context_, TLS1_2_VERSION);
  ASSERT_TRUE(shake_hands());
  ASSERT_EQ(SSL_renegotiate(client_), 1);
  SSL_do_handshake(client_);
  read();
  SSL_do_handshake(client_);
  // The connection continues unchanged or fails; there is never a second handshake.
  EXPECT_NE(last_.state, State::done);
  EXPECT_EQ(SSL_num_renegotiations(client_), 1);
  EXPECT_NE(SSL_is_init_finished(client_), 1);
}

TEST_F(TlsSessionTest, KeyUpdatesAreFollowed) {
  ASSERT_TRUE(shake_hands());
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(SSL_key_update(client_, SSL_KEY_UPDATE_REQUESTED), 1);
    client_says("x");
    while (read().empty()) ASSERT_EQ(last_.state, State::wants_read);
    EXPECT_EQ(write("y").size, 1U);
    EXPECT_EQ(client_hears(), "y");
  }
}

TEST_F(TlsSessionTest, ASessionIsTakenUpAgainUnderARenewedCertificate) {
  auto tickets = make_ticket_keys();
  context_ = *TlsContext::open(folder_.put(make_identity()), tickets);
  ASSERT_TRUE(shake_hands());
  client_says("x");
  read();
  ASSERT_EQ(write("y").size, 1U);
  client_hears();  // reads the tickets
  SSL_SESSION* kept = SSL_get1_session(client_);
  SSL_shutdown(client_);  // otherwise the session would not count as closed properly
  session_.reset();
  SSL_free(client_);
  client_ = nullptr;
  for (const int end : ends_) ::close(end);
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends_.data()), 0);

  context_ = *TlsContext::open(folder_.put(make_identity()), tickets);
  make();
  SSL_set_session(client_, kept);
  SSL_SESSION_free(kept);
  for (int round = 0; round < 5; ++round) {
    SSL_do_handshake(client_);
    ASSERT_NE(session_->handshake(), State::failed) << session_->problem();
  }
  EXPECT_EQ(SSL_session_reused(client_), 1);
}

}  // namespace
}  // namespace weir::net
