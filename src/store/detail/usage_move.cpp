#include "store/detail/usage_move.hpp"

#include <string>

#include "store/detail/usage_rows.hpp"

namespace weir::store::detail {

Result<bool> has_usage_to_move(const Connection& keys) {
  const auto some =
      keys.ask("SELECT EXISTS (SELECT 1 FROM usage) OR EXISTS (SELECT 1 FROM usage_moving)");
  if (!some) return std::unexpected(some.error());
  return *some != 0;
}

namespace {

/// Moves the next rows to `usage_moving` and gives them a number.
Result<> begin_move(const Connection& keys, std::int64_t max_rows) {
  auto take = keys.prepare(
      "INSERT INTO usage_moving SELECT * FROM usage ORDER BY day, key_id, model LIMIT ?");
  if (!take) return std::unexpected(take.error());
  if (auto done = take->bind(max_rows).run(); !done) return done;
  return keys.execute(
      "DELETE FROM usage WHERE (day, key_id, model) <= "
      "(SELECT day, key_id, model FROM usage_moving ORDER BY day DESC, key_id DESC, model DESC "
      "LIMIT 1);"
      "UPDATE usage_move SET number = number + 1;");
}

}  // namespace

Result<std::optional<MovedRows>> take_usage(const Connection& keys, std::int64_t max_rows) {
  const auto is_moving = keys.ask("SELECT EXISTS (SELECT 1 FROM usage_moving)");
  if (!is_moving) return std::unexpected(is_moving.error());
  if (*is_moving == 0) {
    if (auto begun = begin_move(keys, max_rows); !begun) return std::unexpected(begun.error());
  }
  auto move = keys.prepare("SELECT source, number FROM usage_move");
  if (!move) return std::unexpected(move.error());
  const auto row = move->step();
  if (!row) return std::unexpected(row.error());
  if (!*row) return keys.refuse("the table usage_move is empty");
  MovedRows moved{std::string(move->text(0)), move->number(1), {}};
  auto rows = read_moving(keys);
  if (!rows) return std::unexpected(rows.error());
  if (rows->empty()) return std::nullopt;
  moved.rows = std::move(*rows);
  return moved;
}

Result<> drop_moved(const Connection& keys, std::int64_t number) {
  auto drop = keys.prepare("DELETE FROM usage_moving WHERE ? = (SELECT number FROM usage_move)");
  if (!drop) return std::unexpected(drop.error());
  return drop->bind(number).run();
}

Result<std::int64_t> last_number_before(const Connection& keys, std::string_view writer) {
  auto last = keys.prepare("SELECT last_number FROM usage_writers WHERE writer = ?");
  if (!last) return std::unexpected(last.error());
  const auto row = last->bind(writer).step();
  if (!row) return std::unexpected(row.error());
  return *row ? last->number(0) : 0;
}

}  // namespace weir::store::detail
