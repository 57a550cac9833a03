#include "store/detail/sqlite_usage.hpp"

#include <filesystem>
#include <utility>

#include <sqlite3.h>

#include "store/detail/migrations.hpp"
#include "store/detail/usage_rollup.hpp"
#include "store/detail/usage_rows.hpp"

namespace weir::store::detail {

SqliteUsage::SqliteUsage(std::string path, std::chrono::milliseconds busy_timeout,
                         std::int64_t max_pages)
    : file_{.path = std::move(path),
            .busy_timeout = busy_timeout,
            .max_pages = max_pages,
            .migrate = migrate_usage} {}

std::string SqliteUsage::path_beside(const std::string& store_path) {
  const std::filesystem::path store(store_path);
  auto name = store.stem();
  name += "-usage";
  name += store.extension();
  return store.parent_path() / name;
}

Result<const Connection*> SqliteUsage::ready() {
  if (!connection_) {
    auto opened = open_database(file_);
    if (!opened) return std::unexpected(std::move(opened.error()));
    connection_.emplace(std::move(*opened));
  }
  return &*connection_;
}

Result<> SqliteUsage::with_advice(Result<> done) const {
  if (!done && connection_ && (connection_->last_error() & 0xff) == SQLITE_FULL) {
    done.error().detail += ", raise usage.store_bytes, or delete old days with `weir usage prune`";
  }
  return done;
}

template <class Change>
Result<> SqliteUsage::commit(Change change) {
  const auto connection = ready();
  if (!connection) return std::unexpected(connection.error());
  auto transaction = Transaction::begin_write(**connection);
  if (!transaction) return std::unexpected(transaction.error());
  if (Result<> done = change(**connection); !done) return with_advice(std::move(done));
  return with_advice(transaction->commit());
}

Result<> SqliteUsage::add_usage(const UsageBatch& batch, std::int64_t known) {
  if (auto valid = check(batch); !valid) return valid;
  if (batch.number <= known) return {};
  const std::lock_guard lock(mutex_);
  return commit([&](const Connection& connection) { return detail::add_usage(connection, batch); });
}

Result<> SqliteUsage::add_moved(const MovedRows& moved) {
  const std::lock_guard lock(mutex_);
  return commit([&](const Connection& connection) {
    return detail::add_moved(connection, moved.source, moved.number, moved.rows);
  });
}

Result<std::vector<UsageRow>> SqliteUsage::usage(const UsageFilter& filter) {
  std::vector<UsageRow> rows;
  auto read = visit_usage(filter, UsageView::rows, [&](const UsageSum& sum) {
    rows.push_back({sum.day, std::string(sum.key_id), std::string(sum.model), sum.counts});
    return true;
  });
  if (!read) return std::unexpected(read.error());
  return rows;
}

Result<> SqliteUsage::visit_usage(const UsageFilter& filter, UsageView view,
                                  const VisitUsage& visit) {
  const std::lock_guard lock(mutex_);
  const auto connection = ready();
  if (!connection) return std::unexpected(connection.error());
  // Sums and rows of the same moment.
  const auto transaction = Transaction::begin_read(**connection);
  if (!transaction) return std::unexpected(transaction.error());
  return detail::visit_usage(**connection, filter, view, visit);
}

Result<std::int64_t> SqliteUsage::roll_up(const RollUp& until, std::int64_t max_rows) {
  const std::lock_guard lock(mutex_);
  std::int64_t summed = 0;
  auto done = commit([&](const Connection& connection) -> Result<> {
    const auto rows = detail::roll_up(connection, until, max_rows);
    if (!rows) return std::unexpected(rows.error());
    summed = *rows;
    return {};
  });
  if (!done) return std::unexpected(std::move(done.error()));
  return summed;
}

Result<std::vector<Day>> SqliteUsage::usage_days(std::size_t most) {
  const std::lock_guard lock(mutex_);
  const auto connection = ready();
  if (!connection) return std::unexpected(connection.error());
  return read_usage_days(**connection, most);
}

Result<std::int64_t> SqliteUsage::delete_usage(Day before, std::int64_t max_rows) {
  const std::lock_guard lock(mutex_);
  std::int64_t deleted = 0;
  auto done = commit([&](const Connection& connection) {
    const auto at_first = connection.total_changes();
    auto removed = detail::delete_usage(connection, before, max_rows);
    deleted = connection.total_changes() - at_first;
    return removed;
  });
  if (!done) return std::unexpected(std::move(done.error()));
  return deleted;
}

Result<> SqliteUsage::check_integrity() {
  const std::lock_guard lock(mutex_);
  const auto connection = ready();
  if (!connection) return std::unexpected(connection.error());
  return detail::check_integrity(**connection);
}

}  // namespace weir::store::detail
