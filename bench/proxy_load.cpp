// The client side of bench/proxy, and part of that of bench/edge. The status and completeness of
// every answer is checked, and each event of a stream, so a proxy cannot look cheap by doing
// something else.
//
//   proxy_load calls    closed loop: N keep-alive connections, one call in flight on each
//   proxy_load latency  one call at a time, the ports in turn; the time of each
//   proxy_load hold     opens N streams, waits for the first event of each, and keeps them
//
// Prints one line of JSON. hold prints it once all streams are open and ends with its input.
#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "answer_reader.hpp"
#include "number.hpp"
#include "socket.hpp"
#include "workload.hpp"

namespace weir::bench {
namespace {

constexpr std::size_t kReadPiece = 256 << 10;
// Ends the run if a server stops answering.
constexpr int kPatienceS = 10;
constexpr int kPatienceMs = kPatienceS * 1000;
constexpr std::string_view kSilence = "nothing came for ten seconds";

using Numbers = std::vector<std::int64_t>;

struct Options {
  std::string_view mode;
  std::vector<std::uint16_t> ports;
  Workload workload = kWorkloads.front();
  int connections = 32;
  std::int64_t requests = 10'000;
  std::int64_t expected_bytes = -1;  // -1: not checked
  std::string_view status = "200";
  std::string_view key;
  bool waits = false;   // for a line of input, once each connection has had an answer
  std::string headers;  // more of them, each with its line end
};

[[noreturn]] void stop(std::string_view why) {
  std::fprintf(stderr, "bench: %.*s\n", static_cast<int>(why.size()), why.data());
  std::exit(1);
}

Workload workload_named(std::string_view name) {
  const auto* const row = std::ranges::find(kWorkloads, name, &Workload::name);
  if (row == kWorkloads.end()) stop("no such workload: " + std::string(name));
  return *row;
}

Options parse_options(const std::vector<std::string_view>& words) {
  if (words.size() % 2 == 0)
    stop("usage: proxy_load calls|latency|hold --port PORT [--name VALUE]");
  Options options;
  options.mode = words.front();
  for (std::size_t i = 1; i < words.size(); i += 2) {
    const auto name = words[i];
    const auto value = words[i + 1];
    if (name == "--port") {
      options.ports.push_back(number<std::uint16_t>(value));
    } else if (name == "--workload") {
      options.workload = workload_named(value);
    } else if (name == "--connections") {
      options.connections = number<int>(value);
    } else if (name == "--requests") {
      options.requests = number<std::int64_t>(value);
    } else if (name == "--expect-bytes") {
      options.expected_bytes = number<std::int64_t>(value);
    } else if (name == "--wait") {
      options.waits = value == "1";
    } else if (name == "--status") {
      options.status = value;
    } else if (name == "--key") {
      options.key = value;
    } else if (name == "--header") {
      options.headers += std::string(value) + "\r\n";
    } else {
      stop("unknown option " + std::string(name));
    }
  }
  if (options.ports.empty()) stop("--port is missing");
  return options;
}

std::string make_request(const Options& options) {
  const auto body = request_body(options.workload);
  return "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " +
         std::string(options.key) + "\r\n" + options.headers +
         "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
         kHeadEnd.data() + body;
}

void send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const auto sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) stop("a connection does not take a request");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

void print_numbers(std::string_view name, const Numbers& numbers) {
  std::printf(R"("%.*s":[)", static_cast<int>(name.size()), name.data());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    std::printf(i == 0 ? "%lld" : ",%lld", static_cast<long long>(numbers[i]));
  }
  std::printf("]");
}

// Delays of events from the upstream's send to their arrival here.
struct Delays {
  Numbers first_ns;  // one per stream
  Numbers later_ns;  // of the events after the first
};

// Finds the stamps in a stream of events that arrives in arbitrary pieces.
class EventReader {
 public:
  void begin() {
    rest_.clear();
    events_ = 0;
    done_ = false;
  }

  void take(std::string_view bytes, std::int64_t now, Delays& delays) {
    rest_ += bytes;
    std::size_t from = 0;
    for (auto end = rest_.find("\n\n"); end != std::string::npos; end = rest_.find("\n\n", from)) {
      read_event(std::string_view(rest_).substr(from, end - from), now, delays);
      from = end + 2;
    }
    rest_.erase(0, from);
  }

