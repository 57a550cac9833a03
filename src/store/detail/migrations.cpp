#include "store/detail/migrations.hpp"

#include <cstddef>
#include <iterator>
#include <span>

#include <fmt/format.h>

namespace weir::store::detail {

namespace {

// "weir" in ASCII, for `PRAGMA application_id`: distinguishes these files from other programs'
// databases.
constexpr std::int64_t kApplicationId = 0x77656972;
// "weiu"
constexpr std::int64_t kUsageApplicationId = 0x77656975;

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
    // Usage moves to a file of its own. `usage` and `usage_writers` stay: a server of an older
    // version may still write to them while it drains.
    R"sql(
      CREATE TABLE usage_moving (
        day INTEGER NOT NULL,
        key_id TEXT NOT NULL,
        model TEXT NOT NULL,
        requests INTEGER NOT NULL,
        failed INTEGER NOT NULL,
        prompt_tokens INTEGER NOT NULL,
        completion_tokens INTEGER NOT NULL,
        images INTEGER NOT NULL,
        estimated INTEGER NOT NULL,
        cached_tokens INTEGER NOT NULL,
        reasoning_tokens INTEGER NOT NULL,
        audio_seconds INTEGER NOT NULL,
        characters INTEGER NOT NULL,
        PRIMARY KEY (day, key_id, model)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE usage_move (
        source TEXT NOT NULL,  -- unique to this file
        number INTEGER NOT NULL  -- of the rows in usage_moving
      ) STRICT;
      INSERT INTO usage_move VALUES (lower(hex(randomblob(12))), 0);

      PRAGMA user_version = 5;
    )sql",
    // Readers of keys continue behind the row that they read last. The log is never empty, so that
    // every reader has one.
    R"sql(
      CREATE TABLE key_changes (
        change INTEGER PRIMARY KEY,
        key_id TEXT NOT NULL,
        nonce INTEGER NOT NULL DEFAULT (random())
      ) STRICT;
      INSERT INTO key_changes (key_id) VALUES ('');

      CREATE TRIGGER keys_inserted AFTER INSERT ON keys BEGIN
        INSERT INTO key_changes (key_id) VALUES (NEW.id);
      END;
      CREATE TRIGGER keys_updated AFTER UPDATE ON keys BEGIN
        INSERT INTO key_changes (key_id) VALUES (OLD.id);
        INSERT INTO key_changes (key_id) SELECT NEW.id WHERE NEW.id <> OLD.id;
      END;
      CREATE TRIGGER keys_deleted AFTER DELETE ON keys BEGIN
        INSERT INTO key_changes (key_id) VALUES (OLD.id);
      END;

      CREATE TRIGGER key_secrets_inserted AFTER INSERT ON key_secrets BEGIN
        INSERT INTO key_changes (key_id) SELECT id FROM keys WHERE seq = NEW.key_seq;
      END;
      CREATE TRIGGER key_secrets_updated AFTER UPDATE ON key_secrets BEGIN
        INSERT INTO key_changes (key_id) SELECT id FROM keys WHERE seq IN (OLD.key_seq, NEW.key_seq);
      END;
      CREATE TRIGGER key_secrets_deleted AFTER DELETE ON key_secrets BEGIN
        INSERT INTO key_changes (key_id) SELECT id FROM keys WHERE seq = OLD.key_seq;
      END;

      CREATE TRIGGER key_scopes_inserted AFTER INSERT ON key_scopes BEGIN
        INSERT INTO key_changes (key_id) SELECT id FROM keys WHERE seq = NEW.key_seq;
      END;
      CREATE TRIGGER key_scopes_updated AFTER UPDATE ON key_scopes BEGIN
        INSERT INTO key_changes (key_id) SELECT id FROM keys WHERE seq IN (OLD.key_seq, NEW.key_seq);
      END;
      CREATE TRIGGER key_scopes_deleted AFTER DELETE ON key_scopes BEGIN
        INSERT INTO key_changes (key_id) SELECT id FROM keys WHERE seq = OLD.key_seq;
      END;

      CREATE TRIGGER key_model_limits_inserted AFTER INSERT ON key_model_limits BEGIN
        INSERT INTO key_changes (key_id) SELECT id FROM keys WHERE seq = NEW.key_seq;
      END;
      CREATE TRIGGER key_model_limits_updated AFTER UPDATE ON key_model_limits BEGIN
        INSERT INTO key_changes (key_id) SELECT id FROM keys WHERE seq IN (OLD.key_seq, NEW.key_seq);
      END;
      CREATE TRIGGER key_model_limits_deleted AFTER DELETE ON key_model_limits BEGIN
        INSERT INTO key_changes (key_id) SELECT id FROM keys WHERE seq = OLD.key_seq;
      END;

