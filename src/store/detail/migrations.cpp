#include "store/detail/migrations.hpp"

#include <iterator>

#include <fmt/format.h>

namespace weir::store::detail {

namespace {

// "weir" in ASCII, for `PRAGMA application_id`: distinguishes these files from other programs'
// databases.
constexpr std::int64_t kApplicationId = 0x77656972;

// Times are milliseconds since the epoch, UTC. A further limit of a key is a further column of
// `keys` and of `key_model_limits` with a default; a further kind of scope needs no change.
constexpr const char* kSteps[] = {
    R"sql(
      CREATE TABLE keys (
        seq INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('active', 'disabled', 'revoked')),
        created_at INTEGER NOT NULL,
        expires_at INTEGER,
        revoked_at INTEGER,
        requests_per_minute INTEGER NOT NULL DEFAULT 0 CHECK (requests_per_minute >= 0)
      ) STRICT;
      CREATE UNIQUE INDEX keys_by_live_name ON keys (name) WHERE state <> 'revoked';

      CREATE TABLE key_secrets (
        seq INTEGER PRIMARY KEY,
        key_seq INTEGER NOT NULL REFERENCES keys (seq) ON DELETE CASCADE,
        digest BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
        prefix TEXT NOT NULL,
        last4 TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        valid_until INTEGER
      ) STRICT;
      CREATE INDEX key_secrets_by_key ON key_secrets (key_seq);

      CREATE TABLE key_scopes (
        seq INTEGER PRIMARY KEY,
        key_seq INTEGER NOT NULL REFERENCES keys (seq) ON DELETE CASCADE,
        kind TEXT NOT NULL,  -- 'model', 'sub_type', 'network'
        value TEXT NOT NULL
      ) STRICT;
      CREATE INDEX key_scopes_by_key ON key_scopes (key_seq);

      PRAGMA application_id = 2003134834;
      PRAGMA user_version = 1;
    )sql",
    R"sql(
      ALTER TABLE keys ADD COLUMN
        tokens_per_minute INTEGER NOT NULL DEFAULT 0 CHECK (tokens_per_minute >= 0);
      ALTER TABLE keys ADD COLUMN
        images_per_minute INTEGER NOT NULL DEFAULT 0 CHECK (images_per_minute >= 0);
      ALTER TABLE keys ADD COLUMN
        requests_per_day INTEGER NOT NULL DEFAULT 0 CHECK (requests_per_day >= 0);
      ALTER TABLE keys ADD COLUMN
        tokens_per_day INTEGER NOT NULL DEFAULT 0 CHECK (tokens_per_day >= 0);
      ALTER TABLE keys ADD COLUMN
        images_per_day INTEGER NOT NULL DEFAULT 0 CHECK (images_per_day >= 0);
      ALTER TABLE keys ADD COLUMN
        max_in_flight INTEGER NOT NULL DEFAULT 0 CHECK (max_in_flight >= 0);

      CREATE TABLE key_model_limits (
        seq INTEGER PRIMARY KEY,  -- in this order: the first that matches a model counts
        key_seq INTEGER NOT NULL REFERENCES keys (seq) ON DELETE CASCADE,
        models TEXT NOT NULL,
        requests_per_minute INTEGER NOT NULL DEFAULT 0 CHECK (requests_per_minute >= 0),
        tokens_per_minute INTEGER NOT NULL DEFAULT 0 CHECK (tokens_per_minute >= 0),
        images_per_minute INTEGER NOT NULL DEFAULT 0 CHECK (images_per_minute >= 0),
        requests_per_day INTEGER NOT NULL DEFAULT 0 CHECK (requests_per_day >= 0),
        tokens_per_day INTEGER NOT NULL DEFAULT 0 CHECK (tokens_per_day >= 0),
        images_per_day INTEGER NOT NULL DEFAULT 0 CHECK (images_per_day >= 0),
        max_in_flight INTEGER NOT NULL DEFAULT 0 CHECK (max_in_flight >= 0)
      ) STRICT;
      CREATE INDEX key_model_limits_by_key ON key_model_limits (key_seq);

      PRAGMA user_version = 2;
    )sql",
    R"sql(
      CREATE TABLE usage (
        day INTEGER NOT NULL,  -- days since the epoch, UTC
        key_id TEXT NOT NULL,  -- of `keys`, or "config:<name>"
        model TEXT NOT NULL,
        requests INTEGER NOT NULL,
        failed INTEGER NOT NULL,
        prompt_tokens INTEGER NOT NULL,
        completion_tokens INTEGER NOT NULL,
        images INTEGER NOT NULL,
        estimated INTEGER NOT NULL,
        PRIMARY KEY (day, key_id, model)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE usage_writers (
        writer TEXT PRIMARY KEY,
        last_number INTEGER NOT NULL,  -- of its batches that are in `usage`
        written_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;

      PRAGMA user_version = 3;
    )sql",
    R"sql(
      ALTER TABLE usage ADD COLUMN cached_tokens INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE usage ADD COLUMN reasoning_tokens INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE usage ADD COLUMN audio_seconds INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE usage ADD COLUMN characters INTEGER NOT NULL DEFAULT 0;

      PRAGMA user_version = 4;
    )sql",
};
static_assert(kApplicationId == 2003134834);

/// The schema version of the file; 0 for a new, empty one. REQUIRES: within a transaction.
Result<std::int64_t> found_version(const Connection& connection) {
  const auto version = connection.ask("PRAGMA user_version");
  if (!version) return version;
  const auto application = connection.ask("PRAGMA application_id");
  if (!application) return application;
  const auto tables = connection.ask("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables;

  const bool empty = *version == 0 && *application == 0 && *tables == 0;
  if (!empty && *application != kApplicationId) {
    return connection.refuse("this is another program's database; name another file in `store`");
  }
  if (*version > schema_version()) {
    return connection.refuse(
        fmt::format("written by a newer version of Weir (schema {}, this one supports up to {}); "
                    "run that version, or restore a backup",
                    *version, schema_version()));
  }
  return version;
}

Result<std::int64_t> found_version_at_once(const Connection& connection) {
  const auto transaction = Transaction::begin_read(connection);
  if (!transaction) return std::unexpected(transaction.error());
  return found_version(connection);
}

}  // namespace

std::int64_t schema_version() { return std::ssize(kSteps); }

Result<> migrate(const Connection& connection) {
  for (;;) {
    // Usually there is nothing to do, and no write lock is needed.
    auto version = found_version_at_once(connection);
    if (!version) return std::unexpected(version.error());
    if (*version == schema_version()) return {};

    auto transaction = Transaction::begin_write(connection);
    if (!transaction) return std::unexpected(transaction.error());
    version = found_version(connection);  // another process may have been faster
    if (!version) return std::unexpected(version.error());
    if (*version == schema_version()) return {};
    if (auto done = connection.execute(kSteps[*version]); !done) return done;
    if (auto done = transaction->commit(); !done) return done;
  }
}

}  // namespace weir::store::detail
