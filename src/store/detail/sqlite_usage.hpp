/// Usage in a SQLite file of its own: full or damaged, it does not affect keys.
#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/detail/database_file.hpp"
#include "store/usage_store.hpp"
#include "store/visit_usage.hpp"

namespace weir::store::detail {

/// Rows that left the store's own table of usage together, under a number that counts once.
struct MovedRows {
  std::string source;  ///< unique to the store's file
  std::int64_t number = 0;
  std::vector<UsageRow> rows;
};

/// Opened with the first call that needs it, and again by the next one if that failed: a call of
/// keys never waits for it.
class SqliteUsage final : public UsageStore {
 public:
  SqliteUsage(std::string path, std::chrono::milliseconds busy_timeout, std::int64_t max_pages);

  /// `weir.db` to `weir-usage.db`.
  [[nodiscard]] static std::string path_beside(const std::string& store_path);

  Result<> add_usage(const UsageBatch& batch) override { return add_usage(batch, 0); }
  /// `known`: the writer's last number according to another file.
  [[nodiscard]] Result<> add_usage(const UsageBatch& batch, std::int64_t known);
  Result<std::vector<UsageRow>> usage(const UsageFilter& filter) override;
  [[nodiscard]] Result<> visit_usage(const UsageFilter& filter, UsageView view,
                                     const VisitUsage& visit);
  [[nodiscard]] Result<std::int64_t> roll_up(const RollUp& until, std::int64_t max_rows);
  Result<std::vector<Day>> usage_days(std::size_t most) override;
  Result<std::int64_t> delete_usage(Day before, std::int64_t max_rows) override;

  [[nodiscard]] Result<> add_moved(const MovedRows& moved);
  [[nodiscard]] Result<> check_integrity();

 private:
  /// The opened file.
  [[nodiscard]] Result<const Connection*> ready();
  /// Runs `change` in a transaction of its own.
  template <class Change>
  [[nodiscard]] Result<> commit(Change change);
  [[nodiscard]] Result<> with_advice(Result<> done) const;

  const DatabaseFile file_;
  std::mutex mutex_;
  std::optional<Connection> connection_;
};

}  // namespace weir::store::detail
