// A closed-loop HTTP/1.1 load generator: N persistent connections, each with one request in flight,
// until a fixed number of requests is answered. Every answer's status and Content-Length are
// checked, so a server cannot look cheap by answering something else.
//
// One thread, epoll, no allocation per request: its own cost is low and not measured; bench/list
// measures the server's CPU time.
#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "number.hpp"
#include "socket.hpp"

namespace weir::bench {
namespace {

struct Options {
  std::uint16_t port = 0;
  int connections = 32;
  std::int64_t requests = 100'000;
  std::int64_t expected_length = -1;  // -1: that of the first answer
  std::string path = "/v1/models";
  std::string header;  // one more header line, without the line end
  bool waits = false;  // for a line of input, once each connection has had an answer
};

struct Tally {
  std::int64_t sent = 0;
  std::int64_t answered = 0;
  std::int64_t body_length = -1;
};

// The remainder of the current answer on one connection.
struct Connection {
  std::string head;             // bytes of an incomplete head
  std::int64_t body_left = -1;  // -1: still in the head
};

Options parse_options(const std::vector<std::string_view>& words) {
  Options options;
  for (std::size_t i = 0; i + 1 < words.size(); i += 2) {
    const auto name = words[i];
    const auto value = words[i + 1];
    if (name == "--port") {
      options.port = number<std::uint16_t>(value);
    } else if (name == "--connections") {
      options.connections = number<int>(value);
    } else if (name == "--requests") {
      options.requests = number<std::int64_t>(value);
    } else if (name == "--expect-length") {
      options.expected_length = number<std::int64_t>(value);
    } else if (name == "--path") {
      options.path = value;
    } else if (name == "--wait") {
      options.waits = value == "1";
    } else if (name == "--header") {
      options.header = value;
    } else {
      std::fprintf(stderr, "bench: unknown option %.*s\n", static_cast<int>(name.size()),
                   name.data());
      std::exit(2);
    }
  }
  return options;
}

std::string make_request(const Options& options) {
  std::string request = "GET " + options.path + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
  if (!options.header.empty()) request += options.header + "\r\n";
  return request + "\r\n";
}

// Content-Length in a 200 answer's head; nothing for another status or without the field.
std::optional<std::int64_t> length_of(std::string_view head) {
  if (!head.starts_with("HTTP/1.1 200 ")) return {};
  for (const std::string_view name : {"\r\nContent-Length: ", "\r\ncontent-length: "}) {
    const auto at = head.find(name);
    if (at == std::string_view::npos) continue;
    const auto value = head.substr(at + name.size());
    return number<std::int64_t>(value.substr(0, value.find('\r')));
  }
  return {};
}

class Load {
 public:
  explicit Load(Options options)
      : options_(std::move(options)), request_(make_request(options_)), epoll_(epoll_create1(0)) {
    must(epoll_, "epoll_create1");
    tally_.body_length = options_.expected_length;
    goal_ = options_.connections;
  }

  Tally run() {
    connect_all();
    if (options_.waits) {
      for (const int fd : fds_) send_request(fd);
      answer_until(options_.connections);
      std::printf("ready\n");
      std::fflush(stdout);
      std::getchar();
      tally_.sent = tally_.answered = 0;
    }
    start_ = std::chrono::steady_clock::now();
    goal_ = options_.requests;
    for (const int fd : fds_) send_request(fd);
    answer_until(goal_);
    return tally_;
  }

  [[nodiscard]] double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }

 private:
  void connect_all() {
    for (int i = 0; i < options_.connections; ++i) {
      const int fd = connect_to(options_.port);
      if (static_cast<std::size_t>(fd) >= connections_.size()) {
        connections_.resize(static_cast<std::size_t>(fd) + 1);
      }
      watch(epoll_, fd, EPOLLIN);
      fds_.push_back(fd);
    }
  }

  void answer_until(std::int64_t answered) {
    std::array<epoll_event, 256> events{};
    while (tally_.answered < answered) {
      // Ends the run if a server stops answering.
      const int count =
          must(epoll_wait(epoll_, events.data(), events.size(), 10'000), "epoll_wait");
      if (count == 0) fail("no answer within ten seconds");
      for (int i = 0; i < count; ++i) receive(events[static_cast<std::size_t>(i)].data.fd);
    }
  }

  [[noreturn]] void fail(std::string_view why) const {
    std::fprintf(stderr, "bench: after %lld answers: %.*s\n",
                 static_cast<long long>(tally_.answered), static_cast<int>(why.size()), why.data());
    std::exit(1);
  }

  void send_request(int fd) {
    if (tally_.sent >= goal_) return;
    ++tally_.sent;
    // A request is far smaller than any send buffer, so a short write is a fault.
    const auto sent = send(fd, request_.data(), request_.size(), MSG_NOSIGNAL);
    if (sent != static_cast<ssize_t>(request_.size()))
      fail("the connection does not take a request");
  }

  void receive(int fd) {
    const auto got = recv(fd, buffer_.get(), kBuffer, 0);
    if (got <= 0) fail("the server closed the connection");
    consume(fd, {buffer_.get(), static_cast<std::size_t>(got)});
  }

  void consume(int fd, std::string_view bytes) {
    auto& connection = connections_[static_cast<std::size_t>(fd)];
    if (connection.body_left < 0) {
      // The common case, a head that arrived whole, is parsed in place.
      const bool whole =
          connection.head.empty() && bytes.find("\r\n\r\n") != std::string_view::npos;
      if (!whole) bytes = connection.head.append(bytes);
      const auto end = bytes.find("\r\n\r\n");
      if (end == std::string_view::npos) return;
      const auto length = length_of(bytes.substr(0, end + 2));
      if (!length) fail("an answer is not 200 with a Content-Length");
      if (tally_.body_length < 0) tally_.body_length = *length;
      if (*length != tally_.body_length) fail("an answer has another length than expected");
      connection.body_left = *length;
      bytes.remove_prefix(end + 4);
    }
    connection.body_left -= static_cast<std::int64_t>(bytes.size());
    if (connection.body_left < 0) fail("an answer is longer than its Content-Length");
    if (connection.body_left > 0) return connection.head.clear();
    connection.head.clear();
    connection.body_left = -1;
    ++tally_.answered;
    send_request(fd);
  }

  static constexpr std::size_t kBuffer = 256 << 10;

  Options options_;
  std::string request_;
  int epoll_;
  std::int64_t goal_ = 0;  // requests to send
  Tally tally_;
  std::chrono::steady_clock::time_point start_;
  std::vector<int> fds_;
  std::vector<Connection> connections_;  // by file descriptor
  std::unique_ptr<char[]> buffer_ = std::make_unique<char[]>(kBuffer);
};

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  const std::vector<std::string_view> words(argv + 1, argv + argc);
  weir::bench::Load load(weir::bench::parse_options(words));
  const auto tally = load.run();
  std::printf(R"({"requests":%lld,"body_bytes":%lld,"seconds":%.3f})"
              "\n",
              static_cast<long long>(tally.answered), static_cast<long long>(tally.body_length),
              load.seconds());
}
