/// For tests: an upstream that says what it is told to.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>

#include "net/socket.hpp"

namespace weir::gateway {

/// An upstream that answers its n-th request with the n-th text, then closes if the text is the
/// last one of its connection.
class FakeUpstream {
 public:
  struct Turn {
    std::string text;
    bool closes = false;                 ///< after the text
    std::shared_future<void> hold = {};  ///< before the text; invalid: none
  };

  explicit FakeUpstream(std::vector<Turn> turns)
      : turns_(turns.begin(), turns.end()), thread_([this] { run(); }) {}
  FakeUpstream(const FakeUpstream&) = delete;
  FakeUpstream& operator=(const FakeUpstream&) = delete;
  ~FakeUpstream() {
    // Wakes the thread, wherever it waits.
    ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
    {
      const std::lock_guard lock(mutex_);
      ended_ = true;
      if (connection_ >= 0) ::shutdown(connection_, SHUT_RDWR);
    }
    thread_.join();
  }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Whole requests so far.
  std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  void run() {
    boost::system::error_code error;
    for (;;) {
      net::Tcp::socket socket(context_);
      acceptor_.accept(socket, error);
      if (error || !take(socket.native_handle())) return;
      std::string received;
      while (serve(socket, received)) {
      }
      if (!take(-1)) return;
    }
  }

  // Whether the test goes on.
  bool take(int connection) {
    const std::lock_guard lock(mutex_);
    connection_ = connection;
    return !ended_;
  }

  bool serve(net::Tcp::socket& socket, std::string& received) {
    boost::system::error_code error;
    const auto head =
        boost::asio::read_until(socket, boost::asio::dynamic_buffer(received), "\r\n\r\n", error);
    if (error) return false;
    const auto at = received.find("Content-Length: ");
    std::size_t length = 0;
    if (at < head) std::from_chars(received.data() + at + 16, received.data() + head, length);
    if (received.size() < head + length) {
      boost::asio::read(socket, boost::asio::dynamic_buffer(received),
                        boost::asio::transfer_exactly(head + length - received.size()), error);
      if (error) return false;
    }
    Turn turn;
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(received.substr(0, head + length));
      if (turns_.empty()) return false;
      turn = std::move(turns_.front());
      turns_.pop_front();
    }
    received.erase(0, head + length);
    if (turn.hold.valid()) turn.hold.wait();
    boost::asio::write(socket, boost::asio::buffer(turn.text), error);
    return !turn.closes && !error;
  }

  boost::asio::io_context context_;
  net::Tcp::acceptor acceptor_{context_, {boost::asio::ip::address_v4::loopback(), 0}};
  std::uint16_t port_ = acceptor_.local_endpoint().port();
  std::mutex mutex_;
  std::deque<Turn> turns_;
  std::vector<std::string> requests_;
  int connection_ = -1;
  bool ended_ = false;
  std::thread thread_;
};

}  // namespace weir::gateway
