#include "auth/issue.hpp"

#include <utility>

#include "auth/key_text.hpp"
#include "auth/network.hpp"
#include "config/text_check.hpp"

namespace weir::auth {

namespace {

store::KeySecret secret_of(const Secret& text, Digester& digester, WallTime now) {
  store::KeySecret secret;
  secret.digest = digester.digest(text.reveal());
  secret.prefix = display_prefix(text.reveal());
  secret.last4 = display_last4(text.reveal());
  secret.created_at = now;
  return secret;
}

Result<> check(const KeyDraft& draft, WallTime now) {
  if (draft.grant.models.empty()) {
    return fail(Errc::invalid_parameter, "the key may call no models; use \"*\" for all models");
  }
  for (const std::string& glob : draft.grant.models) {
    if (!config::is_filled_text(glob)) {
      return fail(Errc::invalid_parameter,
                  "a model pattern is empty or contains a control character");
    }
  }
  if (draft.grant.expires_at && *draft.grant.expires_at <= now) {
    return fail(Errc::invalid_parameter, "the time of expiry is in the past");
  }
  for (const std::string& network : draft.grant.networks) {
    if (const auto parsed = Network::parse(network); !parsed) {
      return std::unexpected(parsed.error());
    }
  }
  return {};
}

}  // namespace

Result<IssuedKey> make_key(Digester& digester, const RandomSource& random, const KeyDraft& draft,
                           WallTime now) {
  if (auto valid = check(draft, now); !valid) return std::unexpected(valid.error());
  Secret text = generate_key(random);
  store::KeyRecord key;
  key.id = generate_key_id(random);
  key.name = draft.name;
  key.created_at = now;
  key.grant = draft.grant;
  key.secrets = {secret_of(text, digester, now)};
  return IssuedKey{std::move(text), store::stored(std::move(key))};
}

Result<IssuedKey> issue_key(store::Store& store, Digester& digester, const RandomSource& random,
                            const KeyDraft& draft, WallTime now) {
  auto issued = make_key(digester, random, draft, now);
  if (!issued) return issued;
  if (auto kept = store.create(issued->record); !kept) return std::unexpected(kept.error());
  return issued;
}

Result<IssuedKey> rotate_key(store::Store& store, Digester& digester, const RandomSource& random,
                             std::string_view name_or_id, std::chrono::milliseconds overlap,
                             WallTime now) {
  if (overlap < overlap.zero() || overlap > kMaxOverlap) {
    return fail(Errc::invalid_parameter,
                "the overlap of a rotation must be between 0 and 366 days");
  }
  const auto key = store.find(name_or_id);
  if (!key) return std::unexpected(key.error());
  Secret text = generate_key(random);
  const auto next = secret_of(text, digester, now);
  if (auto done = store.rotate(key->id, next, now + overlap); !done) {
    return std::unexpected(done.error());
  }
  // The rotation is committed: from here on nothing may prevent the new text from being returned.
  const auto rotated = store.find(key->id);
  return IssuedKey{std::move(text), rotated ? *rotated : *key};
}

}  // namespace weir::auth
