#include "store/detail/key_rows.hpp"

#include <algorithm>
#include <chrono>
#include <ranges>
#include <string>

#include <fmt/format.h>
#include <sqlite3.h>

namespace weir::store::detail {

namespace {

constexpr std::string_view kModel = "model";
constexpr std::string_view kSubType = "sub_type";
constexpr std::string_view kNetwork = "network";

std::int64_t to_column(WallTime time) {
  return std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch()).count();
}

std::optional<std::int64_t> to_column(std::optional<WallTime> time) {
  if (!time) return std::nullopt;
  return to_column(*time);
}

WallTime to_time(std::int64_t column) { return WallTime(std::chrono::milliseconds(column)); }

std::optional<WallTime> to_time(std::optional<std::int64_t> column) {
  if (!column) return std::nullopt;
  return to_time(*column);
}

// The SQL lists the limits in the order of limit::limit_rows().
limit::Limits read_limits(const Statement& row, int first_column) {
  limit::Limits limits;
  for (const limit::LimitRow& limit : limit::limit_rows()) {
    limits.*limit.member = row.number(first_column++);
  }
  return limits;
}

void bind_limits(Statement& insert, const limit::Limits& limits) {
  for (const limit::LimitRow& limit : limit::limit_rows()) insert.bind(limits.*limit.member);
}

/// A key and its row number, while its other tables are read.
struct Loaded {
  std::int64_t seq;
  KeyRecord key;
};

Result<std::vector<Loaded>> read_key_table(const Connection& connection,
                                           std::optional<std::int64_t> seq) {
  auto rows = connection.prepare(
      "SELECT seq, id, name, state, created_at, expires_at, revoked_at, requests_per_minute, "
      "tokens_per_minute, images_per_minute, requests_per_day, tokens_per_day, images_per_day, "
      "max_in_flight FROM keys WHERE ?1 IS NULL OR seq = ?1 ORDER BY seq");
  if (!rows) return std::unexpected(rows.error());
  rows->bind(seq);
  std::vector<Loaded> loaded;
  for (;;) {
    const auto row = rows->step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return loaded;
    const auto state = parse_key_state(rows->text(3));
    if (!state) return connection.refuse("a key has a state this Weir does not know");
    KeyRecord key;
    key.id = rows->text(1);
    key.name = rows->text(2);
    key.state = *state;
    key.created_at = to_time(rows->number(4));
    key.expires_at = to_time(rows->optional_number(5));
    key.revoked_at = to_time(rows->optional_number(6));
    key.limits = read_limits(*rows, 7);
    loaded.push_back({rows->number(0), std::move(key)});
  }
}

/// Merges `rows`, whose first column is a key's seq in ascending order, with the keys.
template <class Add>
Result<> read_beside(Statement& rows, std::vector<Loaded>& keys, Add add) {
  auto owner = keys.begin();
  for (;;) {
    const auto row = rows.step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return {};
    const auto seq = rows.number(0);
    while (owner != keys.end() && owner->seq < seq) ++owner;
    if (owner == keys.end()) return {};
    if (owner->seq == seq) add(owner->key);
  }
}

Result<> read_secrets(const Connection& connection, std::optional<std::int64_t> seq,
                      std::vector<Loaded>& keys) {
  auto rows = connection.prepare(
      "SELECT key_seq, digest, prefix, last4, created_at, valid_until FROM key_secrets "
      "WHERE ?1 IS NULL OR key_seq = ?1 ORDER BY key_seq, seq DESC");
  if (!rows) return std::unexpected(rows.error());
  rows->bind(seq);
  return read_beside(*rows, keys, [&](KeyRecord& key) {
    KeySecret secret;
    const auto digest = rows->blob(1);
    std::ranges::copy(digest.first(std::min(digest.size(), secret.digest.size())),
                      secret.digest.begin());
    secret.prefix = rows->text(2);
    secret.last4 = rows->text(3);
    secret.created_at = to_time(rows->number(4));
    secret.valid_until = to_time(rows->optional_number(5));
    key.secrets.push_back(std::move(secret));
  });
}

Result<> read_scopes(const Connection& connection, std::optional<std::int64_t> seq,
                     std::vector<Loaded>& keys) {
  auto rows = connection.prepare(
      "SELECT key_seq, kind, value FROM key_scopes "
      "WHERE ?1 IS NULL OR key_seq = ?1 ORDER BY key_seq, seq");
  if (!rows) return std::unexpected(rows.error());
  rows->bind(seq);
  return read_beside(*rows, keys, [&](KeyRecord& key) {
    const auto kind = rows->text(1);
    const auto value = rows->text(2);
    if (kind == kModel) key.models.emplace_back(value);
    if (kind == kSubType) key.sub_types.emplace_back(value);
    if (kind == kNetwork) key.networks.emplace_back(value);
  });
}

Result<> read_model_limits(const Connection& connection, std::optional<std::int64_t> seq,
                           std::vector<Loaded>& keys) {
  auto rows = connection.prepare(
      "SELECT key_seq, models, requests_per_minute, tokens_per_minute, images_per_minute, "
      "requests_per_day, tokens_per_day, images_per_day, max_in_flight FROM key_model_limits "
      "WHERE ?1 IS NULL OR key_seq = ?1 ORDER BY key_seq, seq");
  if (!rows) return std::unexpected(rows.error());
  rows->bind(seq);
  return read_beside(*rows, keys, [&](KeyRecord& key) {
    key.model_limits.push_back({std::string(rows->text(1)), read_limits(*rows, 2)});
  });
}

Result<std::optional<KeyRow>> find_row(const Connection& connection, const char* sql,
                                       std::string_view text) {
  auto rows = connection.prepare(sql);
  if (!rows) return std::unexpected(rows.error());
  const auto row = rows->bind(text).step();
  if (!row) return std::unexpected(row.error());
  if (!*row) return std::nullopt;
  const auto state = parse_key_state(rows->text(1));
  if (!state) return connection.refuse("a key has a state this Weir does not know");
  return KeyRow{rows->number(0), *state};
}

/// Turns a violated UNIQUE of `run` into already_exists.
Result<> taken_if_unique_broken(const Connection& connection, Result<> run, std::string taken) {
  if (!run && connection.last_error() == SQLITE_CONSTRAINT_UNIQUE) {
    return fail(Errc::already_exists, std::move(taken));
  }
  return run;
}

Result<> insert_scopes(const Connection& connection, std::int64_t key_seq, std::string_view kind,
                       const std::vector<std::string>& values) {
  for (const std::string& value : values) {
    auto insert =
        connection.prepare("INSERT INTO key_scopes (key_seq, kind, value) VALUES (?, ?, ?)");
    if (!insert) return std::unexpected(insert.error());
    insert->bind(key_seq).bind(kind).bind(std::string_view(value));
    if (auto done = insert->run(); !done) return done;
  }
  return {};
}

Result<> insert_model_limits(const Connection& connection, std::int64_t key_seq,
                             const std::vector<limit::ModelLimits>& entries) {
  for (const limit::ModelLimits& entry : entries) {
    auto insert = connection.prepare(
        "INSERT INTO key_model_limits (key_seq, models, requests_per_minute, tokens_per_minute, "
        "images_per_minute, requests_per_day, tokens_per_day, images_per_day, max_in_flight) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
    if (!insert) return std::unexpected(insert.error());
    insert->bind(key_seq).bind(std::string_view(entry.models));
    bind_limits(*insert, entry.limits);
    if (auto done = insert->run(); !done) return done;
  }
  return {};
}

Result<std::int64_t> insert_key_row(const Connection& connection, const KeyRecord& key) {
  auto insert = connection.prepare(
      "INSERT INTO keys (id, name, state, created_at, expires_at, revoked_at, requests_per_minute, "
      "tokens_per_minute, images_per_minute, requests_per_day, tokens_per_day, images_per_day, "
      "max_in_flight) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING seq");
  if (!insert) return std::unexpected(insert.error());
  insert->bind(std::string_view(key.id))
      .bind(std::string_view(key.name))
      .bind(name(key.state))
      .bind(to_column(key.created_at))
      .bind(to_column(key.expires_at))
      .bind(to_column(key.revoked_at));
  bind_limits(*insert, key.limits);
  const auto row = insert->step();
  if (!row) return std::unexpected(row.error());
  const auto seq = insert->number(0);
  if (auto done = insert->run(); !done) return std::unexpected(done.error());
  return seq;
}

}  // namespace

Result<std::vector<KeyRecord>> read_keys(const Connection& connection,
                                         std::optional<std::int64_t> seq) {
  auto loaded = read_key_table(connection, seq);
  if (!loaded) return std::unexpected(loaded.error());
  if (auto read = read_secrets(connection, seq, *loaded); !read) {
    return std::unexpected(read.error());
  }
  if (auto read = read_scopes(connection, seq, *loaded); !read) {
    return std::unexpected(read.error());
  }
  if (auto read = read_model_limits(connection, seq, *loaded); !read) {
    return std::unexpected(read.error());
  }
  std::vector<KeyRecord> keys;
  keys.reserve(loaded->size());
  for (Loaded& one : *loaded) keys.push_back(std::move(one.key));
  return keys;
}

Result<std::optional<KeyRow>> find_by_id(const Connection& connection, std::string_view id) {
  return find_row(connection, "SELECT seq, state FROM keys WHERE id = ?", id);
}

Result<std::optional<KeyRow>> find_by_id_or_live_name(const Connection& connection,
                                                      std::string_view text) {
  return find_row(connection,
                  "SELECT seq, state FROM keys "
                  "WHERE id = ?1 OR (name = ?1 AND state <> 'revoked')",
                  text);
}

Result<> insert_key(const Connection& connection, const KeyRecord& key) {
  const auto seq = insert_key_row(connection, key);
  if (!seq) {
    return taken_if_unique_broken(connection, std::unexpected(seq.error()),
                                  fmt::format("a key named {} exists", key.name));
  }
  for (const KeySecret& secret : key.secrets | std::views::reverse) {
    if (auto done = insert_secret(connection, *seq, secret); !done) return done;
  }
  if (auto done = insert_scopes(connection, *seq, kModel, key.models); !done) return done;
  if (auto done = insert_scopes(connection, *seq, kSubType, key.sub_types); !done) return done;
  if (auto done = insert_scopes(connection, *seq, kNetwork, key.networks); !done) return done;
  return insert_model_limits(connection, *seq, key.model_limits);
}

Result<> insert_secret(const Connection& connection, std::int64_t key_seq,
                       const KeySecret& secret) {
  auto insert = connection.prepare(
      "INSERT INTO key_secrets (key_seq, digest, prefix, last4, created_at, valid_until) "
      "VALUES (?, ?, ?, ?, ?, ?)");
  if (!insert) return std::unexpected(insert.error());
  insert->bind(key_seq)
      .bind(std::span<const std::byte>(secret.digest))
      .bind(std::string_view(secret.prefix))
      .bind(std::string_view(secret.last4))
      .bind(to_column(secret.created_at))
      .bind(to_column(secret.valid_until));
  return taken_if_unique_broken(connection, insert->run(), "a key with this secret exists");
}

Result<> update_state(const Connection& connection, std::int64_t seq, KeyState state,
                      std::optional<WallTime> revoked_at) {
  auto update = connection.prepare("UPDATE keys SET state = ?2, revoked_at = ?3 WHERE seq = ?1");
  if (!update) return std::unexpected(update.error());
  return update->bind(seq).bind(name(state)).bind(to_column(revoked_at)).run();
}

Result<> end_other_secrets(const Connection& connection, std::int64_t key_seq, const Digest& kept,
                           WallTime until, WallTime now) {
  auto update = connection.prepare(
      "UPDATE key_secrets SET valid_until = min(coalesce(valid_until, ?3), ?3) "
      "WHERE key_seq = ?1 AND digest <> ?2");
  if (!update) return std::unexpected(update.error());
  update->bind(key_seq).bind(std::span<const std::byte>(kept)).bind(to_column(until));
  if (auto done = update->run(); !done) return done;

  auto drop = connection.prepare(
      "DELETE FROM key_secrets WHERE key_seq = ?1 AND digest <> ?2 AND valid_until <= ?3");
  if (!drop) return std::unexpected(drop.error());
  return drop->bind(key_seq).bind(std::span<const std::byte>(kept)).bind(to_column(now)).run();
}

}  // namespace weir::store::detail