      PRAGMA user_version = 6;
    )sql",
    // REPLACE deletes the rows in its way without the triggers of a DELETE.
    R"sql(
      CREATE TRIGGER keys_inserting BEFORE INSERT ON keys BEGIN
        INSERT INTO key_changes (key_id)
          SELECT id FROM keys WHERE seq = NEW.seq OR id = NEW.id
          UNION SELECT id FROM keys WHERE name = NEW.name AND state <> 'revoked';
      END;
      CREATE TRIGGER keys_updating BEFORE UPDATE OF seq, id, name, state ON keys BEGIN
        INSERT INTO key_changes (key_id)
          SELECT id FROM keys WHERE seq = NEW.seq OR id = NEW.id
          UNION SELECT id FROM keys WHERE name = NEW.name AND state <> 'revoked'
          EXCEPT SELECT OLD.id;
      END;
      CREATE TRIGGER key_secrets_inserting BEFORE INSERT ON key_secrets BEGIN
        INSERT INTO key_changes (key_id) SELECT id FROM keys WHERE seq IN (
          SELECT key_seq FROM key_secrets WHERE seq = NEW.seq OR digest = NEW.digest);
      END;
      CREATE TRIGGER key_secrets_updating BEFORE UPDATE OF seq, digest ON key_secrets BEGIN
        INSERT INTO key_changes (key_id) SELECT id FROM keys WHERE seq IN (
          SELECT key_seq FROM key_secrets WHERE seq = NEW.seq OR digest = NEW.digest);
      END;
      CREATE TRIGGER key_scopes_inserting BEFORE INSERT ON key_scopes BEGIN
        INSERT INTO key_changes (key_id)
          SELECT id FROM keys WHERE seq = (SELECT key_seq FROM key_scopes WHERE seq = NEW.seq);
      END;
      CREATE TRIGGER key_scopes_updating BEFORE UPDATE OF seq ON key_scopes BEGIN
        INSERT INTO key_changes (key_id)
          SELECT id FROM keys WHERE seq = (SELECT key_seq FROM key_scopes WHERE seq = NEW.seq);
      END;
      CREATE TRIGGER key_model_limits_inserting BEFORE INSERT ON key_model_limits BEGIN
        INSERT INTO key_changes (key_id)
          SELECT id FROM keys WHERE seq = (SELECT key_seq FROM key_model_limits WHERE seq = NEW.seq);
      END;
      CREATE TRIGGER key_model_limits_updating BEFORE UPDATE OF seq ON key_model_limits BEGIN
        INSERT INTO key_changes (key_id)
          SELECT id FROM keys WHERE seq = (SELECT key_seq FROM key_model_limits WHERE seq = NEW.seq);
      END;
      PRAGMA user_version = 7;
    )sql",
};
static_assert(kApplicationId == 2003134834);

