/// An in-memory store, for tests.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "store/store.hpp"

namespace weir::store {

class MemoryStore : public Store {
 public:
  Result<> create(const KeyRecord& key) override;
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
  Result<std::vector<Day>> usage_days(std::size_t most) override;
  Result<std::int64_t> delete_usage(Day before, std::int64_t max_rows) override;

  /// Every call fails with store_failed and this detail; without a value, they work again.
  void break_for_test(std::optional<std::string> detail);

 private:
  [[nodiscard]] Result<> usable() const;
  [[nodiscard]] Result<KeyRecord*> changeable(std::string_view id);

  std::mutex mutex_;
  std::vector<KeyRecord> keys_;
  std::vector<std::string> changes_;  ///< ids of the keys that changed; its size is the version
  std::map<std::tuple<Day, std::string, std::string>, UsageCounts> usage_;
  std::map<std::string, std::int64_t> last_batches_;  ///< by writer
  std::optional<std::string> broken_;
};

}  // namespace weir::store
