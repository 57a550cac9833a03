// The clients of bench/edge, as on the open network. Every answer is checked, so a server cannot
// look good by answering something else.
//
//   edge_load crowd  open loop: calls begin when due, whatever the outcome of earlier ones;
//                    --phase RATE:SECONDS, in sequence; all clients leave at the end of each
//   edge_load idle   N connections with one answered request each, which stay open
//   edge_load slow   N connections that send, or read, a byte at intervals: --kind head|body|read
//
// Prints lines of JSON. idle and slow print one once all are connected, and end with their input.
#include <algorithm>
#include <array>
#include <memory>
#include <poll.h>
#include <string>
#include <string_view>
#include <vector>

#include "head.hpp"
#include "number.hpp"
#include "socket.hpp"
#include "workload.hpp"

namespace weir::bench {
namespace {

constexpr std::size_t kReadPiece = 64 << 10;
constexpr int kPatienceMs = 10'000;
constexpr std::int64_t kSecond = 1'000'000'000;
// Bound on connections of calls in flight.
constexpr std::size_t kMaxCrowd = 8000;
// The interval between a slow client's actions.
constexpr std::int64_t kSlowPaceNs = kSecond;
constexpr int kTinyBuffer = 1;  // the kernel rounds it up to its minimum

using Numbers = std::vector<std::int64_t>;

struct Phase {
  std::int64_t rate;  // calls per second
  std::int64_t seconds;
};

struct Options {
  std::string_view mode;
  std::uint16_t port = 0;
  std::string_view path;  // path of a GET; empty: a chat call
  std::string_view workload = "chat";
  std::string_view kind;
  std::string_view key;
  std::size_t connections = 100;
  std::vector<Phase> phases;
};

[[noreturn]] void stop(std::string_view why) {
  std::fprintf(stderr, "bench: %.*s\n", static_cast<int>(why.size()), why.data());
  std::exit(1);
}

Phase phase_of(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) stop("a phase is RATE:SECONDS");
  return {number<std::int64_t>(text.substr(0, colon)),
          number<std::int64_t>(text.substr(colon + 1))};
}

Options parse_options(const std::vector<std::string_view>& words) {
  if (words.size() % 2 == 0) stop("usage: edge_load crowd|idle|slow --port PORT [--name VALUE]");
  Options options;
  options.mode = words.front();
  for (std::size_t i = 1; i < words.size(); i += 2) {
    const auto name = words[i];
    const auto value = words[i + 1];
    if (name == "--port") {
      options.port = number<std::uint16_t>(value);
    } else if (name == "--path") {
      options.path = value;
    } else if (name == "--workload") {
      options.workload = value;
    } else if (name == "--kind") {
      options.kind = value;
    } else if (name == "--key") {
      options.key = value;
    } else if (name == "--connections") {
      options.connections = number<std::size_t>(value);
    } else if (name == "--phase") {
      options.phases.push_back(phase_of(value));
    } else {
      stop("unknown option " + std::string(name));
    }
  }
  return options;
}

std::string make_request(const Options& options) {
  const std::string fields =
      " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " + std::string(options.key) + "\r\n";
  if (!options.path.empty()) return "GET " + std::string(options.path) + fields + "\r\n";
  const auto* const row = std::ranges::find(kWorkloads, options.workload, &Workload::name);
  if (row == kWorkloads.end()) stop("no such workload: " + std::string(options.workload));
  const auto body = request_body(*row);
  return "POST /v1/chat/completions" + fields +
         "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         kHeadEnd.data() + body;
}

void print_numbers(const char* name, const Numbers& numbers) {
  std::printf(R"("%s":[)", name);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    std::printf(i == 0 ? "%lld" : ",%lld", static_cast<long long>(numbers[i]));
  }
  std::printf("]");
}

// Non-blocking: a full server may be slow to accept.
int begin_connection(std::uint16_t port, bool tiny) {
  const int fd = must(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), "socket");
  if (tiny) {
    must(setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kTinyBuffer, sizeof kTinyBuffer), "setsockopt");
  }
  const auto address = loopback(port);
  const int result = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  if (result < 0 && errno != EINPROGRESS) die("connect");
  set_option(fd, IPPROTO_TCP, TCP_NODELAY);
  return fd;
}

bool sends_whole(int fd, std::string_view bytes) {
  return send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(bytes.size());
}

// ---- crowd

// One client of the crowd; either a call is in flight on it or it is free.
struct Client {
  int fd = -1;
  bool connected = false;
  std::int64_t due_ns = 0;
  std::string answer;
};

// Outcomes of the calls of one phase; each of the two pairs has one entry per call.
struct Tally {
  Numbers admitted_ns;     // time from when it was due to its answer
  Numbers admitted_at_ns;  // when it was due, since the phase's start
  Numbers refused_ns;
  Numbers refused_at_ns;
  std::int64_t begun = 0;
  std::int64_t lost = 0;       // the connection ended without an answer
  std::int64_t abandoned = 0;  // unanswered when the crowd left
};

class Crowd {
 public:
  explicit Crowd(const Options& options)  // outlives: main
      : options_(options), request_(make_request(options)) {}

