#include "app/lifecycle/limit_file.hpp"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <utility>

#include <fmt/format.h>

#include "base/clock.hpp"
#include "telemetry/log.hpp"

namespace weir::app {
namespace {

using files::Fault;
using files::MappedFile;
using limit::TableFault;
using limit::WindowTable;

std::string_view describe(TableFault fault) {
  switch (fault) {
    case TableFault::empty:
      return "is being created by another process";
    case TableFault::foreign:
      return "is not a file of Weir's limits, or is damaged; remove it";
    case TableFault::version:
      return "is of another version of Weir; remove it";
    case TableFault::cut:
      return "was cut while another process uses it";
  }
  __builtin_unreachable();
}

std::size_t usable(std::size_t bytes) { return std::max(bytes, WindowTable::kMinBytes); }

// The size of the table that fits.
std::size_t whole(std::size_t bytes) {
  const auto slots = (usable(bytes) - WindowTable::kHeaderBytes) / sizeof(limit::WindowSlot);
  return WindowTable::kHeaderBytes + slots * sizeof(limit::WindowSlot);
}

}  // namespace

limit::ClockReading read_clocks() {
  limit::ClockReading now{.boot = {}, .monotonic = monotonic_now(), .wall = wall_now()};
  std::ifstream("/proc/sys/kernel/random/boot_id") >> now.boot;
  return now;
}

LimitFile::LimitFile(std::string path, std::size_t bytes) : path_(std::move(path)) {
  if (const auto opened = open(whole(bytes)); !opened) {
    file_.reset();
    telemetry::log_error("limits are counted in memory only and begin anew with the next start",
                         {{"file", path_}, {"detail", opened.error().what}});
  }
}

std::expected<void, Fault> LimitFile::open(std::size_t bytes) {
  auto opened = MappedFile::open(path_, bytes);
  if (!opened) return std::unexpected(std::move(opened.error()));
  file_.emplace(std::move(*opened));
  if (auto sound = check(bytes); !sound) return sound;
  table_.emplace(file_->bytes(), read_clocks());
  if (file_->is_sole() && table_->size() != bytes) {
    if (auto resized = resize(bytes); !resized) {
      telemetry::log_error("the file of limits keeps its size",
                           {{"file", path_}, {"detail", resized.error().what}});
    }
  }
  file_->share();
  return {};
}

std::expected<void, Fault> LimitFile::check(std::size_t bytes) {
  auto fault = WindowTable::check(file_->bytes());
  if (fault == TableFault::empty && file_->is_sole()) {
    // A process that was killed while it created the file may have left less.
    if (auto ok = file_->extend(bytes); !ok) return ok;
    WindowTable::format(file_->bytes(), read_clocks());
    return {};
  }
  if (fault == TableFault::cut && file_->is_sole()) {
    const auto size = WindowTable::whole_size(file_->bytes());
    telemetry::log_error("the file of limits was cut; a part of their counts is lost",
                         {{"file", path_}, {"bytes", file_->bytes().size()}, {"expected", size}});
    constexpr std::size_t kMost = std::size_t{2} << 30;
    if (size > kMost) return std::unexpected(Fault{.what = "is damaged; remove it"});
    return file_->extend(size);
  }
  if (fault) return std::unexpected(Fault{.what = std::string(describe(*fault))});
  return {};
}

// Into a new file, so that whenever this process ends one of the two is whole.
std::expected<void, Fault> LimitFile::resize(std::size_t bytes) {
  const auto temporary = path_ + ".new";
  std::remove(temporary.c_str());  // of a process that was killed here
  auto created = MappedFile::create(temporary, bytes);
  if (!created) return std::unexpected(std::move(created.error()));
  const auto now = read_clocks();
  const auto time = table_->time_at(now.monotonic);
  WindowTable::format(created->bytes(), now, time);
  const auto left_out = WindowTable(created->bytes(), now).add_all(*table_, time);
  if (left_out > 0) {
    std::remove(temporary.c_str());
    return std::unexpected(
        Fault{.what = fmt::format("{} limits in use would have no place", left_out)});
  }
  if (auto synced = created->sync(); !synced) return synced;
  if (std::rename(temporary.c_str(), path_.c_str()) != 0) {
    return std::unexpected(Fault{.what = std::strerror(errno)});
  }
  table_.reset();
  file_.emplace(std::move(*created));
  table_.emplace(file_->bytes(), now);
  return {};
}

void LimitFile::keep(bool is_last) {
  if (!table_) return;
  if (table_->take_full() && !std::exchange(was_full_, true)) {
    telemetry::log_error(
        "the file of limits is full; some limits are counted in memory only and begin anew with "
        "the next start; raise usage.limit_file_bytes",
        {{"file", path_}, {"bytes", table_->size()}});
  }
  if (!table_->take_changed() && !is_last) return;
  table_->set_anchor(read_clocks(), is_last);
  auto kept = file_->sync();
  if (kept && !file_->is_whole()) kept = std::unexpected(Fault{.what = "it was cut"});
  const bool was_failing = std::exchange(is_failing_, !kept);
  if (!kept && !was_failing) {
    telemetry::log_error("the file of limits cannot be written; a restart may forget counts",
                         {{"file", path_}, {"detail", kept.error().what}});
  }
}

std::unique_ptr<LimitCounts> read_limit_file(const std::string& path) {
  constexpr std::size_t kMost = std::size_t{2} << 30;
  const auto file = files::read_file(path, kMost);
  if (!file) return nullptr;
  const auto text = file->text.reveal();
  auto counts = std::make_unique<LimitCounts>();
  counts->memory.resize(text.size() + alignof(limit::WindowSlot));
  void* start = counts->memory.data();
  std::size_t space = counts->memory.size();
  if (std::align(alignof(limit::WindowSlot), text.size(), start, space) == nullptr) return nullptr;
  std::memcpy(start, text.data(), text.size());
  const std::span bytes(static_cast<std::byte*>(start), text.size());
  if (WindowTable::check(bytes)) return nullptr;
  counts->table.emplace(bytes, read_clocks());
  return counts;
}

}  // namespace weir::app
