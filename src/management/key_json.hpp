/// Keys as JSON: what the operator sees of one, and what may be said about a new one.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "auth/issue.hpp"
#include "codec/json_text.hpp"
#include "limit/key_limiter.hpp"
#include "management/problem.hpp"
#include "store/key_record.hpp"
#include "store/limit_change.hpp"

namespace weir::management {

[[nodiscard]] bool is_config_key(std::string_view id);

/// `active`, `disabled`, `revoked` or `expired`.
[[nodiscard]] std::string_view state_of(const store::KeyRecord& key, WallTime now);

/// The key as one object with `etag`. `text`: of a new key, shown this once; null: no such member.
/// `uses`: null: no such member.
void write_key(codec::JsonWriter& json, const store::KeyRecord& key, WallTime now,
               const Secret* text = nullptr, const std::vector<limit::LimitUse>* uses = nullptr);
void write_uses(codec::JsonWriter& json, std::span<const limit::LimitUse> uses);

/// A tag of the key's state and grant: equal until something is changed. Empty for a config key.
[[nodiscard]] std::string etag_of(const store::KeyRecord& key);

/// The body of a request to create a key. Errors: invalid_json, invalid_parameter.
[[nodiscard]] Answered<auth::KeyDraft> parse_draft(std::string_view text);

struct KeyChange {
  std::optional<bool> disabled = {};
  std::optional<store::LimitChange> limits = {};
};
/// The body of a request to change one. Errors: as parse_draft.
[[nodiscard]] Answered<KeyChange> parse_change(std::string_view text);

/// For the log: state and limits.
[[nodiscard]] std::string summary(const store::KeyRecord& key);

}  // namespace weir::management
