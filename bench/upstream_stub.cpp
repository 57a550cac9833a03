// The upstream of bench/proxy and bench/edge: one epoll loop that answers chat calls from stored
// bytes.
//
// Its cost is not measured; it only has to be cheap enough not to be the bottleneck. The model's
// name selects the workload (workload.hpp). A stream's head is sent at once; then each event when
// it is due, with the time of its send in its text.
//
// Usage: upstream_stub PORT. Prints "listening" once the listener is open; ends with SIGTERM.
#include <array>
#include <charconv>
#include <chrono>
#include <deque>
#include <string>
#include <string_view>
#include <sys/timerfd.h>
#include <unordered_map>

#include "head.hpp"
#include "number.hpp"
#include "socket.hpp"
#include "workload.hpp"

namespace weir::bench {
namespace {

constexpr std::size_t kMaxRequest = 1 << 20;
constexpr std::size_t kReadPiece = 64 << 10;

constexpr std::string_view kStreamHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
    "X-Accel-Buffering: no\r\nTransfer-Encoding: chunked\r\n\r\n";
constexpr std::string_view kUsage =
    R"("usage":{"prompt_tokens":180,"completion_tokens":20,"total_tokens":200})";
constexpr std::string_view kNotFound =
    "HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";

std::string json_answer(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string list_answer() {
  std::string rows;
  for (const auto& row : kWorkloads) {
    if (!rows.empty()) rows += ',';
    rows += R"({"id":")" + std::string(row.model) +
            R"(","object":"model","created":1700000000,"owned_by":"bench"})";
  }
  return json_answer(R"({"object":"list","data":[)" + rows + "]}");
}

std::string chat_answer() {
  std::string text;
  while (text.size() < 560) text += "A weir holds water back and lets it pass evenly. ";
  return json_answer(
      R"({"id":"chatcmpl-bench","object":"chat.completion","created":1700000000,)"
      R"("model":"bench-chat","choices":[{"index":0,"message":{"role":"assistant","content":")" +
      text + R"("},"logprobs":null,"finish_reason":"stop"}],)" + std::string(kUsage) + "}");
}

std::string chunk(const std::string& bytes) {
  std::array<char, 16> size;
  char* const end = std::to_chars(size.begin(), size.end(), bytes.size(), 16).ptr;
  return std::string(size.data(), end) + "\r\n" + bytes + "\r\n";
}

std::string event(std::string_view choices, std::string_view rest) {
  return R"(data: {"id":"chatcmpl-bench","object":"chat.completion.chunk","created":1700000000,)"
         R"("model":"bench-chat","choices":[)" +
         std::string(choices) + "]" + std::string(rest) + "}\n\n";
}

// One event as a chunk of constant length, so that only its digits are rewritten.
class StampedEvent {
 public:
  std::string_view at(std::int64_t sent_ns) {
    for (auto digit = kStampDigits; digit-- > 0; sent_ns /= 10) {
      bytes_[stamp_ + digit] = static_cast<char>('0' + sent_ns % 10);
    }
    return bytes_;
  }

 private:
  static std::string unstamped() {
    const std::string text = std::string(kStampMark) + std::string(kStampDigits, '0');
    return chunk(
        event(R"({"index":0,"delta":{"content":")" + text + R"( "},"finish_reason":null})", ""));
  }

  std::string bytes_ = unstamped();
  std::size_t stamp_ = bytes_.find(kStampMark) + kStampMark.size();
};

std::string stream_end() {
  const auto finish = event(R"({"index":0,"delta":{},"finish_reason":"stop"})", "");
  const auto usage = event("", "," + std::string(kUsage));
  return chunk(finish) + chunk(usage) + chunk("data: [DONE]\n\n") + "0\r\n\r\n";
}

struct Connection {
  std::uint64_t serial = 0;  // descriptors are reused, serials are not
  std::string request;       // received so far
  std::string unsent;
  Workload stream{};  // the current answer
  int events_left = 0;
};

// An event scheduled for sending.
struct Due {
  std::int64_t when_ns;
  int fd;
  std::uint64_t serial;
};

