#include "http/server.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_future.hpp>

#include "base/enumerators.hpp"
#include "base/scoped_count.hpp"
#include "http/listener_plan.hpp"
#include "http/server_metrics.hpp"
#include "net/adopted_listener.hpp"
#include "telemetry/log.hpp"

namespace weir::http {
namespace asio = boost::asio;
namespace {

constexpr int kBacklog = 4096;  // when it is full, a client waits a second to retry
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::chrono::milliseconds kDrainPoll{20};
// Time for answers to be cut off visibly.
constexpr std::chrono::milliseconds kLastWords{1'000};

// Counts a connection while it is open, and while it has a place.
class Place {
 public:
  explicit Place(ServerShared& shared)
      : shared_(shared),
        within_limit_(shared.connections.fetch_add(1, std::memory_order_relaxed) <
                      shared.max_connections) {
    shared_.open->Increment();
  }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;
  ~Place() {
    shared_.open->Decrement();
    if (held_) shared_.connections.fetch_sub(1, std::memory_order_relaxed);
  }

  [[nodiscard]] bool within_limit() const { return within_limit_; }
  void give_up() {
    held_ = false;
    shared_.connections.fetch_sub(1, std::memory_order_relaxed);
  }
  /// The place was taken over when the connection yielded.
  void was_given_up() { held_ = false; }

 private:
  ServerShared& shared_;
  const bool within_limit_;
  bool held_ = true;
};

void register_handshakes(telemetry::Registry& registry, ServerShared& shared) {
  auto& family = telemetry::register_counter(registry, kHandshakes);
  const auto counter = [&](const char* outcome) {
    return &family.Add({{"server", shared.name}, {"outcome", outcome}});
  };
  auto& counts = shared.handshakes;
  counts.completed = counter("completed");
  counts.failed = counter("failed");
  counts.timed_out = counter("timed_out");
  counts.refused = counter("refused");
  counts.not_tls = counter("not_tls");
}

void register_connections(telemetry::Registry& registry, ServerShared& shared) {
  const prometheus::Labels labels{{"server", shared.name}};
  shared.open = &telemetry::register_gauge(registry, kConnectionsOpen).Add(labels);
  shared.accepted = &telemetry::register_counter(registry, kConnectionsAccepted).Add(labels);
  shared.shed = &telemetry::register_counter(registry, kConnectionsShed).Add(labels);
  auto& yielded = telemetry::register_counter(registry, kConnectionsYielded);
  for (std::size_t i = 0; i < kYieldingStages; ++i) {
    const std::string stage(name(static_cast<Stage>(i)));
    shared.yielded.at(i) = &yielded.Add({{"server", shared.name}, {"stage", stage}});
  }
}

}  // namespace

Listener::Listener(std::vector<net::Acceptor> acceptors, ServerShared& shared, std::size_t threads,
                   std::unique_ptr<Handler> handler)
    : acceptors_(std::move(acceptors)),
      shared_(shared),
      queue_(acceptors_.front().get_executor()),
      handler_(std::move(handler)),
      context_{shared.settings, *handler_, sweeper_, states_,
               exchanges_,      queue_,    stages_,  shared.in_flight},
      background_(acceptors_.front().get_executor()),
      tasks_(acceptors_.front().get_executor()) {
  if (shared_.tls != nullptr) {
    // Answered handshakes give way to new ones only beyond this limit, since they must not fill the
    // server.
    const auto most = static_cast<std::size_t>(std::clamp<std::int64_t>(
        shared_.max_connections / 2, 1, shared_.settings.tls.max_handshakes));
    handshakes_ = std::make_unique<Handshakes>(shared_.settings.tls, (most + threads - 1) / threads,
                                               *shared_.tls, sweeper_, stages_, shared_.handshakes);
  }
}

void Listener::start() {
  for (auto& acceptor : acceptors_) background_.spawn("accept", accept_loop(acceptor));
  background_.spawn("deadlines", sweeper_.run());
}

net::Task<> Listener::accept_loop(net::Acceptor& acceptor) {  // outlives: the listener
  while (acceptor.is_open()) {
    auto [error, socket] = co_await acceptor.async_accept(net::use_task);
    if (!error) {
      admit(std::move(socket));
      accept_waiting(acceptor, Server::kAcceptTurn - 1);
    } else if (error == asio::error::operation_aborted) {
      co_return;
    } else if (error != asio::error::connection_aborted) {
      // Out of descriptors or memory: open connections go on, and a spinning accept would starve
      // them.
      telemetry::log_warn("cannot accept", {{"server", shared_.name}, {"what", error.message()}});
      co_await net::wait_for(kAcceptPause);
    }
  }
}

void Listener::admit(net::Socket socket) {
  shared_.accepted->Increment();
  tasks_.spawn("connection", handshakes_ ? serve_tls(std::move(socket)) : serve(std::move(socket)));
}

net::Task<> Listener::serve(net::Socket socket) {
  Place place(shared_);
  if (!place.within_limit() && !make_room()) {
    place.give_up();
    auto refusing = refuse(std::move(socket));
    co_return co_await std::move(refusing);
  }
  Connection connection(std::move(socket), nullptr, context_);
  co_await connection.run();
  if (connection.has_yielded()) place.was_given_up();
}

net::Task<> Listener::refuse(net::Socket socket) {
  shared_.shed->Increment();
  const ScopedCount counted(shared_.refused);
  if (shared_.refused.load(std::memory_order_relaxed) >
      Server::refused_at_once(shared_.max_connections)) {
    co_return;
  }
  Connection connection(std::move(socket), nullptr, context_);
  co_await connection.turn_away(Errc::overloaded);
}

// A full TLS server closes without a 503, which would cost a handshake.
net::Task<> Listener::serve_tls(net::Socket socket) {
  Place place(shared_);
  if (!place.within_limit() && !make_room()) {
    place.give_up();
    shared_.shed->Increment();
    co_return;
  }
  auto shaking = handshakes_->shake(socket);
  auto made = co_await std::move(shaking);
  bool yielded = made.yielded;
  if (made.session || made.plain_http) {
    auto serving = serve_after(std::move(socket), std::move(made.session));
    yielded = co_await std::move(serving);
  }
  if (yielded) place.was_given_up();
}

// A coroutine of its own: a stalled handshake then holds no connection's memory.
net::Task<bool> Listener::serve_after(net::Socket socket, std::unique_ptr<net::TlsSession> tls) {
  const bool speaks_tls = tls != nullptr;
  Connection connection(std::move(socket), std::move(tls), context_);
  if (speaks_tls) {
    co_await connection.run();
  } else {
    co_await connection.turn_away(Errc::tls_required);
  }
  co_return connection.has_yielded();
}

// Does not wait for another thread: until that thread acts there is one connection too many.
bool Listener::make_room() {
  counts_.clear();
  std::size_t own = 0;
  for (const Listener* listener : shared_.listeners) {
    if (listener == this) own = counts_.size();
    counts_.push_back(listener->stages_.counts());
  }
  while (const auto victim = choose_victim(counts_, own)) {
    if (victim->thread != own) {
      shared_.listeners[victim->thread]->ask(victim->stage);
      return true;
    }
    if (yield_oldest(victim->stage)) return true;
    counts_[own][static_cast<std::size_t>(victim->stage)] = 0;
  }
  return false;
}

bool Listener::yield_oldest(Stage stage) {
  const auto yielded = stages_.yield_oldest(stage);
  if (!yielded) return false;
  shared_.connections.fetch_sub(1, std::memory_order_relaxed);
  shared_.yielded[static_cast<std::size_t>(*yielded)]->Increment();
  return true;
}

// The chosen connection may be busy by then: another one yields, if there is any.
void Listener::ask(Stage stage) {
  stages_.ask(stage);
  asio::post(acceptors_.front().get_executor(), [this, stage] {
    stages_.answer(stage);
    for (const Stage each : std::span(kEnumerators<Stage>).first(kYieldingStages)) {
      if (yield_oldest(each)) return;
    }
  });
}

void Listener::accept_waiting(net::Acceptor& acceptor, int most) {
  boost::system::error_code error;
  for (int i = 0; i < most; ++i) {
    auto socket = acceptor.accept(error);
    if (error) return;
    admit(std::move(socket));
  }
}

void Listener::set_pressure(Pressure pressure) {
  const bool risen = pressure > context_.pressure;
  context_.pressure = pressure;
  if (risen) stages_.for_each(&Staged::on_memory_pressure);
}

net::Task<> Listener::stop(MonotonicTime deadline, MonotonicTime idle_until) {
  for (auto& acceptor : acceptors_) {
    if (background_.size() > 0) {
      accept_waiting(acceptor, std::numeric_limits<int>::max());  // after this, new ones are never
                                                                  // started
    }
    net::close_listener(acceptor);
  }
  context_.draining = true;
  for (auto now = monotonic_now(); tasks_.size() > 0 && now < deadline; now = monotonic_now()) {
    // Not at once: a client with a persistent connection may be sending on it right now.
    context_.ends_idle = now >= idle_until;
    if (context_.ends_idle && handshakes_) handshakes_->abort();
    stages_.for_each(&Staged::drain);
    co_await net::wait_for(kDrainPoll);
  }
  context_.ends_idle = true;
  stages_.for_each(&Staged::drain);
  stages_.for_each(&Staged::end_soon);
  const auto last_words = monotonic_now() + kLastWords;
  while (tasks_.size() > 0 && monotonic_now() < last_words) co_await net::wait_for(kDrainPoll);
  if (handshakes_) handshakes_->abort();
  stages_.for_each(&Staged::abort);
  co_await tasks_.join();
  background_.cancel();
  co_await background_.join();
}

Server::Server(std::string name, const Settings& settings, std::int64_t max_connections,
               std::vector<net::IoThread*> threads)
    : shared_{.name = std::move(name), .settings = settings, .max_connections = max_connections},
      threads_(std::move(threads)) {}

std::int64_t Server::refused_at_once(std::int64_t max_connections) {
  return std::clamp<std::int64_t>(max_connections / 16, 8, 256);
}

// A listener's I/O objects must be destroyed on its thread; afterwards, handlers that its
// connections waited for are completed there.
Server::~Server() {
  for (std::size_t i = 0; i < listeners_.size(); ++i) {
    threads_[i]->call([&listener = listeners_[i]] { listener.reset(); });
    threads_[i]->run_queued();
  }
}

Result<> Server::find_endpoint(const ListenAt& listen) {
  auto found = listen.inherited.empty() ? net::parse_endpoint(listen.address)
                                        : net::listening_at(listen.inherited.front());
  if (!found) return std::unexpected(std::move(found.error()));
  endpoint_ = *found;
  if (listen.inherited.empty() && net::is_taken(endpoint_)) {
    return fail(Errc::config_invalid,
                "cannot listen on " + listen.address + ": the address is in use");
  }
  return {};
}

Result<std::vector<net::Acceptor>> Server::open_acceptors(net::IoThread& thread,
                                                          const ListenAt& listen,
                                                          const std::vector<std::size_t>& planned) {
  std::vector<net::Acceptor> acceptors;
  for (const std::size_t number : planned) {
    auto acceptor = listen.inherited.empty()
                        ? net::open_listener(thread.executor(), endpoint_, kBacklog)
                        : net::adopt_listener(thread.executor(), listen.inherited[number]);
    if (!acceptor) return std::unexpected(std::move(acceptor.error()));
    boost::system::error_code ignored;
    endpoint_ = acceptor->local_endpoint(ignored);
    if (sockets_[number] < 0) sockets_[number] = acceptor->native_handle();
    acceptors.push_back(std::move(*acceptor));
  }
  return acceptors;
}

Result<std::unique_ptr<Server>> Server::open(std::string name, const ListenAt& listen,
                                             const Settings& settings, std::int64_t max_connections,
                                             std::vector<net::IoThread*> threads,
                                             const MakeHandler& make_handler,
                                             telemetry::Registry& registry,
                                             const Handshakes::Contexts* tls) {
  std::unique_ptr<Server> server(
      new Server(std::move(name), settings, max_connections, std::move(threads)));
  if (auto found = server->find_endpoint(listen); !found) {
    return std::unexpected(std::move(found.error()));
  }

  auto& shared = server->shared_;
  register_connections(registry, shared);
  shared.tls = tls;
  if (tls != nullptr) register_handshakes(registry, shared);

  const auto count = server->threads_.size();
  const auto sockets = listen.inherited.empty() ? count : listen.inherited.size();
  const auto plan = plan_listeners(sockets, count);
  server->sockets_.assign(sockets, -1);
  for (std::size_t i = 0; i < count; ++i) {
    auto* thread = server->threads_[i];
    auto handler = make_handler(static_cast<int>(i));
    auto opened = thread->call([&]() -> Result<> {
      auto acceptors = server->open_acceptors(*thread, listen, plan[i]);
      if (!acceptors) return std::unexpected(std::move(acceptors.error()));
      server->listeners_.push_back(
          std::make_unique<Listener>(std::move(*acceptors), shared, count, std::move(handler)));
      shared.listeners.push_back(server->listeners_.back().get());
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

void Server::set_pressure(Pressure pressure) {
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    threads_[i]->post(
        [listener = listeners_[i].get(), pressure] { listener->set_pressure(pressure); });
  }
}

void Server::begin_stop(std::chrono::milliseconds drain, std::chrono::milliseconds idle) {
  if (!stopping_.empty()) return;
  const auto now = monotonic_now();
  for (std::size_t i = 0; i < threads_.size(); ++i) {
    stopping_.push_back(asio::co_spawn(
        threads_[i]->executor(), listeners_[i]->stop(now + drain, now + idle), asio::use_future));
  }
}

void Server::stop(std::chrono::milliseconds drain, std::chrono::milliseconds idle) {
  begin_stop(drain, idle);
  for (auto& future : std::exchange(stopping_, {})) future.get();
}

}  // namespace weir::http