  void run() {
    for (const Phase& phase : options_.phases) {
      epoll_ = must(epoll_create1(0), "epoll_create1");
      tally_ = {};
      run_phase(phase);
      leave();
      print();
    }
  }

 private:
  void run_phase(const Phase& phase) {
    start_ns_ = now_ns();
    const auto total = phase.rate * phase.seconds;
    std::array<epoll_event, 256> events{};
    while (now_ns() < start_ns_ + phase.seconds * kSecond) {
      const auto due = (now_ns() - start_ns_) * phase.rate / kSecond;
      while (tally_.begun < std::min(due, total)) {
        begin_call(start_ns_ + tally_.begun * kSecond / phase.rate);
      }
      const int count = must(epoll_wait(epoll_, events.data(), events.size(), 1), "epoll_wait");
      for (int i = 0; i < count; ++i) {
        const auto& event = events[static_cast<std::size_t>(i)];
        serve(*clients_[static_cast<std::size_t>(event.data.fd)]);
      }
    }
  }

  void begin_call(std::int64_t due_ns) {
    ++tally_.begun;
    if (free_.empty()) return open(due_ns);
    const int fd = free_.back();
    free_.pop_back();
    Client& client = *clients_[static_cast<std::size_t>(fd)];
    client.due_ns = due_ns;
    if (!sends_whole(fd, request_)) lose(client);
  }

  void open(std::int64_t due_ns) {
    if (open_ == kMaxCrowd) stop("more calls are in flight than a crowd has clients");
    const int fd = begin_connection(options_.port, false);
    const auto index = static_cast<std::size_t>(fd);
    if (index >= clients_.size()) clients_.resize(index + 1);
    clients_[index] = std::make_unique<Client>();
    clients_[index]->fd = fd;
    clients_[index]->due_ns = due_ns;
    ++open_;
    watch(epoll_, fd, EPOLLIN | EPOLLOUT | std::uint32_t{EPOLLET});
  }

  void serve(Client& client) {
    if (!client.connected) {
      client.connected = true;
      if (!sends_whole(client.fd, request_)) return lose(client);
    }
    for (;;) {
      const auto got = recv(client.fd, buffer_.get(), kReadPiece, 0);
      if (got < 0 && errno == EAGAIN) return;
      if (got <= 0) return lose(client);
      client.answer.append(buffer_.get(), static_cast<std::size_t>(got));
      if (is_whole(client.answer)) return finish(client);
    }
  }

  static bool is_whole(std::string_view answer) {
    const auto end = answer.find(kHeadEnd);
    if (end == std::string_view::npos) return false;
    const auto length = field(answer.substr(0, end + 2), "content-length");
    if (!length) stop("an answer has no Content-Length");
    return answer.size() >= end + kHeadEnd.size() + number<std::size_t>(*length);
  }

  void finish(Client& client) {
    const std::string_view answer = client.answer;
    const auto took = now_ns() - client.due_ns;
    const auto at = client.due_ns - start_ns_;
    if (answer.starts_with("HTTP/1.1 200 ")) {
      tally_.admitted_ns.push_back(took);
      tally_.admitted_at_ns.push_back(at);
    } else if (is_refusal(answer)) {
      tally_.refused_ns.push_back(took);
      tally_.refused_at_ns.push_back(at);
    } else {
      stop("an answer is neither 200 nor a refusal: " + client.answer);
    }
    const bool closes = field(answer, "connection").value_or("") == "close";
    client.answer.clear();
    if (closes) return drop(client);
    free_.push_back(client.fd);
  }

  // As documented: 503, the code, and Retry-After.
  static bool is_refusal(std::string_view answer) {
    return answer.starts_with("HTTP/1.1 503 ") && answer.contains(R"("code":50505)") &&
           field(answer, "retry-after");
  }

  void lose(Client& client) {
    // A free connection closed by the server is not a lost call.
    const auto found = std::ranges::find(free_, client.fd);
    if (found != free_.end()) {
      free_.erase(found);
    } else {
      ++tally_.lost;
    }
    drop(client);
  }

  void drop(Client& client) {
    close(client.fd);
    --open_;
    clients_[static_cast<std::size_t>(client.fd)].reset();  // also closes the connection
  }

  void leave() {
    tally_.abandoned = static_cast<std::int64_t>(open_ - free_.size());
    for (auto& client : clients_) {
      if (!client) continue;
      close(client->fd);
      client.reset();
    }
    free_.clear();
    open_ = 0;
    close(epoll_);
  }

  void print() const {
    std::printf(R"({"begun":%lld,"lost":%lld,"abandoned":%lld,)",
                static_cast<long long>(tally_.begun), static_cast<long long>(tally_.lost),
                static_cast<long long>(tally_.abandoned));
    print_numbers("admitted_ns", tally_.admitted_ns);
    std::printf(",");
    print_numbers("admitted_at_ns", tally_.admitted_at_ns);
    std::printf(",");
    print_numbers("refused_ns", tally_.refused_ns);
    std::printf(",");
    print_numbers("refused_at_ns", tally_.refused_at_ns);
    std::printf("}\n");
  }

