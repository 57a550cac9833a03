#include "store/sqlite_store.hpp"

#include <array>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

#include "files/read_file.hpp"
#include "store/detail/key_rows.hpp"
#include "store/detail/migrations.hpp"
#include "store/detail/sqlite.hpp"
#include "store/detail/usage_rows.hpp"
#include "store/private_file.hpp"

namespace weir::store {

namespace {

using detail::Connection;
using detail::KeyRow;
using detail::Transaction;

Result<> use_write_ahead_log(const Connection& connection) {
  auto mode = connection.prepare("PRAGMA journal_mode = WAL");
  if (!mode) return std::unexpected(mode.error());
  const auto row = mode->step();
  if (!row) return std::unexpected(row.error());
  if (!*row || mode->text(0) != "wal") {
    return connection.refuse("the file system does not support SQLite's write-ahead log");
  }
  return mode->run();
}

Result<> configure(const Connection& connection, const SqliteOptions& options) {
  // A pragma cannot take bound values; this one is a number.
  const auto set = fmt::format(
      "PRAGMA synchronous = FULL;"
      "PRAGMA foreign_keys = ON;"
      "PRAGMA trusted_schema = OFF;"
      "PRAGMA cache_size = -512;"  // KiB; every key is in memory anyway
      "PRAGMA max_page_count = {};",
      options.max_pages);
  return connection.execute(set.c_str());
}

Result<> prepare(const Connection& connection, const SqliteOptions& options) {
  if (auto done = configure(connection, options); !done) return done;
  // The schema comes before the journal: other programs' files are refused while they are
  // untouched.
  if (auto done = detail::migrate(connection); !done) return done;
  return use_write_ahead_log(connection);
}

Result<> make_file(const std::string& path, const SqliteOptions& options) {
  const auto connection = Connection::open(path, options.busy_timeout);
  if (!connection) return std::unexpected(connection.error());
  return prepare(*connection, options);
}

/// Removes logs that SQLite could not remove from a failing disk: each start on a full disk would
/// leave some more.
void remove_logs(const std::string& path) {
  for (const char* suffix : {"-journal", "-wal", "-shm"}) ::unlink((path + suffix).c_str());
}

/// A new file gets its name once schema and journal are in place, so that processes starting at the
/// same time never see an incomplete one, nor wait for each other's change of journal, at which
/// SQLite fails. Its mode is 0600 from the start; the -wal and -shm files inherit it.
Result<> create_if_missing(const SqliteOptions& options) {
  if (options.path.empty() || options.path.starts_with(':')) {
    return fail(Errc::store_failed, fmt::format("\"{}\" is not a file name", options.path));
  }
  return create_private_file(options.path, [&](const std::string& temporary) -> Result<> {
    auto made = make_file(temporary, options);
    if (!made) remove_logs(temporary);
    return made;
  });
}

/// The database and what SQLite opens beside it; a file that is not there is no problem.
constexpr std::array kParts{"", "-wal", "-shm", "-journal"};

/// Calls `with` for each file that is there, until that returns an error.
template <class With>
Result<> inspect_parts(const std::string& path, With with) {
  // SQLite keeps them beside what a link leads to.
  std::error_code failed;
  const auto real = std::filesystem::canonical(path, failed);
  for (const char* suffix : kParts) {
    const auto part = (failed ? path : real.string()) + suffix;
    const auto facts = files::inspect_file(part);
    if (!facts && facts.error().is_missing) continue;
    if (!facts) return fail(Errc::store_failed, fmt::format("{}: {}", part, facts.error().what));
    if (Result<> done = with(part, *facts); !done) return done;
  }
  return {};
}

std::string sentence(const std::string& path, const files::Complaint& complaint) {
  return fmt::format("{}: {}{}{}", path, complaint.what,
                     complaint.expected.empty() ? "" : "; expected ", complaint.expected);
}

/// SQLite opens by path, so this is a look just before.
Result<> refuse_unsafe(const std::string& path) {
  return inspect_parts(path, [](const std::string& part, const files::Facts& facts) -> Result<> {
    const auto refused = files::refusal(part, facts, files::Purpose::store);
    if (!refused) return {};
    const bool is_writable = (facts.mode & (S_IWGRP | S_IWOTH)) != 0;
    return fail(
        Errc::store_failed,
        sentence(part, *refused) +
            (is_writable ? "; then check for keys that you did not create: weir keys list --all"
                         : ""));
  });
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

/// Runs `change` in a transaction of its own; if this returns without an error, it is on disk.
template <class Change>
Result<> commit(const Connection& connection, Change change) {
  auto transaction = Transaction::begin_write(connection);
  if (!transaction) return std::unexpected(transaction.error());
  if (Result<> done = change(); !done) return done;
  return transaction->commit();
}

}  // namespace

SqliteStore::SqliteStore(std::unique_ptr<Connection> connection)
    : connection_(std::move(connection)) {}

SqliteStore::~SqliteStore() = default;

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const SqliteOptions& options) {
  if (auto there = create_if_missing(options); !there) return std::unexpected(there.error());
  if (auto safe = refuse_unsafe(options.path); !safe) return std::unexpected(safe.error());
  auto connection = Connection::open(options.path, options.busy_timeout);
  if (!connection) return std::unexpected(connection.error());
  if (auto done = prepare(*connection, options); !done) return std::unexpected(done.error());
  // A journal may have been put beside the file while SQLite opened it.
  if (auto safe = refuse_unsafe(options.path); !safe) return std::unexpected(safe.error());
  return std::unique_ptr<SqliteStore>(
      new SqliteStore(std::make_unique<Connection>(std::move(*connection))));
}

std::vector<std::string> SqliteStore::warnings(const std::string& path) {
  std::vector<std::string> warnings;
  const auto looked =
      inspect_parts(path, [&](const std::string& part, const files::Facts& facts) -> Result<> {
        const auto warned = files::warning(part, facts, files::Purpose::store);
        if (warned) warnings.push_back(sentence(part, *warned));
        return {};
      });
  if (!looked) warnings.push_back(looked.error().detail);
  return warnings;
}

Result<> SqliteStore::create(const KeyRecord& key) {
  if (auto valid = check(key); !valid) return valid;
  std::lock_guard lock(mutex_);
  return commit(*connection_, [&] { return detail::insert_key(*connection_, key); });
}

Result<std::vector<KeyRecord>> SqliteStore::list() {
  std::lock_guard lock(mutex_);
  const auto transaction = Transaction::begin_read(*connection_);
  if (!transaction) return std::unexpected(transaction.error());
  return detail::read_keys(*connection_, std::nullopt);
}

Result<KeyRecord> SqliteStore::find(std::string_view name_or_id) {
  std::lock_guard lock(mutex_);
  const auto transaction = Transaction::begin_read(*connection_);
  if (!transaction) return std::unexpected(transaction.error());
  const auto found = detail::find_by_id_or_live_name(*connection_, name_or_id);
  if (!found) return std::unexpected(found.error());
  const std::optional<KeyRow>& row = *found;
  if (!row) return fail(Errc::not_found, fmt::format("there is no key {}", name_or_id));
  auto keys = detail::read_keys(*connection_, row->seq);
  if (!keys) return std::unexpected(keys.error());
  return std::move(keys->front());
}

Result<> SqliteStore::set_disabled(std::string_view id, bool disabled) {
  std::lock_guard lock(mutex_);
  return commit(*connection_, [&]() -> Result<> {
    const auto row = changeable(*connection_, id);
    if (!row) return std::unexpected(row.error());
    const auto state = disabled ? KeyState::disabled : KeyState::active;
    return detail::update_state(*connection_, row->seq, state, std::nullopt);
  });
}

Result<> SqliteStore::change_limits(std::string_view id, const LimitChange& change) {
  std::lock_guard lock(mutex_);
  return commit(*connection_, [&]() -> Result<> {
    const auto row = changeable(*connection_, id);
    if (!row) return std::unexpected(row.error());
    const auto keys = detail::read_keys(*connection_, row->seq);
    if (!keys) return std::unexpected(keys.error());
    const auto grant = change.over(keys->front().grant);
    if (auto valid = limit::check(grant.limits, grant.model_limits); !valid) return valid;
    return detail::update_limits(*connection_, row->seq, grant);
  });
}

Result<> SqliteStore::revoke(std::string_view id, WallTime now) {
  std::lock_guard lock(mutex_);
  return commit(*connection_, [&]() -> Result<> {
    const auto row = existing(*connection_, id);
    if (!row) return std::unexpected(row.error());
    if (row->state == KeyState::revoked) return {};
    return detail::update_state(*connection_, row->seq, KeyState::revoked, now);
  });
}

Result<> SqliteStore::rotate(std::string_view id, const KeySecret& next, WallTime others_until) {
  std::lock_guard lock(mutex_);
  return commit(*connection_, [&]() -> Result<> {
    const auto row = changeable(*connection_, id);
    if (!row) return std::unexpected(row.error());
    if (auto done = detail::insert_secret(*connection_, row->seq, next); !done) return done;
    return detail::end_other_secrets(*connection_, row->seq, next.digest, others_until,
                                     next.created_at);
  });
}

Result<std::uint64_t> SqliteStore::version() {
  std::lock_guard lock(mutex_);
  // data_version changes with commits of other connections, total_changes with this one's. Usage is
  // written twice a second, and a poll for changed keys must not read them all each time.
  const auto others = connection_->ask("PRAGMA data_version");
  if (!others) return std::unexpected(others.error());
  const auto own = static_cast<std::uint64_t>(connection_->total_changes() - usage_changes_);
  return (static_cast<std::uint64_t>(*others) << 32) | (own & 0xffffffff);
}

Result<> SqliteStore::add_usage(const UsageBatch& batch) {
  if (auto valid = check(batch); !valid) return valid;
  std::lock_guard lock(mutex_);
  const auto before = connection_->total_changes();
  auto done = commit(*connection_, [&] { return detail::add_usage(*connection_, batch); });
  usage_changes_ += connection_->total_changes() - before;
  return done;
}

Result<std::vector<UsageRow>> SqliteStore::usage(const UsageFilter& filter) {
  std::lock_guard lock(mutex_);
  return detail::read_usage(*connection_, filter);
}

Result<std::vector<Day>> SqliteStore::usage_days(std::size_t most) {
  std::lock_guard lock(mutex_);
  return detail::read_usage_days(*connection_, most);
}

Result<std::int64_t> SqliteStore::delete_usage(Day before, std::int64_t max_rows) {
  std::lock_guard lock(mutex_);
  const auto at_first = connection_->total_changes();
  auto done =
      commit(*connection_, [&] { return detail::delete_usage(*connection_, before, max_rows); });
  const auto changes = connection_->total_changes() - at_first;
  usage_changes_ += changes;
  if (!done) return std::unexpected(std::move(done.error()));
  return changes;
}

Result<> SqliteStore::check_integrity() {
  std::lock_guard lock(mutex_);
  auto rows = connection_->prepare("PRAGMA integrity_check(1)");
  if (!rows) return std::unexpected(rows.error());
  const auto row = rows->step();
  if (!row) return std::unexpected(row.error());
  if (!*row || rows->text(0) != "ok") {
    return connection_->refuse(fmt::format("damaged: {}", rows->text(0)));
  }
  return {};
}

}  // namespace weir::store
