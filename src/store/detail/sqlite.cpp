#include "store/detail/sqlite.hpp"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <system_error>

#include <fmt/format.h>
#include <sqlite3.h>

namespace weir::store::detail {

namespace {

/// Advice to the operator about a failure.
std::string_view advice(int code) {
  switch (code & 0xff) {
    case SQLITE_FULL:
      return "free some disk space";
    case SQLITE_READONLY:
      return "this user cannot write to the file or its directory";
    case SQLITE_CANTOPEN:
      return "check that the directory exists and that this user can write to it";
    case SQLITE_PERM:
      return "this user cannot read and write the file";
    case SQLITE_IOERR:
      return "the disk could not be read or written; check whether it is full or failing";
    case SQLITE_CORRUPT:
      return "the file is damaged; restore it from a backup";
    case SQLITE_NOTADB:
      return "this is not Weir's database; name another file in `store`";
    default:
      return "";
  }
}

/// Sleeps between two looks at a lock that another process holds. SQLite's own grow to 100 ms: with
/// many writers nobody would hold it for most of that time, and one of them could miss it for
/// seconds.
constexpr int kWaitsMs[] = {1, 1, 2, 3, 5, 8, 10};

/// The busy handler: returns 0 when the call has waited long enough.
int wait_for_lock(void* data, int calls) {
  auto& patience = *static_cast<Patience*>(data);
  if (calls == 0) patience.waited_ms = 0;
  if (patience.waited_ms >= patience.most_ms) return 0;
  const auto wait = std::min(static_cast<std::size_t>(calls), std::size(kWaitsMs) - 1);
  patience.waited_ms += sqlite3_sleep(kWaitsMs[wait]);
  return 1;
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }

Statement& Statement::bind(std::string_view text) {
  bind_error_ |= sqlite3_bind_text64(statement_.get(), next_parameter_++, text.data(), text.size(),
                                     SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind(std::span<const std::byte> blob) {
  bind_error_ |= sqlite3_bind_blob64(statement_.get(), next_parameter_++, blob.data(), blob.size(),
                                     SQLITE_TRANSIENT);
  return *this;
}

Statement& Statement::bind(std::int64_t number) {
  bind_error_ |= sqlite3_bind_int64(statement_.get(), next_parameter_++, number);
  return *this;
}

Statement& Statement::bind(std::optional<std::int64_t> number) {
  if (number) return bind(*number);
  bind_error_ |= sqlite3_bind_null(statement_.get(), next_parameter_++);
  return *this;
}

Statement& Statement::bind(const std::optional<std::string>& text) {
  if (text) return bind(std::string_view(*text));
  bind_error_ |= sqlite3_bind_null(statement_.get(), next_parameter_++);
  return *this;
}

Result<bool> Statement::step() {
  if (bind_error_ != SQLITE_OK) return connection_->refuse("a value could not be bound");
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return connection_->failure(code);
}

Result<> Statement::run() {
  for (;;) {
    const auto row = step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return {};
  }
}

void Statement::rewind() {
  sqlite3_reset(statement_.get());  // its result is the last step's failure
  next_parameter_ = 1;
}

std::string_view Statement::text(int column) const {
  const auto* data = sqlite3_column_text(statement_.get(), column);
  const auto size = sqlite3_column_bytes(statement_.get(), column);
  if (data == nullptr) return {};
  return {reinterpret_cast<const char*>(data), static_cast<std::size_t>(size)};
}

std::span<const std::byte> Statement::blob(int column) const {
  const auto* data = sqlite3_column_blob(statement_.get(), column);
  const auto size = sqlite3_column_bytes(statement_.get(), column);
  return {static_cast<const std::byte*>(data), static_cast<std::size_t>(size)};
}

std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::optional<std::int64_t> Statement::optional_number(int column) const {
  if (sqlite3_column_type(statement_.get(), column) == SQLITE_NULL) return std::nullopt;
  return number(column);
}

void Connection::Close::operator()(sqlite3* database) const { sqlite3_close_v2(database); }

Result<Connection> Connection::open(const std::string& path,
                                    std::chrono::milliseconds busy_timeout) {
  return open_as(path, path, SQLITE_OPEN_READWRITE, busy_timeout);
}

// A reader of a write-ahead log creates it if it is missing; then there is no other process, and
// the file may be read as one that nobody changes.
Result<Connection> Connection::open_to_read(const std::string& path,
                                            std::chrono::milliseconds busy_timeout) {
  std::error_code failed;
  const auto real = std::filesystem::canonical(path, failed);
  if (failed) return fail(Errc::store_failed, fmt::format("{}: {}", path, failed.message()));
  std::string uri = "file:";
  for (const char c : real.string()) {
    if (c == '%' || c == '?' || c == '#') {
      uri += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    } else {
      uri += c;
    }
  }
  if (!std::filesystem::exists(real.string() + "-wal", failed)) uri += "?immutable=1";
  return open_as(uri, path, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, busy_timeout);
}

Result<Connection> Connection::open_as(const std::string& name, const std::string& path, int mode,
                                       std::chrono::milliseconds busy_timeout) {
  sqlite3* database = nullptr;
  const int code = sqlite3_open_v2(name.c_str(), &database,
                                   mode | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  if (database == nullptr) return fail(Errc::store_failed, "out of memory");
  Connection connection(database, path, busy_timeout);
  if (code != SQLITE_OK) return connection.failure(code);
  connection.patience_ =
      std::make_unique<Patience>(Patience{.most_ms = static_cast<int>(busy_timeout.count())});
  sqlite3_busy_handler(database, wait_for_lock, connection.patience_.get());
  return connection;
}

Result<Statement> Connection::prepare(const char* sql) const {
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v2(database_.get(), sql, -1, &statement, nullptr);
  if (code != SQLITE_OK) return failure(code);
  return Statement(this, statement);
}

Result<> Connection::execute(const char* sql) const {
  const int code = sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return failure(code);
  return {};
}

Result<std::int64_t> Connection::ask(const char* sql) const {
  auto statement = prepare(sql);
  if (!statement) return std::unexpected(statement.error());
  const auto row = statement->step();
  if (!row) return std::unexpected(row.error());
  if (!*row) return refuse(fmt::format("no result from {}", sql));
  return statement->number(0);
}

std::int64_t Connection::total_changes() const { return sqlite3_total_changes64(database_.get()); }

int Connection::last_error() const { return sqlite3_extended_errcode(database_.get()); }

std::unexpected<Error> Connection::failure(int code) const {
  if ((code & 0xff) == SQLITE_BUSY) {
    return refuse(fmt::format("locked by another process for {} ms", busy_timeout_.count()));
  }
  const auto hint = advice(code);
  return refuse(
      fmt::format("{}{}{}", sqlite3_errmsg(database_.get()), hint.empty() ? "" : "; ", hint));
}

std::unexpected<Error> Connection::refuse(std::string_view reason) const {
  return fail(Errc::store_failed, fmt::format("{}: {}", path_, reason));
}

Result<Transaction> Transaction::begin(const Connection& connection, const char* sql) {
  if (auto begun = connection.execute(sql); !begun) return std::unexpected(begun.error());
  return Transaction(connection);
}

Result<Transaction> Transaction::begin_read(const Connection& connection) {
  return begin(connection, "BEGIN DEFERRED");
}

Result<Transaction> Transaction::begin_write(const Connection& connection) {
  return begin(connection, "BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  // After some errors SQLite has already rolled back; this statement then fails harmlessly.
  if (connection_ == nullptr) return;
  [[maybe_unused]] const auto rolled_back = connection_->execute("ROLLBACK");
}

Result<> Transaction::commit() {
  auto committed = connection_->execute("COMMIT");
  if (committed) connection_ = nullptr;
  return committed;
}

}  // namespace weir::store::detail