  [[nodiscard]] int events() const { return events_; }
  [[nodiscard]] bool done() const { return done_; }

 private:
  void read_event(std::string_view event, std::int64_t now, Delays& delays) {
    if (event == "data: [DONE]") done_ = true;
    const auto at = event.find(kStampMark);
    if (at == std::string_view::npos) return;
    const auto sent = number<std::int64_t>(event.substr(at + kStampMark.size(), kStampDigits));
    (events_ == 0 ? delays.first_ns : delays.later_ns).push_back(now - sent);
    ++events_;
  }

  std::string rest_;
  int events_ = 0;
  bool done_ = false;
};

// One connection: sends a request, reads its answer in pieces, checks it at the end.
class Call {
 public:
  Call(const Options& options, std::uint16_t port)  // options outlives: main
      : options_(options), fd_(connect_to(port)), reader_(options.status) {
    set_patience(fd_, kPatienceS);
  }

  [[nodiscard]] int fd() const { return fd_; }
  void begin(std::string_view request) {
    events_.begin();
    send_all(fd_, request);
  }

  // One recv() of the answer; true once the answer is complete.
  bool receive(char* buffer, Delays& delays) {
    const auto got = recv(fd_, buffer, kReadPiece, 0);
    if (got < 0 && errno == EAGAIN) stop(kSilence);
    if (got <= 0) stop("a connection was closed within an answer");
    const auto now = now_ns();
    const bool streamed = options_.workload.events > 0;
    const bool complete =
        reader_.take({buffer, static_cast<std::size_t>(got)}, [&](std::string_view bytes) {
          if (streamed) events_.take(bytes, now, delays);
        });
    if (complete) check();
    return complete;
  }

 private:
  void check() const {
    const auto& workload = options_.workload;
    if (!reader_.problem().empty()) stop(reader_.problem());
    if (workload.events > 0 && (events_.events() != workload.events || !events_.done())) {
      stop("a stream ended after " + std::to_string(events_.events()) + " events" +
           (events_.done() ? "" : " without its [DONE]"));
    }
    if (options_.expected_bytes >= 0 && reader_.body_bytes() != options_.expected_bytes) {
      stop("an answer has " + std::to_string(reader_.body_bytes()) + " bytes instead of " +
           std::to_string(options_.expected_bytes));
    }
  }

  const Options& options_;
  int fd_;
  AnswerReader reader_;
  EventReader events_;
};

// Connections of one port under one epoll.
class Crowd {
 public:
  explicit Crowd(const Options& options)  // outlives: main
      : options_(options),
        request_(make_request(options)),
        epoll_(must(epoll_create1(0), "epoll_create1")) {
    for (int i = 0; i < options.connections; ++i) open(options.ports.front());
  }

  void send_request(int fd) { at(fd).begin(request_); }

  // Calls `visit(fd, complete)` for every piece that arrives within `patience_ms`; false if none
  // does.
  template <class Visit>
  bool wait(int patience_ms, Visit&& visit) {
    std::array<epoll_event, 256> events{};
    const int count =
        must(epoll_wait(epoll_, events.data(), events.size(), patience_ms), "epoll_wait");
    for (int i = 0; i < count; ++i) {
      const int fd = events[static_cast<std::size_t>(i)].data.fd;
      visit(fd, at(fd).receive(buffer_.get(), delays_));
    }
    return count > 0;
  }

  [[nodiscard]] const std::vector<int>& fds() const { return fds_; }
  [[nodiscard]] const Delays& delays() const { return delays_; }

 private:
  void open(std::uint16_t port) {
    auto call = std::make_unique<Call>(options_, port);
    const int fd = call->fd();
    const auto index = static_cast<std::size_t>(fd);
    if (index >= calls_.size()) calls_.resize(index + 1);
    calls_[index] = std::move(call);
    fds_.push_back(fd);
    watch(epoll_, fd, EPOLLIN);
  }

  Call& at(int fd) { return *calls_[static_cast<std::size_t>(fd)]; }

  const Options& options_;
  std::string request_;
  int epoll_;
  std::vector<std::unique_ptr<Call>> calls_;  // by file descriptor
  std::vector<int> fds_;
  Delays delays_;
  std::unique_ptr<char[]> buffer_ = std::make_unique<char[]>(kReadPiece);
};