  const Options& options_;
  std::string request_;
  int epoll_ = -1;
  std::size_t open_ = 0;
  std::int64_t start_ns_ = 0;
  Tally tally_;
  std::vector<std::unique_ptr<Client>> clients_;  // by file descriptor
  std::vector<int> free_;                         // descriptors; the last one used is taken next
  std::unique_ptr<char[]> buffer_ = std::make_unique<char[]>(kReadPiece);
};

// ---- idle and slow

// Waits until then at most. Nothing is written to the input, so it can only end.
bool input_ends_before(std::int64_t due_ns) {
  const auto wait_ns = std::max<std::int64_t>(due_ns - now_ns(), 0);
  timespec longest{};
  longest.tv_sec = wait_ns / kSecond;
  longest.tv_nsec = wait_ns % kSecond;
  pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  return must(ppoll(&input, 1, &longest, nullptr), "ppoll") > 0;
}

void wait_for_end() {
  while (std::getchar() != EOF) {
  }
}

void say_ready(std::size_t open) {
  std::printf(R"({"open":%zu})"
              "\n",
              open);
  std::fflush(stdout);
}

void run_idle(const Options& options) {
  const auto request = make_request(options);
  const auto buffer = std::make_unique<char[]>(kReadPiece);
  for (std::size_t i = 0; i < options.connections; ++i) {
    const int fd = connect_to(options.port);  // stays open until the end of the program
    set_patience(fd, kPatienceMs / 1000);
    if (!sends_whole(fd, request)) stop("a connection does not take a request");
    std::string answer;
    std::size_t whole = std::string::npos;
    while (answer.size() < whole) {
      const auto got = recv(fd, buffer.get(), kReadPiece, 0);
      if (got <= 0) stop("a connection ended within an answer");
      answer.append(buffer.get(), static_cast<std::size_t>(got));
      const auto end = answer.find(kHeadEnd);
      const auto length = field(answer, "content-length");
      if (end == std::string::npos || !length) continue;
      whole = end + kHeadEnd.size() + number<std::size_t>(*length);
    }
    if (!answer.starts_with("HTTP/1.1 200 ")) stop("an answer is not 200: " + answer);
  }
  say_ready(options.connections);
  wait_for_end();
}

// Slow clients. One that the server disconnects reconnects at once.
class SlowClients {
 public:
  explicit SlowClients(const Options& options)  // outlives: main
      : options_(options), request_(make_request(options)), clients_(options.connections) {
    const auto head = request_.find(kHeadEnd) + kHeadEnd.size();
    if (options.kind == "head") {
      at_once_ = request_.find('\n') + 1;
    } else if (options.kind == "body") {
      at_once_ = head;
    } else if (options.kind == "read") {
      at_once_ = request_.size();
    } else {
      stop("--kind is head, body or read");
    }
  }

  void run() {
    for (auto& client : clients_) open(client);
    say_ready(clients_.size());
    const auto gap_ns = kSlowPaceNs / static_cast<std::int64_t>(clients_.size());
    std::size_t turn = 0;
    for (auto due_ns = now_ns(); !input_ends_before(due_ns); due_ns += gap_ns) {
      act(clients_[turn++ % clients_.size()]);
    }
    std::printf(R"({"cut_off":%lld})"
                "\n",
                static_cast<long long>(cut_off_));
  }

 private:
  struct Slow {
    int fd = -1;
    std::size_t sent = 0;
  };

  void open(Slow& client) const {
    client.fd = begin_connection(options_.port, options_.kind == "read");
    client.sent = 0;
    // On loopback, connecting completes with the call, unless the server's backlog is full.
    if (sends_whole(client.fd, std::string_view(request_).substr(0, at_once_))) {
      client.sent = at_once_;
    }
  }

  void act(Slow& client) {
    if (client.sent < at_once_) return open_again(client);
    char byte = 0;
    const auto got = recv(client.fd, &byte, 1, MSG_DONTWAIT);
    bool is_over = got == 0 || (got < 0 && errno != EAGAIN);
    if (options_.kind != "read") {
      is_over = is_over || got > 0;  // any answer means that the server has given up waiting
      if (!is_over && client.sent < request_.size()) {
        is_over = !sends_whole(client.fd, std::string_view(request_).substr(client.sent++, 1));
      }
    }
    if (!is_over) return;
    ++cut_off_;
    open_again(client);
  }

  void open_again(Slow& client) const {
    close(client.fd);
    open(client);
  }

  const Options& options_;
  std::string request_;
  std::size_t at_once_ = 0;  // of the request
  std::vector<Slow> clients_;
  std::int64_t cut_off_ = 0;
};

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  using namespace weir::bench;
  const auto options = parse_options({argv + 1, argv + argc});
  if (options.mode == "crowd") {
    Crowd(options).run();
  } else if (options.mode == "idle") {
    run_idle(options);
  } else if (options.mode == "slow") {
    SlowClients(options).run();
  } else {
    stop("no such mode");
  }
}
