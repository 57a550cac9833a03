// The work of a Node on its usage: written, moved, deleted and summed, a little at a time.
#include <utility>

#include "app/lifecycle/node.hpp"
#include "telemetry/log.hpp"

namespace weir::app {
namespace {

// After each flush; old usage is moved and deleted faster than it can be written.
constexpr int kMaintenanceSteps = 50;
constexpr std::int64_t kMovedRows = 1'000;

}  // namespace

net::Task<> Node::flush_usage() {
  for (;;) {
    co_await net::wait_for(settings_.usage.flush_interval);
    auto flush = [this] {
      keys_.limits->keep();
      if (usage_.waits) recover_usage();
      return usage_.recorder->flush(*keys_.opened.store, wall_now());
    };
    auto flushing = pools_.store.run(flush);
    // flush logs when writing begins to fail, and keeps rows that could not be written.
    const auto flushed = co_await std::move(flushing);
    if (flushed) co_await maintain_usage();
  }
}

// Each step is a call of its own, so that changed keys are read in between.
net::Task<> Node::maintain_usage() {
  for (int step = 0; step < kMaintenanceSteps; ++step) {
    auto maintain = [this, kept = std::chrono::days(settings_.usage.retention_days),
                     detailed = std::chrono::days(settings_.usage.detail_days)] {
      auto& store = *keys_.opened.store;
      return move_usage() || usage_.retention.step(store, kept, wall_now()) ||
             usage_.summing.step(store, detailed, wall_now());
    };
    auto maintaining = pools_.store.run(maintain);
    const bool more = co_await std::move(maintaining);
    if (!more) co_return;
  }
}

bool Node::move_usage() {
  const auto moved = keys_.opened.store->move_usage(kMovedRows);
  const bool was_failing = std::exchange(usage_.is_move_failing, !moved);
  if (!moved && !was_failing) {
    telemetry::log_error("usage of an older version cannot be moved; it is tried again",
                         {{"detail", moved.error().text()}});
  }
  return moved && *moved;
}

}  // namespace weir::app
