// Two nodes on a real redis-server; skipped where there is none.
#include "redis/share_client.hpp"

#include <csignal>
#include <filesystem>
#include <future>
#include <optional>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "net/io_thread.hpp"
#include "net/task_group.hpp"

namespace weir::redis {
namespace {

constexpr auto kProgram = "/usr/bin/redis-server";

// A port that is free now; another is tried if it no longer is when the server wants it.
std::uint16_t free_port(net::Executor executor) {
  net::Acceptor probe(executor, net::Tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
  return probe.local_endpoint().port();
}

class Server {
 public:
  explicit Server(std::uint16_t port) : port_(port) {
    pid_ = ::fork();
    if (pid_ != 0) return;
    const auto text = std::to_string(port);
    ::execl(kProgram, kProgram, "--port", text.c_str(), "--bind", "127.0.0.1", "--save", "",
            "--appendonly", "no", "--logfile", "/dev/null", "--dir", "/tmp", nullptr);
    ::_exit(127);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  // Until it accepts a connection; false if it has ended, such as for want of the port.
  [[nodiscard]] bool listens(net::Executor executor) const {
    const net::Tcp::endpoint at(boost::asio::ip::address_v4::loopback(), port_);
    while (::waitpid(pid_, nullptr, WNOHANG) == 0) {
      net::Socket probe(executor);
      boost::system::error_code error;
      probe.connect(at, error);
      if (!error) return true;
      std::this_thread::yield();
    }
    return false;
  }
  [[nodiscard]] std::string url() const { return fmt::format("redis://127.0.0.1:{}", port_); }

 private:
  std::uint16_t port_;
  pid_t pid_;
};

class Node {
 public:
  Node(const std::string& url, std::int64_t limit, std::string name) : thread_("node") {
    Settings settings;
    settings.url = Secret(url);
    settings.timeout = std::chrono::seconds(30);
    limit::Limits limits;
    limits.requests_per_minute = limit;
    limiter_ = std::make_shared<limit::KeyLimiter>(limits, std::vector<limit::ModelLimits>{},
                                                   limit::Spans{}, nullptr, "key", &lease_);
    thread_.call([&] {
      client_ = std::make_unique<ShareClient>(
          settings, lease_, thread_.executor(), pool_,
          [name, count = 0]() mutable { return fmt::format("{}{}", name, ++count); });
      tasks_ = std::make_unique<net::TaskGroup>(thread_.executor());
      tasks_->spawn("share", client_->run());
    });
  }
  ~Node() { leave(); }

  void leave() {
    if (!client_) return;
    thread_.call([&] { client_->leave(); });
    boost::asio::co_spawn(thread_.executor(), tasks_->join(), boost::asio::use_future).get();
    thread_.call([&] {
      tasks_.reset();
      client_.reset();
    });
  }

  // As a call does.
  bool call() {
    for (int i = 0; i < 4; ++i) {
      const auto reserved = limiter_->try_reserve("m", {}, monotonic_now());
      if (reserved) return true;
      if (!reserved.error().lacks_share) return false;
      std::promise<bool> traded;
      auto done = traded.get_future();
      client_->trade(limiter_, [&traded](bool away) { traded.set_value(away); });
      (void)done.get();
    }
    return false;
  }

 private:
  limit::ShareLease lease_;
  std::shared_ptr<limit::KeyLimiter> limiter_;
  net::WorkerPool pool_{1};
  net::IoThread thread_;
  std::unique_ptr<ShareClient> client_;
  std::unique_ptr<net::TaskGroup> tasks_;
};

class OnRedis : public testing::TestWithParam<std::int64_t> {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(kProgram)) GTEST_SKIP() << "redis-server is not installed";
    do {
      server_.emplace(free_port(thread_.executor()));
    } while (!server_->listens(thread_.executor()));
  }
  // Admitted by both until `wanted` were, or the time within one window is over.
  static std::int64_t admit(std::initializer_list<Node*> nodes, std::int64_t wanted) {
    std::int64_t admitted = 0;
    const auto end = monotonic_now() + std::chrono::seconds(50);
    while (admitted < wanted && monotonic_now() < end) {
      for (auto* node : nodes) admitted += node->call() ? 1 : 0;
    }
    return admitted;
  }

  net::IoThread thread_{"port"};
  std::optional<Server> server_;
};

TEST_P(OnRedis, TwoNodesAdmitTheLimitAndNoMore) {
  Node a(server_->url(), GetParam(), "a");
  Node b(server_->url(), GetParam(), "b");
  const auto began = monotonic_now();
  std::int64_t admitted = admit({&a, &b}, GetParam());
  for (int i = 0; i < 50; ++i) admitted += (a.call() ? 1 : 0) + (b.call() ? 1 : 0);
  EXPECT_GT(admitted, 0);
  if (monotonic_now() - began < std::chrono::minutes(1)) EXPECT_LE(admitted, GetParam());
}

INSTANTIATE_TEST_SUITE_P(Limits, OnRedis, testing::Values(1, 10, 90, 1'000));

TEST_F(OnRedis, ANodeThatLeavesLeavesWhatItHasNotUsed) {
  Node a(server_->url(), 10, "a");
  Node b(server_->url(), 10, "b");
  const auto began = monotonic_now();
  const auto first = admit({&a}, 4);
  a.leave();
  const auto rest = admit({&b}, 6);
  int more = 0;
  for (int i = 0; i < 50; ++i) more += b.call() ? 1 : 0;
  EXPECT_GT(rest, 0);
  if (monotonic_now() - began < std::chrono::minutes(1)) EXPECT_LE(first + rest + more, 10);
}

}  // namespace
}  // namespace weir::redis
