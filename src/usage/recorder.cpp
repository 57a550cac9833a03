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
  const auto sound = without_negatives(counts);
  const std::lock_guard lock(mutex_);
  auto* const note = filling_->add_sound(day, key_id, model, sound);
  if (section_) section_->add(note, day, key_id, model, sound, batch_);
}

/// Exchanges the tallies and returns the recorded one, which the caller drains.
Tally& Recorder::Cell::swap(std::uint64_t next, std::uint64_t stored) {
  const std::lock_guard lock(mutex_);
  batch_ = next;
  if (section_) section_->set_stored(stored);
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

void Recorder::keep_in(JournalFile file) { file_.emplace(std::move(file)); }

Recorder::Cell& Recorder::add_cell() {
  cells_.push_back(std::unique_ptr<Cell>(new Cell(max_rows_)));
  if (file_ && cells_.size() <= file_->sections()) {
    cells_.back()->section_ =
        std::make_unique<JournalSection>(file_->memory().section(cells_.size() - 1));
  }
  return *cells_.back();
}

Result<> Recorder::flush(store::UsageStore& store, WallTime now) {
  const std::lock_guard lock(mutex_);
  auto written = write(store, now);
  report(written);
  watch_file();
  return written;
}

// The cells' next counts are of batch next_: that of pending_, unless that is about to be sent.
void Recorder::collect() {
  std::int64_t merged = 0;
  for (const auto& cell : cells_) {
    Tally& recorded = cell->swap(next_, stored_);
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
    if (auto sent = send(store); !sent) {
      collect();
      return sent;
    }
  }
  batch_.number = static_cast<std::int64_t>(next_++);
  batch_.made_at = now;
  collect();
  if (pending_.empty()) {
    note_stored();
    return {};
  }
  fill_batch();
  return send(store);
}

Result<> Recorder::send(store::UsageStore& store) {
  auto sent = store.add_usage(batch_);
  if (!sent) return sent;
  batch_.rows = {};
  note_stored();
  return sent;
}

void Recorder::note_stored() {
  stored_ = static_cast<std::uint64_t>(batch_.number);
  if (file_) file_->memory().set_stored(stored_);
}

void Recorder::fill_batch() {
  batch_.rows.reserve(pending_.size());
  pending_.drain([this](store::Day day, std::string_view key_id, std::string_view model,
                        const store::UsageCounts& counts) {
    batch_.rows.push_back({day, std::string(key_id), std::string(model), counts});
  });
}

void Recorder::watch_file() {
  if (!file_) return;
  const bool was_failing = std::exchange(is_file_failing_, is_file_failing_ || !file_->is_whole());
  if (is_file_failing_ && !was_failing) {
    telemetry::log_error(
        "the file that keeps usage from kill -9 was cut or cannot be read; until the next start "
        "usage that is not in the store may be lost",
        {{"file", file_->path()}});
  }
}

bool Recorder::close_file() {
  const std::lock_guard lock(mutex_);
  if (!file_) return false;
  const bool is_stored = batch_.rows.empty() && pending_.empty();
  if (is_stored) file_->remove();
  return is_stored || file_->is_whole();
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
