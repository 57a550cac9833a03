// Nodes, a store of shares and the network between them, on one virtual clock. One seed is one run.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <queue>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "limit/key_limiter.hpp"
#include "shares/agent.hpp"
#include "shares/pool_store.hpp"

namespace weir::simulation {

using std::chrono::milliseconds;
using Micros = std::chrono::microseconds;

// Faults that may happen in a run, and how often.
struct Faults {
  double loss = 0;
  double repetition = 0;
  double late = 0;   // a message that takes up to seconds
  double pause = 0;  // before any event of a node
  milliseconds longest_pause{0};
  int deaths = 0;
  int leavings = 0;
  int partitions = 0;
  int outages = 0;
  int emptied = 0;
  int failovers = 0;
};

struct Verdict {
  std::string fault;  // empty: none
  std::int64_t most = 0;
  std::int64_t limit = 0;
  std::int64_t offered = 0;
  std::int64_t admitted = 0;
};

class World {
 public:
  explicit World(std::uint64_t seed);
  Verdict run();
  // Prints what happens.
  void set_traced() { is_traced_ = true; }

 private:
  static constexpr milliseconds kWindow{2'000};
  static constexpr milliseconds kDay{4'000};
  static constexpr milliseconds kDeadline{50};
  static constexpr milliseconds kEnd{9'000};

  struct Node {
    limit::ShareLease lease;
    std::shared_ptr<limit::KeyLimiter> limiter;
    std::unique_ptr<shares::Agent> agent;
    bool is_alive = false;
    bool is_connected = false;
    bool is_connecting = false;
    std::uint64_t connection = 0;
    std::uint64_t command = 0;
    Micros paused_until{0};
    Micros cut_until{0};
    Micros wakes_at{Micros::max()};
    std::vector<std::int64_t> waiting;  // costs of calls that wait for the next trade
    std::vector<std::int64_t> trading;  // and for the one on its way
  };

  enum class Kind : std::uint8_t {
    call,
    arrives,
    answer,
    deadline,
    connect,
    wake,
    death,
    birth,
    leave,
    partition,
    outage,
    emptied,
    failover,
    replicate,
    cancel,
  };
  struct Event {
    Micros at;
    std::uint64_t order = 0;
    Kind kind = Kind::call;
    std::size_t node = 0;
    std::uint64_t number = 0;
    std::uint64_t connection = 0;
    std::shared_ptr<const shares::Command> command = {};
    std::shared_ptr<const shares::Reply> reply = {};
    bool operator<(const Event& other) const {
      return at != other.at ? at > other.at : order > other.order;
    }
  };
  struct Admitted {
    Micros at;
    std::int64_t cost;
    std::uint64_t id;
  };

  void plan();
  void add(Event event);
  void handle(Event event);
  void handle_of_node(Event event);
  void on_call(std::size_t index);
  void on_arrival(const Event& event);
  void on_connect(std::size_t index, Micros began);
  void retry(std::size_t index, std::vector<std::int64_t>& calls);
  bool try_call(std::size_t index, std::int64_t cost, bool may_wait);
  void pump(std::size_t index);
  void send(std::size_t index, shares::Command command);
  void lose(std::size_t index);
  void begin(std::size_t index);
  void audit(std::int64_t cost);
  void trace(std::size_t index, std::string_view text);
  [[nodiscard]] milliseconds window_length() const {
    return dimension_ == limit::Dimension::tokens_per_day ? kDay : kWindow;
  }
  [[nodiscard]] bool can_reach(const Node& node) const;
  [[nodiscard]] MonotonicTime now() const { return MonotonicTime(now_); }
  [[nodiscard]] bool chance(double p) { return p > 0 && unit_(random_) < p; }
  [[nodiscard]] Micros within(Micros from, Micros to);
  [[nodiscard]] std::int64_t pick(std::int64_t from, std::int64_t to);

  std::mt19937_64 random_;
  std::uniform_real_distribution<double> unit_{0, 1};
  Faults faults_;
  shares::AgentSettings settings_;
  limit::Dimension dimension_ = limit::Dimension::tokens_per_minute;
  bool cancels_ = false;
  std::int64_t limit_ = 0;
  std::int64_t highest_cost_ = 1;
  double load_ = 1;
  std::size_t node_count_ = 0;

  Micros now_{0};
  std::uint64_t order_ = 0;
  std::priority_queue<Event> events_;
  std::vector<std::unique_ptr<Node>> nodes_;
  std::uint64_t names_ = 0;
  std::uint64_t runs_ = 0;
  shares::PoolStore store_;
  shares::PoolStore replica_;
  Micros store_away_until_{0};
  bool is_empty_ = false;  // nobody that was there before has come back yet

  bool is_traced_ = false;

  std::deque<Admitted> window_;
  std::int64_t counted_ = 0;
  std::uint64_t admissions_ = 0;
  std::vector<std::pair<std::uint64_t, limit::Reservation>> open_;
  Verdict verdict_;
};

}  // namespace weir::simulation
