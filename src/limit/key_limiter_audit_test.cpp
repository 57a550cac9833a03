// Checks the promise by a record: many threads reserve, settle and cancel at random, and a checker
// that shares no code with the limiter verifies what was recorded.
//
// The order in which threads get the limiter's lock is not visible, so the checker asserts only
// what holds in every order: a settlement concurrent with an admission may be before or after it.
#include <algorithm>
#include <atomic>
#include <limits>
#include <random>
#include <string>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "limit/key_limiter.hpp"

namespace weir::limit {
namespace {

using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr int kThreads = 8;
constexpr int kClientsPerThread = 16;
constexpr int kStepsPerThread = 4'000;
constexpr int kModels = 3;
constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

/// A minute of 1 s and a day of 8 s, in the test's own time.
constexpr Spans kSpans{.minute = seconds(1), .day = seconds(8)};

const Limits kKeyLimits{.requests_per_minute = 120,
                        .tokens_per_minute = 12'000,
                        .images_per_minute = 50,
                        .requests_per_day = 450,
                        .tokens_per_day = 30'000,
                        .images_per_day = 100,
                        .max_in_flight = 40};
const Limits kModelLimits{.requests_per_minute = 60,
                          .tokens_per_minute = 8'000,
                          .images_per_minute = 25,
                          .requests_per_day = 220,
                          .tokens_per_day = 16'000,
                          .images_per_day = 60,
                          .max_in_flight = 20};

/// A new seed for each run; --gtest_random_seed repeats a failed one, up to the order of threads.
std::uint64_t test_seed() {
  const auto fixed = GTEST_FLAG_GET(random_seed);
  return fixed != 0 ? static_cast<std::uint64_t>(fixed) : 1 + std::random_device{}() % 99'999;
}

std::string model_name(int model) { return fmt::format("model {}", model); }

/// An interval of the record in which an event occurred.
struct Stretch {
  std::uint64_t begin = kNever;
  std::uint64_t end = kNever;
  [[nodiscard]] bool before(const Stretch& other) const { return end < other.begin; }
};

/// One admitted call from its reservation to its end.
struct Call {
  int model = 0;
  MonotonicTime at;  ///< when it starts to count
  Claim reserved;
  Stretch admission;
  Stretch ending;            ///< kNever if it was still in flight at the end
  bool settled = false;      ///< and not dropped
  Claim actual;              ///< if settled
  MonotonicTime settled_at;  ///< the earliest time at which a debt may count
};

/// State shared by the threads.
struct Stage {
  std::shared_ptr<KeyLimiter> limiter = std::make_shared<KeyLimiter>(
      kKeyLimits, std::vector<ModelLimits>{{"model *", kModelLimits}}, kSpans);
  std::atomic<std::uint64_t> record{0};  ///< orders the ends of stretches
  std::atomic<std::int64_t> clock{0};    ///< nanoseconds
  std::array<std::atomic<int>, kDimensionCount> refusals{};
};

class Player {
 public:
  Player(Stage& stage, std::uint64_t seed) : stage_(stage), random_(seed) {}

  void play() {
    for (int step = 0; step < kStepsPerThread; ++step) {
      Client& client = clients_[pick(0, kClientsPerThread - 1)];
      client.reservation.empty() ? begin(client) : end(client);
    }
    for (Client& client : clients_) {
      if (!client.reservation.empty()) end(client);
    }
  }

  [[nodiscard]] const std::vector<Call>& calls() const { return calls_; }

 private:
  struct Client {
    Reservation reservation;
    std::size_t call = 0;
  };

  [[nodiscard]] std::size_t pick(std::size_t least, std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(least, most)(random_);
  }
  [[nodiscard]] std::int64_t amount(std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(0, most)(random_);
  }

  /// Bursts with occasional pauses; some threads use a time they read earlier.
  [[nodiscard]] MonotonicTime now() {
    const std::int64_t most = pick(0, 999) == 0 ? 12'000'000'000 : 6'000'000;
    const std::int64_t read = stage_.clock += amount(most);
    if (pick(0, 9) == 0) std::this_thread::yield();
    return MonotonicTime(seconds(1000) + nanoseconds(read));
  }

  void begin(Client& client) {
    Call call;
    call.model = static_cast<int>(pick(0, kModels - 1));
    // Chats, images, and plain requests, so that each limit is the tightest at times.
    const std::size_t kind = tries_++ / 32 % 3;
    if (kind == 0) call.reserved.tokens = amount(800);
    if (kind == 1) call.reserved.images = amount(3);
    const std::string model = model_name(call.model);
    const MonotonicTime time = now();
    call.admission.begin = stage_.record++;
    auto tried = stage_.limiter->try_reserve(model, call.reserved, time);
    call.admission.end = stage_.record++;
    if (!tried) {
      ++stage_.refusals[static_cast<std::size_t>(tried.error().by)];
      return;
    }
    client.reservation = std::move(*tried);
    call.at = client.reservation.charged_at();
    client.call = calls_.size();
    calls_.push_back(call);
  }

