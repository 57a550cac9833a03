#include "store/sqlite_store.hpp"

#include <optional>
#include <utility>

#include <fmt/format.h>

#include "store/detail/database_file.hpp"
#include "store/detail/key_log.hpp"
#include "store/detail/key_rows.hpp"
#include "store/detail/key_scan.hpp"
#include "store/detail/migrations.hpp"
#include "store/detail/sqlite.hpp"
#include "store/detail/sqlite_usage.hpp"
#include "store/detail/usage_move.hpp"

namespace weir::store {

namespace {

using detail::Connection;
using detail::KeyRow;
using detail::SqliteUsage;
using detail::Transaction;

constexpr std::string_view kAfterWritable =
    "; then check for keys that you did not create: weir keys list --all";
constexpr const char* kHasKeys = "SELECT EXISTS (SELECT 1 FROM keys)";
constexpr std::int64_t kMoveRows = 5'000;

/// Pages beyond the bound while usage is in this file: it may have filled it, and the move out of
/// it needs a few.
constexpr std::int64_t kMovePages = 256;

Result<> bound_pages(const Connection& connection, const SqliteOptions& options) {
  const auto some = detail::has_usage_to_move(connection);
  if (!some) return std::unexpected(some.error());
  if (*some) return {};
  // A pragma cannot take bound values; this one is a number.
  return connection.execute(fmt::format("PRAGMA max_page_count = {}", options.max_pages).c_str());
}

Result<KeyRow> existing(const Connection& connection, std::string_view id) {
  const auto found = detail::find_by_id(connection, id);
  if (!found) return std::unexpected(found.error());
  const std::optional<KeyRow>& row = *found;
  if (!row) return fail(Errc::not_found, fmt::format("there is no key {}", id));
  return *row;
}

Result<KeyRow> changeable(const Connection& connection, std::string_view id) {
  auto row = existing(connection, id);
  if (row && row->state == KeyState::revoked) {
    return fail(Errc::not_found, fmt::format("key {} was revoked, which is permanent", id));
  }
  return row;
}

Result<std::vector<KeyRecord>> read_keys(const Connection& connection,
                                         const detail::KeyRange& range) {
  auto scan = detail::KeyScan::prepare(connection);
  if (!scan) return std::unexpected(scan.error());
  std::vector<KeyRecord> keys;
  auto done = scan->run(range, [&](KeyRecord key) { keys.push_back(std::move(key)); });
  if (!done) return std::unexpected(done.error());
  return keys;
}

Result<KeyRecord> read_key(const Connection& connection, std::int64_t seq) {
  auto keys = read_keys(connection, {seq, seq});
  if (!keys) return std::unexpected(keys.error());
  if (keys->empty()) return connection.refuse("a key vanished while it was read");
  return std::move(keys->front());
}

template <class Change>
Result<> commit(const Connection& connection, Change change) {
  auto transaction = Transaction::begin_write(connection);
  if (!transaction) return std::unexpected(transaction.error());
  if (Result<> done = change(); !done) return done;
  return transaction->commit();
}

}  // namespace

SqliteStore::SqliteStore(std::unique_ptr<Connection> connection, const SqliteOptions& options)
    : kept_changes_(options.kept_changes),
      connection_(std::move(connection)),
      usage_(std::make_unique<SqliteUsage>(SqliteUsage::path_beside(options.path),
                                           options.busy_timeout, options.usage_max_pages)) {}

SqliteStore::~SqliteStore() = default;

std::string SqliteStore::usage_path(const std::string& path) {
  return SqliteUsage::path_beside(path);
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const SqliteOptions& options) {
  auto connection = detail::open_database({.path = options.path,
                                           .busy_timeout = options.busy_timeout,
                                           .max_pages = options.max_pages + kMovePages,
                                           .migrate = detail::migrate,
                                           .after_writable = kAfterWritable});
  if (!connection) return std::unexpected(connection.error());
  if (auto done = bound_pages(*connection, options); !done) return std::unexpected(done.error());
  // Full, locked or damaged it may be: keys do not need it.
  if (auto safe = detail::refuse_unsafe(usage_path(options.path), ""); !safe) {
    return std::unexpected(safe.error());
  }
  return std::unique_ptr<SqliteStore>(
      new SqliteStore(std::make_unique<Connection>(std::move(*connection)), options));
}

Result<SqliteStore::Facts> SqliteStore::examine(const SqliteOptions& options) {
  for (const auto& [path, advice] : {std::pair(options.path, kAfterWritable),
                                     std::pair(usage_path(options.path), std::string_view())}) {
    if (auto safe = detail::refuse_unsafe(path, advice); !safe) {
      return std::unexpected(safe.error());
    }
  }
  const auto connection = Connection::open_to_read(options.path, options.busy_timeout);
  if (!connection) return std::unexpected(connection.error());
  const auto older = detail::is_older(*connection);
  if (!older) return std::unexpected(older.error());
  const auto tables = connection->ask("SELECT count(*) FROM sqlite_schema WHERE name = 'keys'");
  if (!tables) return std::unexpected(tables.error());
  if (*tables == 0) return Facts{.is_older = *older};
  const auto some = connection->ask(kHasKeys);
  if (!some) return std::unexpected(some.error());
  return Facts{.is_older = *older, .has_keys = *some != 0};
}

std::vector<std::string> SqliteStore::warnings(const std::string& path) {
  auto warnings = detail::file_warnings(path);
  for (auto& warning : detail::file_warnings(usage_path(path))) {
    warnings.push_back(std::move(warning));
  }
  return warnings;
}

template <class Change>
Result<> SqliteStore::commit_keys(Change change) {
  std::lock_guard lock(mutex_);
  return commit(*connection_, [&]() -> Result<> {
    if (Result<> done = change(); !done) return done;
    return detail::trim_log(*connection_, kept_changes_);
  });
}

Result<> SqliteStore::create(const KeyRecord& key) { return create_all({&key, 1}); }

Result<> SqliteStore::create_all(std::span<const KeyRecord> keys) {
  for (const KeyRecord& key : keys) {
    if (auto valid = check(key); !valid) return valid;
  }
  return commit_keys([&]() -> Result<> {
    for (const KeyRecord& key : keys) {
      if (auto done = detail::insert_key(*connection_, key); !done) return done;
    }
    return {};
  });
}

Result<bool> SqliteStore::has_keys() {
  std::lock_guard lock(mutex_);
  const auto some = connection_->ask(kHasKeys);
  if (!some) return std::unexpected(some.error());
  return *some != 0;
}

Result<std::vector<KeyRecord>> SqliteStore::list() {
  std::lock_guard lock(mutex_);
  const auto transaction = Transaction::begin_read(*connection_);
  if (!transaction) return std::unexpected(transaction.error());
  return read_keys(*connection_, {});
}

Result<KeyRecord> SqliteStore::find(std::string_view name_or_id) {
  std::lock_guard lock(mutex_);
  const auto transaction = Transaction::begin_read(*connection_);
  if (!transaction) return std::unexpected(transaction.error());
  const auto found = detail::find_by_id_or_live_name(*connection_, name_or_id);
  if (!found) return std::unexpected(found.error());
  const std::optional<KeyRow>& row = *found;
  if (!row) return fail(Errc::not_found, fmt::format("there is no key {}", name_or_id));
  return read_key(*connection_, row->seq);
}

Result<> SqliteStore::set_disabled(std::string_view id, bool disabled) {
  return commit_keys([&]() -> Result<> {
    const auto row = changeable(*connection_, id);
    if (!row) return std::unexpected(row.error());
    const auto state = disabled ? KeyState::disabled : KeyState::active;
    return detail::update_state(*connection_, row->seq, state, std::nullopt);
  });
}

Result<> SqliteStore::change_limits(std::string_view id, const LimitChange& change) {
  return commit_keys([&]() -> Result<> {
    const auto row = changeable(*connection_, id);
    if (!row) return std::unexpected(row.error());
    const auto key = read_key(*connection_, row->seq);
    if (!key) return std::unexpected(key.error());
    const auto grant = change.over(key->grant);
    if (auto valid = limit::check(grant.limits, grant.model_limits); !valid) return valid;
    return detail::update_limits(*connection_, row->seq, grant);
  });
}

Result<> SqliteStore::revoke(std::string_view id, WallTime now) {
  return commit_keys([&]() -> Result<> {
    const auto row = existing(*connection_, id);
    if (!row) return std::unexpected(row.error());
    if (row->state == KeyState::revoked) return {};
    return detail::update_state(*connection_, row->seq, KeyState::revoked, now);
  });
}

Result<> SqliteStore::rotate(std::string_view id, const KeySecret& next, WallTime others_until) {
  return commit_keys([&]() -> Result<> {
    const auto row = changeable(*connection_, id);
    if (!row) return std::unexpected(row.error());
    if (auto done = detail::insert_secret(*connection_, row->seq, next); !done) return done;
    return detail::end_other_secrets(*connection_, row->seq, next.digest, others_until,
                                     next.created_at);
  });
}

Result<KeyMark> SqliteStore::read_changes(const std::optional<KeyMark>& since, KeyReader& reader) {
  std::lock_guard lock(mutex_);
  const auto transaction = Transaction::begin_read(*connection_);
  if (!transaction) return std::unexpected(transaction.error());
  return detail::read_changes(*connection_, since, reader);
}

Result<std::uint64_t> SqliteStore::version() {
  std::lock_guard lock(mutex_);
  // data_version changes with commits of other connections, total_changes with this one's. A poll
  // for changed keys must not read them all because usage is moved.
  const auto others = connection_->ask("PRAGMA data_version");
  if (!others) return std::unexpected(others.error());
  const auto own = static_cast<std::uint64_t>(connection_->total_changes() - usage_changes_);
  return (static_cast<std::uint64_t>(*others) << 32) | (own & 0xffffffff);
}

Result<std::int64_t> SqliteStore::number_before(const std::string& writer) {
  std::lock_guard lock(mutex_);
  if (known_writer_ == writer) return known_number_;
  const auto number = detail::last_number_before(*connection_, writer);
  if (!number) return number;
  known_writer_ = writer;
  known_number_ = *number;
  return number;
}

Result<> SqliteStore::add_usage(const UsageBatch& batch) {
  const auto known = number_before(batch.writer);
  if (!known) return std::unexpected(known.error());
  return usage_->add_usage(batch, *known);
}

template <class Change>
Result<> SqliteStore::change_moving(Change change) {
  std::lock_guard lock(mutex_);
  const auto before = connection_->total_changes();
  auto done = commit(*connection_, change);
  usage_changes_ += connection_->total_changes() - before;
  return done;
}

Result<bool> SqliteStore::move_usage(std::int64_t max_rows) {
  {
    std::lock_guard lock(mutex_);
    const auto some = detail::has_usage_to_move(*connection_);
    if (!some || !*some) return some;
  }
  std::optional<detail::MovedRows> moved;
  auto done = change_moving([&]() -> Result<> {
    auto taken = detail::take_usage(*connection_, max_rows);
    if (!taken) return std::unexpected(taken.error());
    moved = std::move(*taken);
    return {};
  });
  if (done && moved) done = usage_->add_moved(*moved);
  if (done && moved) {
    done = change_moving([&] { return detail::drop_moved(*connection_, moved->number); });
  }
  if (!done) return std::unexpected(done.error());
  return moved.has_value();
}

Result<> SqliteStore::move_all_usage() {
  for (;;) {
    const auto moved = move_usage(kMoveRows);
    if (!moved) return std::unexpected(moved.error());
    if (!*moved) return {};
  }
}

Result<> SqliteStore::visit_usage(const UsageFilter& filter, UsageView view,
                                  const VisitUsage& visit) {
  if (auto moved = move_all_usage(); !moved) return moved;
  return usage_->visit_usage(filter, view, visit);
}

Result<std::int64_t> SqliteStore::roll_up(const RollUp& until, std::int64_t max_rows) {
  return usage_->roll_up(until, max_rows);
}

Result<std::vector<UsageRow>> SqliteStore::usage(const UsageFilter& filter) {
  if (auto moved = move_all_usage(); !moved) return std::unexpected(moved.error());
  return usage_->usage(filter);
}

Result<std::vector<Day>> SqliteStore::usage_days(std::size_t most) {
  return usage_->usage_days(most);
}

Result<std::int64_t> SqliteStore::delete_usage(Day before, std::int64_t max_rows) {
  return usage_->delete_usage(before, max_rows);
}

Result<> SqliteStore::check_integrity() {
  std::lock_guard lock(mutex_);
  if (auto sound = detail::check_integrity(*connection_); !sound) return sound;
  return usage_->check_integrity();
}

}  // namespace weir::store