constexpr const char* kUsageSteps[] = {
    R"sql(
      CREATE TABLE usage (
        day INTEGER NOT NULL,  -- days since the epoch, UTC
        key_id TEXT NOT NULL,  -- of `keys` in the store's file, or "config:<name>"
        model TEXT NOT NULL,
        requests INTEGER NOT NULL,
        failed INTEGER NOT NULL,
        prompt_tokens INTEGER NOT NULL,
        completion_tokens INTEGER NOT NULL,
        images INTEGER NOT NULL,
        estimated INTEGER NOT NULL,
        cached_tokens INTEGER NOT NULL,
        reasoning_tokens INTEGER NOT NULL,
        audio_seconds INTEGER NOT NULL,
        characters INTEGER NOT NULL,
        PRIMARY KEY (day, key_id, model)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE usage_writers (
        writer TEXT PRIMARY KEY,
        last_number INTEGER NOT NULL,  -- of its batches that are in `usage`
        written_at INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;

      PRAGMA application_id = 2003134837;
      PRAGMA user_version = 1;
    )sql",
    R"sql(
      CREATE TABLE usage_by_key (
        day INTEGER NOT NULL,
        key_id TEXT NOT NULL,
        requests INTEGER NOT NULL,
        failed INTEGER NOT NULL,
        prompt_tokens INTEGER NOT NULL,
        completion_tokens INTEGER NOT NULL,
        images INTEGER NOT NULL,
        estimated INTEGER NOT NULL,
        cached_tokens INTEGER NOT NULL,
        reasoning_tokens INTEGER NOT NULL,
        audio_seconds INTEGER NOT NULL,
        characters INTEGER NOT NULL,
        PRIMARY KEY (day, key_id)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE usage_by_model (
        day INTEGER NOT NULL,
        model TEXT NOT NULL,
        requests INTEGER NOT NULL,
        failed INTEGER NOT NULL,
        prompt_tokens INTEGER NOT NULL,
        completion_tokens INTEGER NOT NULL,
        images INTEGER NOT NULL,
        estimated INTEGER NOT NULL,
        cached_tokens INTEGER NOT NULL,
        reasoning_tokens INTEGER NOT NULL,
        audio_seconds INTEGER NOT NULL,
        characters INTEGER NOT NULL,
        PRIMARY KEY (day, model)
      ) STRICT, WITHOUT ROWID;

      CREATE TABLE usage_months (
        month INTEGER NOT NULL,  -- its first day
        key_id TEXT NOT NULL,
        model TEXT NOT NULL,
        requests INTEGER NOT NULL,
        failed INTEGER NOT NULL,
        prompt_tokens INTEGER NOT NULL,
        completion_tokens INTEGER NOT NULL,
        images INTEGER NOT NULL,
        estimated INTEGER NOT NULL,
        cached_tokens INTEGER NOT NULL,
        reasoning_tokens INTEGER NOT NULL,
        audio_seconds INTEGER NOT NULL,
        characters INTEGER NOT NULL,
        PRIMARY KEY (month, key_id, model)
      ) STRICT, WITHOUT ROWID;

      -- Rows of `usage` up to this one are in usage_by_key and usage_by_model.
      CREATE TABLE usage_summed (
        day INTEGER NOT NULL,
        key_id TEXT NOT NULL,
        model TEXT NOT NULL
      ) STRICT;
      INSERT INTO usage_summed VALUES (-1000000, '', '');

      PRAGMA user_version = 2;
    )sql",
};
static_assert(kUsageApplicationId == 2003134837);

struct Schema {
  std::int64_t application_id;
  std::span<const char* const> steps;

  [[nodiscard]] std::int64_t version() const { return std::ssize(steps); }
};

constexpr Schema kKeySchema{kApplicationId, kSteps};
constexpr Schema kUsageSchema{kUsageApplicationId, kUsageSteps};

/// The schema version of the file; 0 for a new, empty one. REQUIRES: within a transaction.
Result<std::int64_t> found_version(const Connection& connection, const Schema& schema) {
  const auto version = connection.ask("PRAGMA user_version");
  if (!version) return version;
  const auto application = connection.ask("PRAGMA application_id");
  if (!application) return application;
  const auto tables = connection.ask("SELECT count(*) FROM sqlite_schema");
  if (!tables) return tables;
  const bool empty = *version == 0 && *application == 0 && *tables == 0;
  if (!empty && *application != schema.application_id) {
    return connection.refuse("this is another program's database; name another file in `store`");
  }
  if (*version > schema.version()) {
    return connection.refuse(
        fmt::format("written by a newer version of Weir (schema {}, this one supports up to {}); "
                    "run that version, or restore a backup",
                    *version, schema.version()));
  }
  return version;
}

Result<std::int64_t> found_version_at_once(const Connection& connection, const Schema& schema) {
  const auto transaction = Transaction::begin_read(connection);
  if (!transaction) return std::unexpected(transaction.error());
  return found_version(connection, schema);
}

Result<> migrate_to(const Connection& connection, const Schema& schema) {
  for (;;) {
    // Usually there is nothing to do, and no write lock is needed.
    auto version = found_version_at_once(connection, schema);
    if (!version) return std::unexpected(version.error());
    if (*version == schema.version()) return {};

    auto transaction = Transaction::begin_write(connection);
    if (!transaction) return std::unexpected(transaction.error());
    version = found_version(connection, schema);  // another process may have been faster
    if (!version) return std::unexpected(version.error());
    if (*version == schema.version()) return {};
    const auto step = schema.steps[static_cast<std::size_t>(*version)];
    if (auto done = connection.execute(step); !done) return done;
    if (auto done = transaction->commit(); !done) return done;
  }
}

}  // namespace

Result<> migrate(const Connection& connection) { return migrate_to(connection, kKeySchema); }

Result<bool> is_older(const Connection& connection) {
  const auto version = found_version_at_once(connection, kKeySchema);
  if (!version) return std::unexpected(version.error());
  return *version < kKeySchema.version();
}

Result<> migrate_usage(const Connection& connection) {
  return migrate_to(connection, kUsageSchema);
}

}  // namespace weir::store::detail
