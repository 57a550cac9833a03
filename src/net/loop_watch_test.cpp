#include "net/loop_watch.hpp"

#include <gtest/gtest.h>

#include "net/io_thread.hpp"
#include "net/socket.hpp"

namespace weir::net {
namespace {

using namespace std::chrono_literals;

class Turns : public testing::Test {
 protected:
  /// A turn that begins now, takes so long and so much of the processor.
  TurnTimer::Turn turn(std::chrono::nanoseconds wall, std::chrono::nanoseconds own) {
    timer_.begin(now_);
    now_ += wall;
    used_ += own;
    return timer_.end(now_, [this] {
      ++asked_;
      return used_;
    });
  }

  TurnTimer timer_;
  MonotonicTime now_{1h};
  std::chrono::nanoseconds used_{0};
  int asked_ = 0;
};

TEST_F(Turns, ThatIsLongIsMeasured) {
  turn(1ms, 1ms);
  now_ += 20ms;
  const auto long_one = turn(60ms, 58ms);
  EXPECT_EQ(long_one.wall, 60ms);
  EXPECT_EQ(long_one.own, 58ms);
}

TEST_F(Turns, OfAThreadThatWasNotLetRunIsNotItsOwn) {
  turn(1ms, 1ms);
  EXPECT_EQ(turn(500ms, 3ms).own, 3ms);
}

TEST_F(Turns, AreChargedWithLittleOfThoseBefore) {
  turn(10ms, 10ms);
  for (int i = 0; i < 9; ++i) turn(1ms, 1ms);  // too short to read the processor time
  const auto long_one = turn(60ms, 45ms);
  EXPECT_EQ(long_one.own, 54ms);
}

TEST_F(Turns, TakeNoMoreThanTheyLasted) {
  turn(9ms, 9ms);
  EXPECT_LE(turn(12ms, 12ms).own, 12ms);
}

TEST_F(Turns, AskForTheProcessorTimeSeldom) {
  for (int i = 0; i < 10'000; ++i) turn(10us, 10us);
  EXPECT_LE(asked_, 11);
}

void burn(std::chrono::nanoseconds time) {
  const auto end = thread_cpu_time() + time;
  while (thread_cpu_time() < end) {
  }
}

double sample(const telemetry::Registry& registry, std::string_view name) {
  for (const auto& family : registry.Collect()) {
    if (family.name != name) continue;
    const auto& metric = family.metric.at(0);
    return family.type == prometheus::MetricType::Gauge ? metric.gauge.value : metric.counter.value;
  }
  return -1;
}

TEST(LoopWatch, CountsATurnThatKeepsTheThreadBusy) {
  telemetry::Registry registry;
  IoThread thread("test-io", &registry);
  const Timer timer(thread.executor());  // Asio polls once it has a timer or a socket
  thread.run_queued();
  EXPECT_EQ(sample(registry, kLoopStalls.name), 0);

  thread.call([] { burn(LoopWatch::kStall + 20ms); });
  thread.run_queued();  // the turn ends when the loop waits again

  EXPECT_EQ(sample(registry, kLoopStalls.name), 1);
  EXPECT_GE(sample(registry, kLongestTurn.name), 0.05);
}

}  // namespace
}  // namespace weir::net
