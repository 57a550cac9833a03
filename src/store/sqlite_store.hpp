/// Keys and usage in one SQLite file: WAL, synchronous FULL, shared by the server and the command
/// line.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.hpp"

namespace weir::store {

namespace detail {
class Connection;
}

struct SqliteOptions {
  std::string path;
  /// How long a call waits for another process's write.
  std::chrono::milliseconds busy_timeout{5'000};
  /// Maximum size of the file, in pages of 4 KiB (1 GiB: some two million keys); beyond it writes
  /// fail as on a full disk.
  std::int64_t max_pages = 1 << 18;
};

/// Source: docs/decisions/0010-sql-layer.md; sqlite.org/wal.html, sqlite.org/pragma.html.
class SqliteStore final : public Store {
 public:
  /// Creates the file with mode 0600 if there is none, and updates its schema.
  /// Errors: store_failed if it cannot be created, read or written, is damaged, is not Weir's
  /// database, was written by a newer Weir, or is not safe as a files::Purpose::store.
  [[nodiscard]] static Result<std::unique_ptr<SqliteStore>> open(const SqliteOptions& options);
  /// Faults of the files at `path` that do not prevent their use; a sentence each.
  [[nodiscard]] static std::vector<std::string> warnings(const std::string& path);
  ~SqliteStore() override;

  Result<> create(const KeyRecord& key) override;
  Result<std::vector<KeyRecord>> list() override;
  Result<KeyRecord> find(std::string_view name_or_id) override;
  Result<> set_disabled(std::string_view id, bool disabled) override;
  Result<> change_limits(std::string_view id, const LimitChange& change) override;
  Result<> revoke(std::string_view id, WallTime now) override;
  Result<> rotate(std::string_view id, const KeySecret& next, WallTime others_until) override;
  Result<std::uint64_t> version() override;
  Result<> add_usage(const UsageBatch& batch) override;
  Result<std::vector<UsageRow>> usage(const UsageFilter& filter) override;
  Result<std::vector<Day>> usage_days(std::size_t most) override;
  Result<std::int64_t> delete_usage(Day before, std::int64_t max_rows) override;

  /// Reads the whole file. Errors: store_failed with the damage found.
  [[nodiscard]] Result<> check_integrity();

 private:
  explicit SqliteStore(std::unique_ptr<detail::Connection> connection);

  std::mutex mutex_;
  std::unique_ptr<detail::Connection> connection_;
  std::int64_t usage_changes_ = 0;  ///< usage rows among the connection's total_changes
};

}  // namespace weir::store
