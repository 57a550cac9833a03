/// Selects the connection that yields its place when the server is full.
///
/// Source: docs/decisions/0039-who-yields-when-full.md
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <boost/intrusive/list.hpp>

#include "base/clock.hpp"
#include "base/enumerators.hpp"

namespace weir::http {

/// The progress of a connection with its next request. Stages yield in this order, and within a
/// stage the oldest connection first; `busy` never yields.
enum class Stage : std::uint8_t {
  silent,   ///< has sent nothing since it connected, or since its TLS handshake
  partial,  ///< has sent neither a complete head nor a complete first TLS record, but something; or
            ///< is ending after its last answer
  idle,     ///< between two requests
  busy,     ///< a handshake or a request is in progress
};
/// `busy` comes last: the stages before it are those that yield.
inline constexpr std::size_t kYieldingStages = static_cast<std::size_t>(Stage::busy);
static_assert(kYieldingStages == kEnumeratorCount<Stage> - 1);
[[nodiscard]] std::string_view name(Stage stage);

/// The number of a thread's connections in each stage that yields.
using StageCounts = std::array<std::int64_t, kYieldingStages>;

struct Victim {
  std::size_t thread;
  Stage stage;
  friend bool operator==(const Victim&, const Victim&) = default;
};

/// The first stage in which any thread has a connection. `own` is preferred to other threads, and
/// among those the one with the most. Nothing: all are busy.
[[nodiscard]] std::optional<Victim> choose_victim(std::span<const StageCounts> threads,
                                                  std::size_t own);

/// A connection that can be asked to yield its place.
///
/// Lifetime: leaves its Stages before it is destroyed.
class Staged : public boost::intrusive::list_base_hook<> {
 public:
  [[nodiscard]] Stage stage() const { return stage_; }
  /// Ends the connection soon. False: it does not yield, because bytes of it wait to be read.
  virtual bool yield() = 0;

  // Broadcast by a listener to all of its connections.
  virtual void drain() {}
  virtual void on_memory_pressure() {}
  virtual void end_soon() {}
  virtual void abort() {}

 protected:
  Staged() = default;
  ~Staged() = default;

 private:
  friend class Stages;
  Stage stage_ = Stage::busy;
  MonotonicTime silent_since_{};
};

/// The connections of one thread by stage.
///
/// Threads: one, but for `counts` and `ask`.
class Stages {
 public:
  Stages() = default;
  Stages(const Stages&) = delete;
  Stages& operator=(const Stages&) = delete;

  /// Enters a stage as its youngest connection.
  void add(Staged& one, Stage stage);
  void move(Staged& one, Stage stage);
  void remove(Staged& one);

  /// Ends the oldest connection of a stage that can be ended; it is busy from then on. Only a few
  /// are examined, because a full server must not spend its time on a search; those that cannot be
  /// ended count as the youngest, so that the next search finds others. A silent connection younger
  /// than half a second is spared while there are partial ones: its first bytes may be in transit.
  /// Returns the stage of the connection that yields, if any.
  [[nodiscard]] std::optional<Stage> yield_oldest(Stage stage);

  /// `act` may destroy the connection that it is called on.
  void for_each(void (Staged::*act)());

  /// The counts, without connections that other threads have asked for. Threads: any.
  [[nodiscard]] StageCounts counts() const;
  /// Another thread asks for a connection of that stage. Threads: any.
  void ask(Stage stage) { count(asked_, stage, 1); }
  void answer(Stage stage) { count(asked_, stage, -1); }

 private:
  using List = boost::intrusive::list<Staged, boost::intrusive::constant_time_size<false>>;
  using Counters = std::array<std::atomic<std::int64_t>, kYieldingStages>;

  static void count(Counters& counters, Stage stage, std::int64_t change) {
    if (stage == Stage::busy) return;
    counters[static_cast<std::size_t>(stage)].fetch_add(change, std::memory_order_relaxed);
  }
  /// True if a connection of that stage yields.
  bool yield_from(Stage stage);
  void enter(Staged& one, Stage stage);
  void leave(Staged& one);

  std::array<List, kEnumeratorCount<Stage>> lists_;  ///< oldest first
  Counters counts_{};
  Counters asked_{};
};

}  // namespace weir::http