// Paced streams begin one after the other over the length of a stream, as in practice: started at
// the same time they would stay in step, and each event would wait for those of the others.
std::int64_t start_gap_ns(const Options& options) {
  const std::chrono::nanoseconds stream = options.workload.pace * options.workload.events;
  return stream.count() / options.connections;
}

void warm_up(Crowd& crowd) {
  for (const int fd : crowd.fds()) crowd.send_request(fd);
  for (std::size_t left = crowd.fds().size(); left > 0;) {
    const bool came =
        crowd.wait(kPatienceMs, [&](int, bool complete) { left -= complete ? 1 : 0; });
    if (!came) stop(kSilence);
  }
  std::printf("ready\n");
  std::fflush(stdout);
  std::getchar();
}

void run_calls(const Options& options) {
  Crowd crowd(options);
  if (options.waits) warm_up(crowd);
  std::int64_t sent = 0;
  std::int64_t answered = 0;
  const auto next = [&](int fd) {
    if (sent == options.requests) return;
    ++sent;
    crowd.send_request(fd);
  };
  const auto gap_ns = start_gap_ns(options);
  const auto start = now_ns();
  std::size_t begun = 0;
  while (answered < options.requests) {
    while (begun < crowd.fds().size() &&
           now_ns() >= start + gap_ns * static_cast<std::int64_t>(begun)) {
      next(crowd.fds()[begun++]);
    }
    const bool all_begun = begun == crowd.fds().size();
    const bool came = crowd.wait(all_begun ? kPatienceMs : 1, [&](int fd, bool complete) {
      if (!complete) return;
      ++answered;
      next(fd);
    });
    if (all_begun && !came) stop(kSilence);
  }
  const auto took_ns = now_ns() - start;
  std::printf(R"({"requests":%lld,"seconds":%.6f,)", static_cast<long long>(answered),
              static_cast<double>(took_ns) / 1e9);
  // Unpaced events wait for each other, so their delays mean nothing.
  const bool paced = options.workload.pace.count() > 0;
  print_numbers("first_event_ns", paced ? crowd.delays().first_ns : Numbers{});
  std::printf(",");
  print_numbers("later_event_ns", paced ? crowd.delays().later_ns : Numbers{});
  std::printf("}\n");
}

// Measures calls on each port, the ports in turn, so that noise affects all of them alike.
void run_latency(const Options& options) {
  constexpr std::int64_t kWarmUp = 200;
  const auto request = make_request(options);
  const auto buffer = std::make_unique<char[]>(kReadPiece);
  std::vector<Call> calls;
  for (const auto port : options.ports) calls.emplace_back(options, port);
  std::vector<Numbers> took_ns(calls.size());
  Delays delays;
  for (std::int64_t round = -kWarmUp; round < options.requests; ++round) {
    for (std::size_t i = 0; i < calls.size(); ++i) {
      const auto start = now_ns();
      calls[i].begin(request);
      while (!calls[i].receive(buffer.get(), delays)) {
      }
      if (round >= 0) took_ns[i].push_back(now_ns() - start);
    }
  }
  std::printf("{");
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (i > 0) std::printf(",");
    print_numbers(std::to_string(options.ports[i]), took_ns[i]);
  }
  std::printf("}\n");
}

void run_hold(const Options& options) {
  Crowd crowd(options);
  for (const int fd : crowd.fds()) crowd.send_request(fd);
  const auto wanted = static_cast<std::size_t>(options.connections);
  while (crowd.delays().first_ns.size() < wanted) {
    const bool came = crowd.wait(kPatienceMs, [](int, bool complete) {
      if (complete) stop("a held stream ended");
    });
    if (!came) stop(kSilence);
  }
  std::printf(R"({"open":%d})"
              "\n",
              options.connections);
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
}

}  // namespace
}  // namespace weir::bench

int main(int argc, char** argv) {
  using namespace weir::bench;
  const auto options = parse_options({argv + 1, argv + argc});
  if (options.mode == "calls") {
    run_calls(options);
  } else if (options.mode == "latency") {
    run_latency(options);
  } else if (options.mode == "hold") {
    run_hold(options);
  } else {
    stop("no such mode: " + std::string(options.mode));
  }
}
