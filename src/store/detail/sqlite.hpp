/// SQLite's C interface with owners and Result: connection, statement, transaction. It contains no
/// SQL.
///
/// SQL text is always a literal; values are bound. Error details never contain bound values.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace weir::store::detail {

/// A prepared statement, run once, or again after `rewind`.
///
/// Errors of binding are kept and come back from the next step.
/// Lifetime: within its Connection's.
class Statement {
 public:
  Statement& bind(std::string_view text);
  Statement& bind(std::span<const std::byte> blob);
  Statement& bind(std::int64_t number);
  Statement& bind(std::optional<std::int64_t> number);
  Statement& bind(const std::optional<std::string>& text);

  /// True: a row can be read. False: done.
  [[nodiscard]] Result<bool> step();
  /// Runs to the end, ignoring rows.
  [[nodiscard]] Result<> run();
  /// Resets the statement, to be bound and run again.
  void rewind();

  /// Columns of the current row, counted from 0; views are valid until the next step.
  [[nodiscard]] std::string_view text(int column) const;
  [[nodiscard]] std::span<const std::byte> blob(int column) const;
  [[nodiscard]] std::int64_t number(int column) const;
  [[nodiscard]] std::optional<std::int64_t> optional_number(int column) const;

 private:
  friend class Connection;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Statement(const class Connection* connection, sqlite3_stmt* statement)
      : connection_(connection), statement_(statement) {}

  const Connection* connection_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int next_parameter_ = 1;
  int bind_error_ = 0;
};

/// How long a call waits for a lock, and has waited.
struct Patience {
  int most_ms = 0;
  int waited_ms = 0;
};

/// One open database.
///
/// Threads: one at a time.
class Connection {
 public:
  /// Opens an existing file; creates nothing.
  [[nodiscard]] static Result<Connection> open(const std::string& path,
                                               std::chrono::milliseconds busy_timeout);

  /// Opens an existing file for reading alone. Where nobody has it open, no file is created beside
  /// it.
  [[nodiscard]] static Result<Connection> open_to_read(const std::string& path,
                                                       std::chrono::milliseconds busy_timeout);

  [[nodiscard]] Result<Statement> prepare(const char* sql) const;
  /// Runs several statements without values or rows.
  [[nodiscard]] Result<> execute(const char* sql) const;
  /// Runs a query with one row of one number.
  [[nodiscard]] Result<std::int64_t> ask(const char* sql) const;

  /// Rows changed by this connection since it was opened.
  [[nodiscard]] std::int64_t total_changes() const;
  /// SQLite's extended code for the last failure.
  [[nodiscard]] int last_error() const;
  /// store_failed, with SQLite's message and advice.
  [[nodiscard]] std::unexpected<Error> failure(int code) const;
  /// store_failed with the file's name and `reason`.
  [[nodiscard]] std::unexpected<Error> refuse(std::string_view reason) const;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  [[nodiscard]] static Result<Connection> open_as(const std::string& name, const std::string& path,
                                                  int mode, std::chrono::milliseconds busy_timeout);
  Connection(sqlite3* database, std::string path, std::chrono::milliseconds busy_timeout)
      : database_(database), path_(std::move(path)), busy_timeout_(busy_timeout) {}

  std::unique_ptr<Patience> patience_;  ///< used by database_
  std::unique_ptr<sqlite3, Close> database_;
  std::string path_;
  std::chrono::milliseconds busy_timeout_;
};

/// Reads within it see one snapshot; rolls back unless committed.
class Transaction {
 public:
  [[nodiscard]] static Result<Transaction> begin_read(const Connection& connection);
  /// Takes the write lock at once, so that no decision is based on data that another process is
  /// changing.
  [[nodiscard]] static Result<Transaction> begin_write(const Connection& connection);
  Transaction(Transaction&& other) noexcept
      : connection_(std::exchange(other.connection_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  [[nodiscard]] Result<> commit();

 private:
  [[nodiscard]] static Result<Transaction> begin(const Connection& connection, const char* sql);
  explicit Transaction(const Connection& connection) : connection_(&connection) {}
  const Connection* connection_;
};

}  // namespace weir::store::detail
