#include "store/detail/key_scan.hpp"

#include <algorithm>
#include <iterator>
#include <ranges>
#include <utility>

#include "store/detail/constant_sql.hpp"
#include "store/detail/key_columns.hpp"

namespace weir::store::detail {

namespace {

constexpr auto kKeys =
    select_sql(kKeyNames, ", seq FROM keys WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq");
constexpr auto kSecrets = select_sql(
    kSecretNames, " FROM key_secrets WHERE key_seq BETWEEN ?1 AND ?2 ORDER BY key_seq, seq");
constexpr auto kScopesOfKeys = select_sql(
    kScopeNames, " FROM key_scopes WHERE key_seq BETWEEN ?1 AND ?2 ORDER BY key_seq, seq");
constexpr auto kModelLimits =
    select_sql(kModelLimitNames,
               " FROM key_model_limits WHERE key_seq BETWEEN ?1 AND ?2 ORDER BY key_seq, seq");

limit::Limits read_limits(const Statement& row, int first_column) {
  limit::Limits limits;
  for (const limit::LimitRow& limit : limit::limit_rows()) {
    limits.*limit.member = row.number(first_column++);
  }
  return limits;
}

void add_secret(const Statement& row, KeyRecord& key) {
  KeySecret secret;
  const auto digest = row.blob(1);
  std::ranges::copy(digest.first(std::min(digest.size(), secret.digest.size())),
                    secret.digest.begin());
  secret.prefix = row.text(2);
  secret.last4 = row.text(3);
  secret.created_at = to_time(row.number(4));
  secret.valid_until = to_time(row.optional_number(5));
  key.secrets.push_back(std::move(secret));
}

void add_scope(const Statement& row, KeyRecord& key) {
  const auto* scope = std::ranges::find(kScopes, row.text(1), &Scope::kind);
  if (scope != std::end(kScopes)) (key.grant.*scope->list).emplace_back(row.text(2));
}

void add_model_limits(const Statement& row, KeyRecord& key) {
  key.grant.model_limits.push_back({std::string(row.text(1)), read_limits(row, 2)});
}

}  // namespace

Result<KeyScan> KeyScan::prepare(const Connection& connection) {
  auto keys = connection.prepare(kKeys.text());
  if (!keys) return std::unexpected(keys.error());
  auto secrets = connection.prepare(kSecrets.text());
  if (!secrets) return std::unexpected(secrets.error());
  auto scopes = connection.prepare(kScopesOfKeys.text());
  if (!scopes) return std::unexpected(scopes.error());
  auto model_limits = connection.prepare(kModelLimits.text());
  if (!model_limits) return std::unexpected(model_limits.error());
  return KeyScan(connection, std::move(*keys), {std::move(*secrets), add_secret},
                 {std::move(*scopes), add_scope}, {std::move(*model_limits), add_model_limits});
}

KeyScan::KeyScan(const Connection& connection, Statement keys, Beside secrets, Beside scopes,
                 Beside model_limits)
    : connection_(&connection),
      keys_(std::move(keys)),
      secrets_(std::move(secrets)),
      scopes_(std::move(scopes)),
      model_limits_(std::move(model_limits)) {}

Result<> KeyScan::Beside::start(KeyRange range) {
  rows.rewind();
  const auto row = rows.bind(range.first).bind(range.last).step();
  if (!row) return std::unexpected(row.error());
  at_row = *row;
  return {};
}

Result<> KeyScan::Beside::add_to(std::int64_t seq, KeyRecord& key) {
  while (at_row) {
    const auto owner = rows.number(0);
    if (owner > seq) return {};
    if (owner == seq) add(rows, key);
    const auto row = rows.step();
    if (!row) return std::unexpected(row.error());
    at_row = *row;
  }
  return {};
}

Result<KeyRecord> KeyScan::read_key() const {
  KeyRecord key;
  int column = 0;
  for (const KeyColumn& each : kKeyColumns) {
    if (!each.read(keys_, column++, key)) {
      return connection_->refuse("a key has a state unknown to this version of Weir");
    }
  }
  key.grant.limits = read_limits(keys_, column);
  return key;
}

Result<> KeyScan::run(KeyRange range, const VisitKey& visit) {
  keys_.rewind();
  keys_.bind(range.first).bind(range.last);
  for (Beside* beside : {&secrets_, &scopes_, &model_limits_}) {
    if (auto started = beside->start(range); !started) return started;
  }
  for (;;) {
    const auto row = keys_.step();
    if (!row) return std::unexpected(row.error());
    if (!*row) return {};
    auto key = read_key();
    if (!key) return std::unexpected(key.error());
    const auto seq = keys_.number(static_cast<int>(kKeyNames.size()));
    for (Beside* beside : {&secrets_, &scopes_, &model_limits_}) {
      if (auto added = beside->add_to(seq, *key); !added) return added;
    }
    std::ranges::reverse(key->secrets);  // newest first
    visit(std::move(*key));
  }
}

}  // namespace weir::store::detail