  void end(Client& client) {
    Call& call = calls_[client.call];
    const MonotonicTime time = now();
    const std::size_t how = pick(0, 9);
    call.settled = how > 0;
    // Usually less than reserved, sometimes more, sometimes nothing.
    if (how > 1) call.actual = {amount(call.reserved.tokens), amount(call.reserved.images)};
    if (how > 8) call.actual.tokens = call.reserved.tokens + amount(400);
    call.settled_at = time;
    call.ending.begin = stage_.record++;
    if (call.settled) {
      client.reservation.settle(call.actual, time);
    } else {
      client.reservation = Reservation();
    }
    call.ending.end = stage_.record++;
  }

  Stage& stage_;
  std::mt19937_64 random_;
  std::array<Client, kClientsPerThread> clients_;
  std::vector<Call> calls_;
  std::size_t tries_ = 0;
};

std::vector<Call> play(Stage& stage, std::uint64_t seed) {
  std::vector<Player> players;
  players.reserve(kThreads);
  for (int i = 0; i < kThreads; ++i) players.emplace_back(stage, seed + static_cast<unsigned>(i));
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (Player& player : players) threads.emplace_back([&player] { player.play(); });
  for (std::thread& thread : threads) thread.join();
  std::vector<Call> calls;
  for (const Player& player : players) {
    calls.insert(calls.end(), player.calls().begin(), player.calls().end());
  }
  std::ranges::sort(calls, {}, &Call::at);
  return calls;
}

using Cost = std::int64_t (*)(const Claim&);

struct Rule {
  const char* name;
  std::int64_t Limits::* limit;
  nanoseconds window;
  Cost cost;
};

const Rule kRules[] = {
    {"RPM", &Limits::requests_per_minute, kSpans.minute, [](const Claim&) { return INT64_C(1); }},
    {"TPM", &Limits::tokens_per_minute, kSpans.minute, [](const Claim& c) { return c.tokens; }},
    {"IPM", &Limits::images_per_minute, kSpans.minute, [](const Claim& c) { return c.images; }},
    {"RPD", &Limits::requests_per_day, kSpans.day, [](const Claim&) { return INT64_C(1); }},
    {"TPD", &Limits::tokens_per_day, kSpans.day, [](const Claim& c) { return c.tokens; }},
    {"IPD", &Limits::images_per_day, kSpans.day, [](const Claim& c) { return c.images; }},
};

/// The least that `call` can have counted for when `admitted` was decided: the reserved amount
/// until its settlement began, and a debt only once the settlement was over.
std::int64_t least_counted(const Rule& rule, const Call& call, const Call& admitted) {
  const std::int64_t reserved = rule.cost(call.reserved);
  if (!call.settled || admitted.admission.before(call.ending)) return reserved;
  return std::min(reserved, rule.cost(call.actual));
}

/// The usage beyond the reservation, charged when the call was settled.
std::int64_t debt(const Rule& rule, const Call& call) {
  if (!call.settled) return 0;
  return std::max<std::int64_t>(0, rule.cost(call.actual) - rule.cost(call.reserved));
}

/// True if `call` was certainly counted before `admitted` was decided.
bool counted_before(const Call& call, const Call& admitted) {
  return call.at < admitted.at || call.admission.before(admitted.admission);
}

/// Calls that ended with a debt.
std::vector<const Call*> debtors(const Rule& rule, const std::vector<Call>& calls) {
  std::vector<const Call*> found;
  for (const Call& call : calls) {
    if (debt(rule, call) > 0) found.push_back(&call);
  }
  return found;
}

/// Describes the first admission that no order of events allows; empty if there is none.
std::string find_over_admission(const Rule& rule, const Limits& limits,
                                const std::vector<Call>& calls) {
  const std::vector<const Call*> in_debt = debtors(rule, calls);
  std::size_t oldest = 0;
  for (const Call& admitted : calls) {
    std::int64_t sum = rule.cost(admitted.reserved);
    if (sum == 0) continue;  // zero cost is admitted whatever the debt
    while (admitted.at - calls[oldest].at >= rule.window) ++oldest;
    for (std::size_t i = oldest; i < calls.size() && calls[i].at <= admitted.at; ++i) {
      if (&calls[i] != &admitted && counted_before(calls[i], admitted)) {
        sum += least_counted(rule, calls[i], admitted);
      }
    }
    for (const Call* call : in_debt) {
      const bool charged = call->ending.before(admitted.admission);
      if (charged && admitted.at - call->settled_at < rule.window) sum += debt(rule, *call);
    }
    if (sum <= limits.*rule.limit) continue;
    return fmt::format("{} {} of {} at {} ns", rule.name, sum, limits.*rule.limit,
                       admitted.at.time_since_epoch().count());
  }
  return {};
}

/// The fullest rolling window, with each call at the lesser of reserved and used: refunds may be
/// used again, but never twice.
std::int64_t fullest_window(const Rule& rule, const std::vector<Call>& calls) {
  std::int64_t most = 0;
  std::int64_t sum = 0;
  std::size_t oldest = 0;
  const auto least = [&](const Call& call) {
    return call.settled ? std::min(rule.cost(call.reserved), rule.cost(call.actual))
                        : rule.cost(call.reserved);
  };
  for (const Call& call : calls) {
    sum += least(call);
    for (; call.at - calls[oldest].at >= rule.window; ++oldest) sum -= least(calls[oldest]);
    most = std::max(most, sum);
  }
  return most;
}

/// The most calls that were certainly in flight at once.
std::int64_t most_in_flight(const std::vector<Call>& calls) {
  std::vector<std::pair<std::uint64_t, int>> changes;
  for (const Call& call : calls) {
    changes.emplace_back(call.admission.end, 1);
    changes.emplace_back(call.ending.begin, -1);
  }
  std::ranges::sort(changes);
  std::int64_t now = 0;
  std::int64_t most = 0;
  for (const auto& [when, change] : changes) most = std::max(most, now += change);
  return most;
}

void check(const std::string& scope, const Limits& limits, const std::vector<Call>& calls) {
  for (const Rule& rule : kRules) {
    EXPECT_EQ(find_over_admission(rule, limits, calls), "") << scope;
    EXPECT_LE(fullest_window(rule, calls), limits.*rule.limit) << scope << ", " << rule.name;
  }
  EXPECT_LE(most_in_flight(calls), limits.max_in_flight) << scope;
}

TEST(KeyLimiterAudit, NoOrderOfEventsExceedsALimit) {
  const std::uint64_t seed = test_seed();
  SCOPED_TRACE("--gtest_random_seed=" + std::to_string(seed));
  Stage stage;
  const std::vector<Call> calls = play(stage, seed);

  check("key", kKeyLimits, calls);
  for (int model = 0; model < kModels; ++model) {
    std::vector<Call> of_model;
    std::ranges::copy_if(calls, std::back_inserter(of_model),
                         [&](const Call& call) { return call.model == model; });
    check(model_name(model), kModelLimits, of_model);
  }

  EXPECT_GT(calls.size(), 500) << "too few to mean anything";
  for (const Dimension dimension : kEnumerators<Dimension>) {
    EXPECT_GT(stage.refusals[static_cast<std::size_t>(dimension)], 0)
        << short_name(dimension) << " was never reached";
  }
  const auto end = MonotonicTime(seconds(1000) + nanoseconds(stage.clock)) + kSpans.day;
  EXPECT_FALSE(stage.limiter->idle(end - kSpans.day));
  EXPECT_TRUE(stage.limiter->idle(end)) << "a slot is not given back";
}

/// Tests the checker: it detects a limiter that admits one call too many.
TEST(KeyLimiterAudit, TheCheckerSeesOneTooMany) {
  const auto call = [](nanoseconds since_start, std::int64_t tokens, std::uint64_t step) {
    Call made;
    made.at = MonotonicTime(since_start);
    made.reserved.tokens = tokens;
    made.admission = {step, step + 1};
    return made;
  };
  const Rule& tokens = kRules[1];
  const Limits limits{.tokens_per_minute = 100, .max_in_flight = 9};
  std::vector<Call> calls{call(nanoseconds(0), 60, 0), call(kSpans.minute / 2, 40, 10),
                          call(kSpans.minute, 60, 20)};
  EXPECT_EQ(find_over_admission(tokens, limits, calls), "");
  EXPECT_EQ(fullest_window(tokens, calls), 100);
  EXPECT_EQ(most_in_flight(calls), 3);

  calls[2].at -= nanoseconds(1);
  EXPECT_NE(find_over_admission(tokens, limits, calls), "");
  EXPECT_EQ(fullest_window(tokens, calls), 160);

  // Settled for less before the third call: there was room. Settled for more: there was none.
  calls[0].settled = true;
  calls[0].settled_at = calls[0].at;
  calls[0].ending = {2, 3};
  EXPECT_EQ(find_over_admission(tokens, limits, calls), "");
  calls[0].actual.tokens = 61;
  EXPECT_NE(find_over_admission(tokens, limits, calls), "");
}

}  // namespace
}  // namespace weir::limit
