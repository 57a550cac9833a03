/// Keys in a SQLite file and usage in another beside it: WAL, synchronous FULL, shared by the
/// server and the command line.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.hpp"
#include "store/visit_usage.hpp"

namespace weir::store {

namespace detail {
class Connection;
class SqliteUsage;
}  // namespace detail

struct SqliteOptions {
  std::string path;
  /// How long a call waits for another process's write.
  std::chrono::milliseconds busy_timeout{5'000};
  /// Maximum size of the file of keys, in pages of 4 KiB (1 GiB: some two million keys); beyond it
  /// writes fail as on a full disk.
  std::int64_t max_pages = 1 << 18;
  /// The same for the file of usage, 4 GiB: some 60 million rows.
  std::int64_t usage_max_pages = 1 << 20;
  /// Rows of the log of changes; a key that is created has three or more. A reader that is further
  /// behind reads all keys.
  std::int64_t kept_changes = 100'000;
};

/// The file of usage is opened when usage is written or read: full, locked or damaged it affects no
/// key. Usage that an older version left in the file of keys is moved there.
///
/// Source: docs/decisions/0010-sql-layer.md, 0066-usage-file.md; sqlite.org/wal.html,
/// sqlite.org/pragma.html.
class SqliteStore final : public Store {
 public:
  /// Creates the file with mode 0600 if there is none, and updates its schema.
  /// Errors: store_failed if it cannot be created, read or written, is damaged, is not Weir's
  /// database, was written by a newer Weir, or is not safe as a files::Purpose::store.
  [[nodiscard]] static Result<std::unique_ptr<SqliteStore>> open(const SqliteOptions& options);
  struct Facts {
    bool is_older = false;  ///< open would update its schema
    bool has_keys = false;
  };
  /// Looks at an existing file and changes nothing. Errors: as open.
  [[nodiscard]] static Result<Facts> examine(const SqliteOptions& options);
  /// Faults of the files at `path` that do not prevent their use; a sentence each.
  [[nodiscard]] static std::vector<std::string> warnings(const std::string& path);
  /// Where usage is kept: `weir-usage.db` beside `weir.db`.
  [[nodiscard]] static std::string usage_path(const std::string& path);
  ~SqliteStore() override;

  Result<> create(const KeyRecord& key) override;
  /// All of them, or none, in one transaction. Errors: as create.
  [[nodiscard]] Result<> create_all(std::span<const KeyRecord> keys);
  /// Whether there is any key, revoked ones included. Cost: does not read them.
  [[nodiscard]] Result<bool> has_keys();
  Result<std::vector<KeyRecord>> list() override;
  Result<KeyRecord> find(std::string_view name_or_id) override;
  Result<> set_disabled(std::string_view id, bool disabled) override;
  Result<> change_limits(std::string_view id, const LimitChange& change) override;
  Result<> revoke(std::string_view id, WallTime now) override;
  Result<> rotate(std::string_view id, const KeySecret& next, WallTime others_until) override;
  Result<KeyMark> read_changes(const std::optional<KeyMark>& since, KeyReader& reader) override;
  Result<std::uint64_t> version() override;
  Result<> add_usage(const UsageBatch& batch) override;
  Result<std::vector<UsageRow>> usage(const UsageFilter& filter) override;
  /// As usage, a sum at a time: memory does not grow with them. `visit` calls no function of this
  /// object. A view by key ignores the filter's model, one by model its key.
  /// Errors: invalid_parameter for a part of a month whose days were summed, with UsageView::rows.
  [[nodiscard]] Result<> visit_usage(const UsageFilter& filter, UsageView view,
                                     const VisitUsage& visit);
  /// Sums the next rows, at most `max_rows`: first those of days, which makes a view by key or by
  /// model as fast as its sums are few; then those of months, which replace their rows. No view
  /// changes, except that rows of a month become one. Returns how many; 0: none are left.
  /// A kill in the middle loses and doubles nothing.
  [[nodiscard]] Result<std::int64_t> roll_up(const RollUp& until, std::int64_t max_rows);
  Result<std::vector<Day>> usage_days(std::size_t most) override;
  Result<std::int64_t> delete_usage(Day before, std::int64_t max_rows) override;

  /// Moves the next rows of usage, at most `max_rows`, out of the file of keys, where an older
  /// version wrote them; false if none are left. A kill in the middle loses and doubles nothing.
  [[nodiscard]] Result<bool> move_usage(std::int64_t max_rows);

  /// Reads both files. Errors: store_failed with the damage found.
  [[nodiscard]] Result<> check_integrity();

 private:
  SqliteStore(std::unique_ptr<detail::Connection> connection, const SqliteOptions& options);

  /// Runs `change` in a transaction of its own; if this returns without an error, it is on disk.
  template <class Change>
  [[nodiscard]] Result<> commit_keys(Change change);
  [[nodiscard]] Result<> move_all_usage();
  template <class Change>
  [[nodiscard]] Result<> change_moving(Change change);
  /// The last number of a writer in the file of keys.
  [[nodiscard]] Result<std::int64_t> number_before(const std::string& writer);

  const std::int64_t kept_changes_;
  std::mutex mutex_;
  std::unique_ptr<detail::Connection> connection_;
  std::int64_t usage_changes_ = 0;  ///< usage rows among the connection's total_changes
  std::string known_writer_;        ///< the last one of number_before, with its number
  std::int64_t known_number_ = 0;
  std::unique_ptr<detail::SqliteUsage> usage_;
};

}  // namespace weir::store
