#include "usage/journal_file.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <optional>
#include <system_error>
#include <vector>

#include <fmt/format.h>

#include "telemetry/log.hpp"

namespace weir::usage {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".usage-";
// Younger ones may be about to be filled by the process that created them.
constexpr std::chrono::minutes kEmptyKept{1};

std::vector<fs::path> journals_beside(const fs::path& store) {
  std::vector<fs::path> found;
  const auto prefix = store.filename().string().append(kSuffix);
  const auto folder = store.has_parent_path() ? store.parent_path() : fs::path(".");
  std::error_code error;
  for (fs::directory_iterator entry(folder, error), end; !error && entry != end;
       entry.increment(error)) {
    if (entry->path().filename().string().starts_with(prefix)) found.push_back(entry->path());
  }
  std::ranges::sort(found);
  return found;
}

bool is_old(const fs::path& path) {
  std::error_code error;
  const auto written = fs::last_write_time(path, error);
  return !error && fs::file_time_type::clock::now() - written > kEmptyKept;
}

void remove_file(const fs::path& path) {
  std::error_code ignored;
  fs::remove(path, ignored);
}

std::string_view describe(JournalFault fault) {
  switch (fault) {
    case JournalFault::empty:
      return "is empty";
    case JournalFault::foreign:
      return "is not a file of Weir's usage, or is damaged";
    case JournalFault::version:
      return "is of another version of Weir";
  }
  __builtin_unreachable();
}

}  // namespace

Result<JournalFile> JournalFile::create(const std::string& store_path, const std::string& writer,
                                        std::size_t sections, std::size_t bytes) {
  auto path = fmt::format("{}{}{}", store_path, kSuffix, writer);
  const auto least = kJournalHeaderBytes + sections * 16 * sizeof(JournalSlot);
  auto file = files::MappedFile::create(path, std::max(bytes, least));
  if (!file) return fail(Errc::store_failed, fmt::format("{}: {}", path, file.error().what));
  return JournalFile(std::move(*file), std::move(path), writer, sections);
}

void JournalFile::remove() const { remove_file(path_); }

bool UsageRecovery::run(store::UsageStore& store, WallTime now) {
  const auto own = fmt::format("{}{}{}", fs::path(store_path_).filename().string(), kSuffix, own_);
  bool some_wait = false;
  for (const auto& path : journals_beside(store_path_)) {
    if (path.filename() == own) continue;
    some_wait = recover(path.string(), store, now) || some_wait;
  }
  return some_wait;
}

void UsageRecovery::leave_alone(const std::string& path, std::string_view why) {
  if (!reported_.insert(path).second) return;
  telemetry::log_error("a file of usage that is not in the store cannot be read; it is left alone",
                       {{"file", path}, {"detail", why}});
}

/// Returns true if it is left for another time.
bool UsageRecovery::recover(const std::string& path, store::UsageStore& store, WallTime now) {
  const auto file = files::MappedFile::adopt(path);
  if (!file && file.error().is_missing) return false;  // another process was faster
  if (file && !*file) return true;
  auto contents =
      file ? read_journal((*file)->bytes(), now)
           : std::unexpected(file.error().is_empty ? JournalFault::empty : JournalFault::foreign);
  if (!contents) {
    if (contents.error() != JournalFault::empty) {
      leave_alone(path, file ? describe(contents.error()) : std::string_view(file.error().what));
    } else if (is_old(path)) {
      remove_file(path);
    }
    return false;
  }
  std::int64_t requests = 0;
  for (const auto& batch : contents->batches) {
    if (const auto added = store.add_usage(batch); !added) {
      if (!reported_.insert(path).second) return true;
      telemetry::log_error("usage of a killed server cannot be written; it is kept",
                           {{"file", path}, {"detail", added.error().text()}});
      return true;
    }
    for (const auto& row : batch.rows) requests += row.counts.requests;
  }
  remove_file(path);
  if (contents->batches.empty() && contents->damaged == 0) return false;
  telemetry::log_info("read the usage that a killed server left",
                      {{"file", path}, {"requests", requests}, {"damaged", contents->damaged}});
  return false;
}

}  // namespace weir::usage
