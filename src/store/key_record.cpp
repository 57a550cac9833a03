#include "store/key_record.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

#include "base/enum_table.hpp"

namespace weir::store {

namespace {

constexpr EnumNames<KeyState> kStateNames({
    {KeyState::active, "active"},
    {KeyState::disabled, "disabled"},
    {KeyState::revoked, "revoked"},
});

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// A name never looks like an id, so that one argument can be either.
Result<> check_name(std::string_view name) {
  if (name.empty() || name.size() > kMaxKeyNameBytes) {
    return fail(Errc::invalid_parameter,
                fmt::format("the name of a key must have 1 to {} bytes, not {}", kMaxKeyNameBytes,
                            name.size()));
  }
  if (std::ranges::any_of(name, is_control)) {
    return fail(Errc::invalid_parameter, "the name of a key must not contain control characters");
  }
  if (name.starts_with(kKeyIdPrefix)) {
    return fail(
        Errc::invalid_parameter,
        fmt::format("the name of a key must not begin with \"{}\", as ids do", kKeyIdPrefix));
  }
  return {};
}

}  // namespace

std::string_view name(KeyState state) { return kStateNames[state]; }

std::optional<KeyState> parse_key_state(std::string_view text) { return kStateNames.find(text); }

Result<> check(const KeyRecord& key) {
  if (const auto named = check_name(key.name); !named) return named;
  if (!key.id.starts_with(kKeyIdPrefix) || key.id.size() == kKeyIdPrefix.size()) {
    return fail(
        Errc::invalid_parameter,
        fmt::format("the id of a key must be \"{}\" followed by more characters, not \"{}\"",
                    kKeyIdPrefix, key.id));
  }
  if (auto valid = limit::check(key.grant.limits, key.grant.model_limits); !valid) return valid;
  if (key.secrets.empty())
    return fail(Errc::invalid_parameter, "a key must have at least one secret");
  return {};
}

WallTime stored(WallTime time) { return std::chrono::floor<std::chrono::milliseconds>(time); }

KeyRecord stored(KeyRecord key) {
  const auto keep = [](std::optional<WallTime>& time) {
    if (time) time = stored(*time);
  };
  key.created_at = stored(key.created_at);
  keep(key.grant.expires_at);
  keep(key.revoked_at);
  for (KeySecret& secret : key.secrets) {
    secret.created_at = stored(secret.created_at);
    keep(secret.valid_until);
  }
  return key;
}

}  // namespace weir::store
