// The baseline: an epoll loop that answers stored bytes to anything that ends like a request head.
// It parses nothing, checks no key, counts nothing and logs nothing, so its cost is the kernel's.
// bench/list quotes Weir's CPU per request as a multiple of this.
//
// Usage: epoll_baseline PORT BODY_FILE THREADS. One SO_REUSEPORT listener and loop per thread.
// Prints "listening" once every listener is open; ends with SIGTERM.
#include <array>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <sys/uio.h>
#include <thread>
#include <unordered_map>
#include <vector>

#include "number.hpp"
#include "socket.hpp"

namespace weir::bench {
namespace {

std::string make_answer(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

class Loop {
 public:
  Loop(int listener, const std::string& answer)  // both outlive: main
      : listener_(listener), answer_(answer), epoll_(must(epoll_create1(0), "epoll_create1")) {
    watch(epoll_, listener_, EPOLLIN);
  }

  [[noreturn]] void run() {
    std::array<epoll_event, 256> events{};
    for (;;) {
      const int count = epoll_wait(epoll_, events.data(), events.size(), -1);
      if (count < 0 && errno != EINTR) die("epoll_wait");
      for (int i = 0; i < count; ++i) {
        const int fd = events[static_cast<std::size_t>(i)].data.fd;
        if (fd == listener_) {
          take();
        } else {
          serve(fd);
        }
      }
    }
  }

 private:
  void take() {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
    if (fd < 0) return;
    set_option(fd, IPPROTO_TCP, TCP_NODELAY);
    watch(epoll_, fd, EPOLLIN);
  }

  void serve(int fd) {
    if (const auto unsent = unsent_.find(fd); unsent != unsent_.end()) {
      return push(fd, unsent->second);
    }
    std::array<char, 8192> request;
    const auto got = recv(fd, request.data(), request.size(), 0);
    if (got <= 0) {
      close(fd);
      return;
    }
    const std::string_view text(request.data(), static_cast<std::size_t>(got));
    if (text.ends_with("\r\n\r\n")) push(fd, 0);
  }

  // Sends the answer from `at` on; the rest waits for EPOLLOUT.
  void push(int fd, std::size_t at) {
    const auto sent = send(fd, answer_.data() + at, answer_.size() - at, MSG_NOSIGNAL);
    const auto end = at + static_cast<std::size_t>(sent > 0 ? sent : 0);
    const bool whole = end == answer_.size();
    if (whole && at == 0) return;
    if (whole) {
      unsent_.erase(fd);
    } else {
      unsent_[fd] = end;
    }
    epoll_event event{};
    event.events = whole ? EPOLLIN : EPOLLOUT;
    event.data.fd = fd;
    must(epoll_ctl(epoll_, EPOLL_CTL_MOD, fd, &event), "epoll_ctl");
  }

  int listener_;
  const std::string& answer_;
  int epoll_;
  std::unordered_map<int, std::size_t> unsent_;
};

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  using namespace weir::bench;
  if (argc != 4) {
    std::fprintf(stderr, "usage: epoll_baseline PORT BODY_FILE THREADS\n");
    return 2;
  }
  std::ifstream file(argv[2], std::ios::binary);
  const std::string body{std::istreambuf_iterator<char>(file), {}};
  const std::string answer = make_answer(body);

  std::vector<int> listeners;
  for (int i = 0; i < number<int>(argv[3]); ++i) {
    listeners.push_back(listen_on(number<std::uint16_t>(argv[1])));
  }
  std::printf("listening\n");
  std::fflush(stdout);
  std::vector<std::jthread> threads;
  for (const int listener : listeners) {
    threads.emplace_back([listener, &answer] { Loop(listener, answer).run(); });
  }
}