class Stub {
 public:
  explicit Stub(std::uint16_t port)
      : epoll_(must(epoll_create1(0), "epoll_create1")),
        listener_(listen_on(port)),
        timer_(must(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK), "timerfd_create")) {
    watch(epoll_, listener_, EPOLLIN);
    watch(epoll_, timer_, EPOLLIN);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 256> events{};
    for (;;) {
      const int count = epoll_wait(epoll_, events.data(), events.size(), -1);
      if (count < 0 && errno != EINTR) die("epoll_wait");
      for (int i = 0; i < count; ++i) {
        const auto& ready = events[static_cast<std::size_t>(i)];
        dispatch(ready.data.fd, ready.events);
      }
    }
  }

 private:
  void dispatch(int fd, std::uint32_t events) {
    if (fd == listener_) return take();
    if (fd == timer_) return send_due();
    const auto found = connections_.find(fd);
    if (found == connections_.end()) return;
    if ((events & EPOLLOUT) != 0) flush(fd, found->second);
    if ((events & ~std::uint32_t{EPOLLOUT}) != 0) receive(fd, found->second);
  }

  void take() {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
    if (fd < 0) return;
    set_option(fd, IPPROTO_TCP, TCP_NODELAY);
    watch(epoll_, fd, EPOLLIN);
    connections_[fd].serial = ++last_serial_;
  }

  void drop(int fd) {
    connections_.erase(fd);
    close(fd);
  }

  void receive(int fd, Connection& connection) {
    auto& request = connection.request;
    const auto before = request.size();
    request.resize(before + kReadPiece);
    const auto got = recv(fd, request.data() + before, kReadPiece, 0);
    request.resize(before + static_cast<std::size_t>(got > 0 ? got : 0));
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0 || request.size() > kMaxRequest) return drop(fd);
    if (is_whole(request)) {
      answer(fd, connection);
      request.clear();
    }
  }

  // A request without Content-Length has no body; chunked bodies are not supported.
  static bool is_whole(std::string_view request) {
    const auto end = request.find(kHeadEnd);
    if (end == std::string_view::npos) return false;
    const auto length = field(request.substr(0, end), "content-length");
    return request.size() - end - kHeadEnd.size() >= (length ? number<std::size_t>(*length) : 0);
  }

  void answer(int fd, Connection& connection) {
    const std::string_view request = connection.request;
    if (request.starts_with("GET /v1/models")) return push(fd, connection, list_);
    const auto workload = workload_of(request.substr(request.find(kHeadEnd)));
    if (!workload) return push(fd, connection, kNotFound);
    connection.stream = *workload;
    if (workload->events == 0) {
      if (workload->pace.count() > 0) return schedule(fd, connection, now_ns());
      return push(fd, connection, chat_);
    }
    connection.events_left = workload->events;
    push(fd, connection, kStreamHead);
    if (workload->pace.count() > 0) return schedule(fd, connection, now_ns());
    send_events(fd, connection, connection.events_left);
  }

  // Sends them in one piece, with the stream's end if these are the last.
  void send_events(int fd, Connection& connection, int count) {
    std::string piece;
    for (int i = 0; i < count; ++i) piece += event_.at(now_ns());
    connection.events_left -= count;
    if (connection.events_left == 0 && connection.stream.ends) piece += end_;
    push(fd, connection, piece);
  }

  // All streams measured at a time have the same pace, so the last one scheduled is due last.
  void schedule(int fd, const Connection& connection, std::int64_t from_ns) {
    const std::chrono::nanoseconds pace = connection.stream.pace;
    due_.push_back({from_ns + pace.count(), fd, connection.serial});
    if (due_.size() == 1) arm();
  }

  void arm() const {
    constexpr std::int64_t kSecond = 1'000'000'000;
    itimerspec when{};
    when.it_value.tv_sec = due_.front().when_ns / kSecond;
    when.it_value.tv_nsec = due_.front().when_ns % kSecond;
    must(timerfd_settime(timer_, TFD_TIMER_ABSTIME, &when, nullptr), "timerfd_settime");
  }

  void send_due() {
    std::uint64_t expirations = 0;
    if (read(timer_, &expirations, sizeof expirations) < 0) return;
    while (!due_.empty() && due_.front().when_ns <= now_ns()) {
      const Due due = due_.front();
      due_.pop_front();
      const auto found = connections_.find(due.fd);
      if (found == connections_.end() || found->second.serial != due.serial) continue;
      auto& connection = found->second;
      if (connection.stream.events == 0) {
        push(due.fd, connection, chat_);
        continue;
      }
      send_events(due.fd, connection, 1);
      if (connection.events_left > 0) schedule(due.fd, connection, due.when_ns);
    }
    if (!due_.empty()) arm();
  }

  void push(int fd, Connection& connection, std::string_view bytes) {
    if (connection.unsent.empty()) {
      const auto sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      bytes.remove_prefix(static_cast<std::size_t>(sent > 0 ? sent : 0));
      if (bytes.empty()) return;
      listen_for(fd, EPOLLIN | EPOLLOUT);
    }
    connection.unsent += bytes;
  }

  void flush(int fd, Connection& connection) {
    const auto sent = send(fd, connection.unsent.data(), connection.unsent.size(), MSG_NOSIGNAL);
    if (sent > 0) connection.unsent.erase(0, static_cast<std::size_t>(sent));
    if (connection.unsent.empty()) listen_for(fd, EPOLLIN);
  }

  void listen_for(int fd, std::uint32_t events) const {
    epoll_event wanted{};
    wanted.events = events;
    wanted.data.fd = fd;
    must(epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &wanted), "epoll_ctl");
  }

  const std::string list_ = list_answer();
  const std::string chat_ = chat_answer();
  const std::string end_ = stream_end();
  StampedEvent event_;
  int epoll_;
  int listener_;
  int timer_;
  std::uint64_t last_serial_ = 0;
  std::unordered_map<int, Connection> connections_;  // by file descriptor
  std::deque<Due> due_;
};

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  using namespace weir::bench;
  if (argc != 2) {
    std::fprintf(stderr, "usage: upstream_stub PORT\n");
    return 2;
  }
  Stub stub(number<std::uint16_t>(argv[1]));
  std::printf("listening\n");
  std::fflush(stdout);
  stub.run();
}
