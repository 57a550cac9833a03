#include "store/detail/database_file.hpp"

#include <array>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <fmt/format.h>

#include "files/read_file.hpp"
#include "store/private_file.hpp"

namespace weir::store::detail {

namespace {

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

Result<> configure(const Connection& connection, const DatabaseFile& file) {
  // A pragma cannot take bound values; this one is a number.
  const auto set = fmt::format(
      "PRAGMA synchronous = FULL;"
      "PRAGMA foreign_keys = ON;"
      "PRAGMA trusted_schema = OFF;"
      "PRAGMA cache_size = -512;"  // KiB; every key is in memory anyway
      "PRAGMA max_page_count = {};",
      file.max_pages);
  return connection.execute(set.c_str());
}

Result<> prepare(const Connection& connection, const DatabaseFile& file) {
  if (auto done = configure(connection, file); !done) return done;
  // The schema comes before the journal: other programs' files are refused while they are
  // untouched.
  if (auto done = file.migrate(connection); !done) return done;
  return use_write_ahead_log(connection);
}

/// Nobody sees the file before it is complete, so its steps need neither a journal nor the disk.
/// The change of journal is a commit, which syncs all of it.
Result<> make_file(const std::string& path, const DatabaseFile& file) {
  const auto connection = Connection::open(path, file.busy_timeout);
  if (!connection) return std::unexpected(connection.error());
  if (auto done = configure(*connection, file); !done) return done;
  if (auto done = connection->execute("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF");
      !done) {
    return done;
  }
  if (auto done = file.migrate(*connection); !done) return done;
  if (auto done = connection->execute("PRAGMA synchronous = FULL"); !done) return done;
  return use_write_ahead_log(*connection);
}

/// Removes logs that SQLite could not remove from a failing disk: each start on a full disk would
/// leave some more.
void remove_logs(const std::string& path) {
  for (const char* suffix : {"-journal", "-wal", "-shm"}) ::unlink((path + suffix).c_str());
}

/// A new file gets its name once schema and journal are in place, so that processes starting at the
/// same time never see an incomplete one, nor wait for each other's change of journal, at which
/// SQLite fails. Its mode is 0600 from the start; the -wal and -shm files inherit it.
Result<> create_if_missing(const DatabaseFile& file) {
  if (file.path.empty() || file.path.starts_with(':')) {
    return fail(Errc::store_failed, fmt::format("\"{}\" is not a file name", file.path));
  }
  return create_private_file(file.path, [&](const std::string& temporary) -> Result<> {
    auto made = make_file(temporary, file);
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

}  // namespace

/// SQLite opens by path, so this is a look just before.
Result<> refuse_unsafe(const std::string& path, std::string_view after_writable) {
  return inspect_parts(path, [&](const std::string& part, const files::Facts& facts) -> Result<> {
    const auto refused = files::refusal(part, facts, files::Purpose::store);
    if (!refused) return {};
    const bool is_writable = (facts.mode & (S_IWGRP | S_IWOTH)) != 0;
    return fail(Errc::store_failed,
                sentence(part, *refused) + std::string(is_writable ? after_writable : ""));
  });
}

Result<Connection> open_database(const DatabaseFile& file) {
  if (auto there = create_if_missing(file); !there) return std::unexpected(there.error());
  if (auto safe = refuse_unsafe(file.path, file.after_writable); !safe)
    return std::unexpected(safe.error());
  auto connection = Connection::open(file.path, file.busy_timeout);
  if (!connection) return connection;
  if (auto done = prepare(*connection, file); !done) return std::unexpected(done.error());
  // A journal may have been put beside the file while SQLite opened it.
  if (auto safe = refuse_unsafe(file.path, file.after_writable); !safe)
    return std::unexpected(safe.error());
  return connection;
}

Result<> check_integrity(const Connection& connection) {
  auto rows = connection.prepare("PRAGMA integrity_check(1)");
  if (!rows) return std::unexpected(rows.error());
  const auto row = rows->step();
  if (!row) return std::unexpected(row.error());
  if (!*row || rows->text(0) != "ok") {
    return connection.refuse(fmt::format("damaged: {}", rows->text(0)));
  }
  return {};
}

std::vector<std::string> file_warnings(const std::string& path) {
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

}  // namespace weir::store::detail
