#include "http/server.hpp"

#include <future>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

#include "http/server_metrics.hpp"
#include "telemetry/log.hpp"

namespace weir::http {
namespace asio = boost::asio;
namespace {

constexpr int kBacklog = 1024;
// Beyond the limit this many more are told 503; the rest are closed unheard.
constexpr std::int64_t kShedConnections = 256;
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::chrono::milliseconds kDrainPoll{20};

// Counts a connection while it is open.
class Open {
 public:
  explicit Open(ServerShared& shared)
      : position(shared.connections.fetch_add(1, std::memory_order_relaxed) + 1), shared_(shared) {
    shared_.open->Increment();
  }
  Open(const Open&) = delete;
  Open& operator=(const Open&) = delete;
  ~Open() {
    shared_.open->Decrement();
    shared_.connections.fetch_sub(1, std::memory_order_relaxed);
  }

  const std::int64_t position;  ///< it and those before it

 private:
  ServerShared& shared_;
};

}  // namespace

Listener::Listener(net::Acceptor acceptor, ServerShared& shared, std::unique_ptr<Handler> handler)
    : acceptor_(std::move(acceptor)),
      shared_(shared),
      handler_(std::move(handler)),
      context_{shared.settings, *handler_, sweeper_, shared.in_flight},
      background_(acceptor_.get_executor()),
      tasks_(acceptor_.get_executor()) {}

void Listener::start() {
  background_.spawn("accept", accept_loop());
  background_.spawn("deadlines", sweeper_.run());
}

net::Task<> Listener::accept_loop() {
  while (acceptor_.is_open()) {
    auto [error, socket] = co_await acceptor_.async_accept(net::use_task);
    if (!error) {
      admit(std::move(socket));
    } else if (error == asio::error::operation_aborted) {
      co_return;
    } else if (error != asio::error::connection_aborted) {
      // Out of descriptors or memory: what is open goes on; a spinning accept would starve it.
      telemetry::log_warn("cannot accept", {{"server", shared_.name}, {"what", error.message()}});
      co_await net::wait_for(kAcceptPause);
    }
  }
}

void Listener::admit(net::Socket socket) {
  shared_.accepted->Increment();
  tasks_.spawn("connection", serve(std::move(socket)));
}

net::Task<> Listener::serve(net::Socket socket) {
  const Open open(shared_);
  const auto limit = shared_.settings.max_connections;
  if (open.position > limit) shared_.shed->Increment();
  if (open.position > limit + kShedConnections) co_return;
  Connection connection(std::move(socket), context_);
  connections_.push_back(connection);
  if (open.position <= limit) {
    co_await connection.run();
  } else {
    co_await connection.shed();
  }
}

void Listener::accept_waiting() {
  boost::system::error_code error;
  for (;;) {
    auto socket = acceptor_.accept(error);
    if (error) return;
    admit(std::move(socket));
  }
}

net::Task<> Listener::stop(MonotonicTime deadline) {
  accept_waiting();
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  context_.draining = true;
  while (tasks_.size() > 0 && monotonic_now() < deadline) {
    co_await net::wait_for(kDrainPoll);  // the connections just accepted first begin to read
    for (auto it = connections_.begin(); it != connections_.end();) (it++)->drain();
  }
  for (auto it = connections_.begin(); it != connections_.end();) (it++)->abort();
  co_await tasks_.join();
  background_.cancel();
  co_await background_.join();
}

Server::Server(std::string name, const Settings& settings, std::vector<net::IoThread*> threads)
    : shared_{.name = std::move(name), .settings = settings}, threads_(std::move(threads)) {}

// What a listener holds on its io_context must go on its thread; and what its handler's connections
// were waiting for ends there after it.
Server::~Server() {
  for (std::size_t i = 0; i < listeners_.size(); ++i) {
    threads_[i]->call([&listener = listeners_[i]] { listener.reset(); });
    threads_[i]->run_queued();
  }
}

Result<std::unique_ptr<Server>> Server::open(std::string name, const std::string& listen,
                                             const Settings& settings,
                                             std::vector<net::IoThread*> threads,
                                             const MakeHandler& make_handler,
                                             telemetry::Registry& registry) {
  const auto endpoint = net::parse_endpoint(listen);
  if (!endpoint) return std::unexpected(endpoint.error());
  if (net::is_taken(*endpoint)) {
    return fail(Errc::config_invalid, "cannot listen on " + listen + ": the address is in use");
  }
  std::unique_ptr<Server> server(new Server(std::move(name), settings, std::move(threads)));
  server->endpoint_ = *endpoint;

  auto& shared = server->shared_;
  const prometheus::Labels labels{{"server", shared.name}};
  shared.open = &telemetry::register_gauge(registry, kConnectionsOpen).Add(labels);
  shared.accepted = &telemetry::register_counter(registry, kConnectionsAccepted).Add(labels);
  shared.shed = &telemetry::register_counter(registry, kConnectionsShed).Add(labels);

  int index = 0;
  for (net::IoThread* thread : server->threads_) {
    auto handler = make_handler(index++);
    auto opened = thread->call([&]() -> Result<> {
      auto acceptor = net::open_listener(thread->executor(), server->endpoint_, kBacklog);
      if (!acceptor) return std::unexpected(acceptor.error());
      boost::system::error_code ignored;
      server->endpoint_ = acceptor->local_endpoint(ignored);
      server->listeners_.push_back(
          std::make_unique<Listener>(std::move(*acceptor), shared, std::move(handler)));
      return {};
    });
    if (!opened) return std::unexpected(std::move(opened.error()));
  }
  return server;
}

void Server::start() {
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    threads_[i]->call([listener = listeners_[i].get()] { listener->start(); });
  }
}

void Server::stop(std::chrono::milliseconds drain) {
  const auto deadline = monotonic_now() + drain;
  std::vector<std::future<void>> stopped;
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    stopped.push_back(
        asio::co_spawn(threads_[i]->executor(), listeners_[i]->stop(deadline), asio::use_future));
  }
  for (auto& future : stopped) future.get();
}

}  // namespace weir::http
