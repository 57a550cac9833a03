/// Reads keys from their four tables, side by side, so that memory does not grow with them.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>

#include "store/detail/sqlite.hpp"
#include "store/key_record.hpp"

namespace weir::store::detail {

using VisitKey = std::function<void(KeyRecord key)>;

/// Row numbers of keys, both ends included.
struct KeyRange {
  std::int64_t first = std::numeric_limits<std::int64_t>::min();
  std::int64_t last = std::numeric_limits<std::int64_t>::max();
};

/// Statements that may be run for one range after another. Lifetime: within the connection's.
class KeyScan {
 public:
  [[nodiscard]] static Result<KeyScan> prepare(const Connection& connection);

  /// Visits the keys in order of creation. Cost: their number, however many others there are.
  /// REQUIRES: within a transaction, so that all tables are read from one snapshot.
  [[nodiscard]] Result<> run(KeyRange range, const VisitKey& visit);

 private:
  /// Rows of another table whose first column is the row number of their key, in its order.
  struct Beside {
    Statement rows;
    void (*add)(const Statement& row, KeyRecord& key);
    bool at_row = false;

    [[nodiscard]] Result<> start(KeyRange range);
    [[nodiscard]] Result<> add_to(std::int64_t seq, KeyRecord& key);
  };

  KeyScan(const Connection& connection, Statement keys, Beside secrets, Beside scopes,
          Beside model_limits);
  [[nodiscard]] Result<KeyRecord> read_key() const;

  const Connection* connection_;
  Statement keys_;
  Beside secrets_, scopes_, model_limits_;
};

}  // namespace weir::store::detail
