#include "store/detail/key_log.hpp"

#include <string>
#include <utility>
#include <vector>

#include "store/detail/key_rows.hpp"
#include "store/detail/key_scan.hpp"

namespace weir::store::detail {

namespace {

/// Reading all keys is preferred when at least one in so many has changed; finding a key by its id
/// costs about as much as reading this many in order.
constexpr std::size_t kKeysPerChange = 8;
constexpr std::size_t kFewChanges = 1'000;

Result<KeyMark> read_end(const Connection& connection) {
  auto rows =
      connection.prepare("SELECT change, nonce FROM key_changes ORDER BY change DESC LIMIT 1");
  if (!rows) return std::unexpected(rows.error());
  const auto row = rows->step();
  if (!row) return std::unexpected(row.error());
  if (!*row) return KeyMark{};
  return KeyMark{rows->number(0), rows->number(1)};
}

Result<bool> is_in_log(const Connection& connection, const KeyMark& mark) {
  auto rows = connection.prepare("SELECT 1 FROM key_changes WHERE change = ? AND nonce = ?");
  if (!rows) return std::unexpected(rows.error());
  return rows->bind(mark.change).bind(mark.nonce).step();
}

Result<std::vector<std::string>> read_changed_ids(const Connection& connection,
                                                  const KeyMark& since) {
  auto rows = connection.prepare("SELECT DISTINCT key_id FROM key_changes WHERE change > ?");
  if (!rows) return std::unexpected(rows.error());
  rows->bind(since.change);
  std::vector<std::string> ids;
  for (;;) {
    const auto row = rows->step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return ids;
    ids.emplace_back(rows->text(0));
  }
}

/// Cost: does not count them; deleted ones are included.
Result<std::int64_t> about_how_many_keys(const Connection& connection) {
  return connection.ask("SELECT coalesce(max(seq), 0) FROM keys");
}

/// The ids of changed keys; nothing if all keys are to be read.
Result<std::optional<std::vector<std::string>>> find_changes(const Connection& connection,
                                                             const std::optional<KeyMark>& since) {
  if (!since) return std::nullopt;
  const auto known = is_in_log(connection, *since);
  if (!known) return std::unexpected(known.error());
  if (!*known) return std::nullopt;
  auto ids = read_changed_ids(connection, *since);
  if (!ids) return std::unexpected(ids.error());
  if (ids->size() < kFewChanges) return std::move(*ids);
  const auto keys = about_how_many_keys(connection);
  if (!keys) return std::unexpected(keys.error());
  if (static_cast<std::int64_t>(ids->size() * kKeysPerChange) > *keys) return std::nullopt;
  return std::move(*ids);
}

}  // namespace

Result<KeyMark> read_changes(const Connection& connection, const std::optional<KeyMark>& since,
                             KeyReader& reader) {
  const auto end = read_end(connection);
  if (!end || since == *end) return end;
  const auto changed = find_changes(connection, since);
  if (!changed) return std::unexpected(changed.error());
  auto scan = KeyScan::prepare(connection);
  if (!scan) return std::unexpected(scan.error());
  const auto take = [&](KeyRecord key) { reader.take(std::move(key)); };
  if (!*changed) {
    reader.start_over();
    if (auto done = scan->run({}, take); !done) return std::unexpected(done.error());
    return end;
  }
  for (const std::string& id : **changed) {
    const auto row = find_by_id(connection, id);
    if (!row) return std::unexpected(row.error());
    if (!*row) {
      reader.drop(id);
      continue;
    }
    const auto seq = (*row)->seq;
    if (auto done = scan->run({seq, seq}, take); !done) return std::unexpected(done.error());
  }
  return end;
}

Result<> trim_log(const Connection& connection, std::int64_t kept) {
  auto trim = connection.prepare(
      "DELETE FROM key_changes WHERE change <= (SELECT max(change) FROM key_changes) - ?");
  if (!trim) return std::unexpected(trim.error());
  return trim->bind(kept).run();
}

}  // namespace weir::store::detail
