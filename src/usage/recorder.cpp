#include "usage/recorder.hpp"

#include <random>
#include <utility>

#include <fmt/format.h>

#include "telemetry/log.hpp"

namespace weir::usage {
namespace {

/// A name unique to this process: batch numbers restart with each process.
std::string make_writer() {
  std::random_device random;
  return fmt::format("{:08x}{:08x}{:08x}", random(), random(), random());
}

}  // namespace

void Recorder::Cell::record(store::Day day, std::string_view key_id, std::string_view model,
                            const store::UsageCounts& counts) {
  const std::lock_guard lock(mutex_);
  filling_->add(day, key_id, model, counts);
}

/// Exchanges the tallies and returns the recorded one, which the caller drains.
Tally& Recorder::Cell::swap() {
  const std::lock_guard lock(mutex_);
  std::swap(filling_, draining_);
  return *draining_;
}

Recorder::Recorder(std::size_t max_rows, telemetry::Registry& registry)
    : max_rows_(max_rows),
      flush_failures_(register_counter(registry, kFlushFailures).Add({})),
      rows_pending_(register_gauge(registry, kRowsPending).Add({})),
      requests_merged_(register_counter(registry, kRequestsMerged).Add({})),
      pending_(max_rows) {
  batch_.writer = make_writer();
}

Recorder::Cell& Recorder::add_cell() {
  cells_.push_back(std::unique_ptr<Cell>(new Cell(max_rows_)));
  return *cells_.back();
}

Result<> Recorder::flush(store::UsageStore& store, WallTime now) {
  const std::lock_guard lock(mutex_);
  collect();
  auto written = write(store, now);
  report(written);
  return written;
}

void Recorder::collect() {
  std::int64_t merged = 0;
  for (const auto& cell : cells_) {
    Tally& recorded = cell->swap();
    merged += recorded.take_merged();
    recorded.drain(
        [this](store::Day day, std::string_view key_id, std::string_view model,
               const store::UsageCounts& counts) { pending_.add(day, key_id, model, counts); });
  }
  merged += pending_.take_merged();
  if (merged > 0) requests_merged_.Increment(static_cast<double>(merged));
}

Result<> Recorder::write(store::UsageStore& store, WallTime now) {
  if (!batch_.rows.empty()) {
    if (auto sent = send(store); !sent) return sent;
  }
  if (pending_.empty()) return {};
  fill_batch(now);
  return send(store);
}

Result<> Recorder::send(store::UsageStore& store) {
  auto sent = store.add_usage(batch_);
  if (sent) batch_.rows = {};
  return sent;
}

void Recorder::fill_batch(WallTime now) {
  ++batch_.number;
  batch_.made_at = now;
  batch_.rows.reserve(pending_.size());
  pending_.drain([this](store::Day day, std::string_view key_id, std::string_view model,
                        const store::UsageCounts& counts) {
    batch_.rows.push_back({day, std::string(key_id), std::string(model), counts});
  });
}

void Recorder::report(const Result<>& written) {
  const std::size_t waiting = pending_.size() + batch_.rows.size();
  rows_pending_.Set(static_cast<double>(waiting));
  if (!written) flush_failures_.Increment();
  const bool was_failing = std::exchange(failing_, !written);
  if (!written && !was_failing) {
    telemetry::log_error("usage cannot be written; it is kept and written later",
                         {{"detail", written.error().text()}, {"rows", waiting}});
  }
  if (written && was_failing) telemetry::log_info("usage is written again");
}

}  // namespace weir::usage
