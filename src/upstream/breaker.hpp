/// Circuit breaker: stops calls to a failing upstream, or to one model there, and detects its
/// recovery at little cost.
///
/// Its evidence is the outcome of real calls; it makes none itself. Pure: time is a parameter.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/clock.hpp"
#include "upstream/outcome.hpp"
#include "upstream/recent_counts.hpp"

namespace weir::upstream {

struct BreakerSettings {
  int consecutive_failures = 5;  ///< 0: consecutive failures never cause a refusal
  int failure_percent = 50;      ///< of the calls within `window`; 0: the rate never causes a
                                 ///< refusal
  int min_calls = 20;            ///< with fewer calls within `window` the rate is ignored
  std::chrono::milliseconds window{10'000};
  std::chrono::milliseconds first_refusal{1'000};  ///< doubled by each failed probe
  std::chrono::milliseconds max_refusal{60'000};

  bool operator==(const BreakerSettings&) const = default;
};

/// The enumerator is the log word and the metric label.
enum class BreakerState : std::uint8_t {
  admitting,  ///< calls go through
  probing,    ///< one call was let through, and its outcome decides
  refusing,   ///< no call until the refusal expires; the next one is then a probe
};

/// A call that has an outcome.
struct Witness {
  std::uint64_t key = 0;              ///< identifies the client's key; 0: unknown
  Trouble trouble = Trouble::answer;  ///< of a bad outcome
};

/// Threads: one owner at a time. Lifetime: value type.
class Breaker {
 public:
  /// Permission for one call. It records when it was issued, so that a call that ends after the
  /// breaker has changed its state has no effect, however late it is.
  class Pass {
    friend class Breaker;
    explicit Pass(std::uint32_t epoch) : epoch_(epoch) {}
    std::uint32_t epoch_;
  };

  static constexpr std::chrono::seconds kFirstDoubt{1};  ///< doubled by each failure in a row
  static constexpr std::chrono::seconds kMaxDoubt{32};
  static constexpr int kWeakForDoubt = 3;  ///< without a success in between
  static constexpr std::chrono::seconds kMaxWeakDoubt{8};
  /// Longer than the wait for the next list request.
  static constexpr std::chrono::minutes kUnlistedDoubt{3};
  static constexpr std::chrono::seconds kDefaultCoolDown{1};
  static constexpr std::chrono::minutes kMaxCoolDown{10};

  explicit Breaker(const BreakerSettings& settings)
      : settings_(settings), recent_(settings.window) {}

  /// True if try_admit() would give a pass: for choosing among upstreams.
  [[nodiscard]] bool admits(MonotonicTime now) const { return now >= ready_at(); }
  /// True for a while after a failure without a success since: calls are admitted, but another
  /// upstream is the better choice. A failure is often faster than an answer, so that the upstream
  /// would look idle.
  [[nodiscard]] bool in_doubt(MonotonicTime now) const { return now < doubt_until_; }

  /// A pass for one call, whose outcome must be passed to report().
  [[nodiscard]] std::optional<Pass> try_admit(MonotonicTime now);

  /// Call once for each pass. `Evidence::none` is for a call that proves nothing, such as a
  /// cancelled one: a probe that ends so lets the next call probe at once. A probe that has not
  /// ended after max_refusal is replaced.
  ///
  /// A failure of the only key that fails, while others succeed, is in doubt but not counted: its
  /// requests may be the reason. `Evidence::weak` of such a key is ignored.
  void report(Pass pass, Evidence evidence, MonotonicTime now, Witness witness = {});

  /// The answer to the call has begun, which is all that a probe must show: its end may be far.
  void began(Pass pass);

  /// Withdraws the last failure: the request was at fault.
  void forgive(MonotonicTime now);

  /// Failures in a row that were counted.
  [[nodiscard]] int failures() const { return consecutive_; }

  /// The end of a doubt that has a reason other than a call. A call that succeeds ends each of
  /// them.
  enum class Until : std::uint8_t {
    later,    ///< time
    listed,   ///< an answered list request, as a rule
    healthy,  ///< a good answer at the engine's own health path, as a rule
  };
  /// Puts it in doubt, for a reason other than a call.
  void distrust(MonotonicTime now, Until until = Until::later);

  /// `retry_after` limited to a credible range: at least kDefaultCoolDown, at most kMaxCoolDown.
  [[nodiscard]] static std::chrono::seconds bounded(std::chrono::seconds retry_after);

  /// The upstream answered 429: it is healthy, but receives no calls for `retry_after`, bounded.
  void cool_down(std::optional<std::chrono::seconds> retry_after, MonotonicTime now);

  /// The upstream answered a list request, which ends a refusal if all that failed was connections:
  /// a probe that costs no call. It does not prove that calls are answered.
  void listed();

  /// The engine says that it can work, which ends only what its own denial began.
  void healthy();

  /// Keeps what was observed, except the counts of a window whose length changes.
  void configure(const BreakerSettings& settings);

  [[nodiscard]] BreakerState state() const { return state_; }
  [[nodiscard]] MonotonicTime doubt_until() const { return doubt_until_; }

  /// When calls are admitted if nothing happens before; in the past if they are admitted now.
  [[nodiscard]] MonotonicTime ready_at() const;

 private:
  [[nodiscard]] bool has_failed_too_often(MonotonicTime now) const;
  void refuse(std::chrono::milliseconds time, MonotonicTime now);
  void admit();
  void doubt(MonotonicTime now, std::chrono::seconds most = kMaxDoubt);
  void trust();
  [[nodiscard]] bool is_alone(std::uint64_t key, MonotonicTime now) const;

  /// The latest time of each of the last two keys with an outcome of one kind.
  class LastKeys {
   public:
    void add(std::uint64_t key, MonotonicTime now);
    /// When the outcome was last that of another key; min() if it never was.
    [[nodiscard]] MonotonicTime other_than(std::uint64_t key) const {
      return latest_.key != key ? latest_.at : before_.at;
    }

   private:
    struct Entry {
      std::uint64_t key = 0;
      MonotonicTime at = MonotonicTime::min();
    };
    Entry latest_;
    Entry before_;
  };

  BreakerSettings settings_;
  BreakerState state_ = BreakerState::admitting;
  std::uint32_t epoch_ = 0;       ///< counts the state changes that invalidate earlier passes
  int consecutive_ = 0;           ///< failures in a row
  int weak_ = 0;                  ///< weak evidence since the last success
  bool only_connections_ = true;  ///< what failed in that row
  LastKeys succeeded_;
  LastKeys failed_;
  RecentCounts recent_;  ///< watched: failures
  std::chrono::milliseconds refusal_{0};
  MonotonicTime next_probe_ = MonotonicTime::min();
  MonotonicTime cool_until_ = MonotonicTime::min();
  std::chrono::seconds doubt_{0};
  MonotonicTime doubt_until_ = MonotonicTime::min();
  bool is_unlisted_ = false;   ///< in doubt because of its list
  bool is_unhealthy_ = false;  ///< in doubt because of what it says of itself
};

}  // namespace weir::upstream
