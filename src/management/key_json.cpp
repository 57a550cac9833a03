#include "management/key_json.hpp"

#include <array>

#include <fmt/format.h>

#include "catalogue/scope.hpp"
#include "codec/etag.hpp"
#include "config/units.hpp"
#include "management/answer_json.hpp"
#include "management/body_json.hpp"

namespace weir::management {
namespace {

using boost::json::object;
using codec::JsonWriter;
using store::KeyRecord;

constexpr std::string_view kConfigPrefix = "config:";

void write_limits(JsonWriter& json, const limit::Limits& limits) {
  json.key("limits").begin_object();
  for (const auto& row : limit::limit_rows()) json.key(row.name).value(limits.*row.member);
  json.end_object();
}

void write_grant(JsonWriter& json, const store::KeyGrant& grant) {
  write_time(json, "expires_at", grant.expires_at);
  write_texts(json, "models", grant.models);
  write_texts(json, "sub_types", grant.sub_types);
  write_texts(json, "networks", grant.networks);
  write_limits(json, grant.limits);
  json.key("model_limits").begin_array();
  for (const auto& entry : grant.model_limits) {
    json.begin_object().key("models").value(entry.models);
    write_limits(json, entry.limits);
    json.end_object();
  }
  json.end_array();
}

void write_secrets(JsonWriter& json, const KeyRecord& key) {
  json.key("secrets").begin_array();
  for (const auto& secret : key.secrets) {
    json.begin_object().key("prefix").value(secret.prefix).key("last4").value(secret.last4);
    write_time(json, "created_at", secret.created_at);
    write_time(json, "valid_until", secret.valid_until);
    json.end_object();
  }
  json.end_array();
}

// Everything that a change could change, and no time that passes.
void write_stored(JsonWriter& json, const KeyRecord& key) {
  const bool is_config = is_config_key(key.id);
  json.key("id").value(key.id).key("name").value(key.name);
  json.key("source").value(is_config ? "config" : "store");
  write_time(json, "created_at", is_config ? std::nullopt : std::optional(key.created_at));
  write_time(json, "revoked_at", key.revoked_at);
  write_grant(json, key.grant);
  write_secrets(json, key);
}

constexpr std::initializer_list<std::string_view> kLimitNames = {
    "requests_per_minute", "tokens_per_minute", "images_per_minute", "requests_per_day",
    "tokens_per_day",      "images_per_day",    "max_in_flight"};
static_assert(kLimitNames.size() == limit::kDimensionCount);

using Amounts = std::array<std::optional<std::int64_t>, limit::kDimensionCount>;

Answered<Amounts> read_limits(const object& parent, std::string_view inside) {
  Amounts amounts;
  const auto* value = parent.if_contains("limits");
  if (value == nullptr || value->is_null()) return amounts;
  if (!value->is_object()) {
    return refuse(Reason::invalid_parameter, "limits must be an object.", std::string(inside));
  }
  const auto& limits = value->as_object();
  if (auto ok = require_known(limits, kLimitNames, inside); !ok) {
    return std::unexpected(std::move(ok.error()));
  }
  for (const auto dimension : kEnumerators<limit::Dimension>) {
    const auto& row = limit::describe(dimension);
    auto amount = read_number(limits, row.name, inside);
    if (!amount) return std::unexpected(std::move(amount.error()));
    const auto* written = limits.if_contains(row.name);
    if (written != nullptr && written->is_null()) amount = 0;  // a merge patch removes it
    if (*amount && **amount > row.max) {
      return refuse(Reason::invalid_parameter, fmt::format("{} is at most {}.", row.name, row.max),
                    fmt::format("{}.{}", inside, row.name));
    }
    amounts[static_cast<std::size_t>(dimension)] = *amount;
  }
  return amounts;
}

limit::Limits limits_of(const Amounts& amounts) {
  limit::Limits limits;
  for (const auto dimension : kEnumerators<limit::Dimension>) {
    const auto amount = amounts[static_cast<std::size_t>(dimension)].value_or(0);
    limits.*limit::describe(dimension).member = amount;
  }
  return limits;
}

Answered<std::optional<std::vector<limit::ModelLimits>>> read_model_limits(const object& parent) {
  constexpr std::string_view kName = "model_limits";
  const auto* value = parent.if_contains(kName);
  if (value == nullptr || value->is_null()) return std::nullopt;
  const auto wrong = [&](std::string detail) {
    return refuse(Reason::invalid_parameter, std::move(detail), std::string(kName));
  };
  if (!value->is_array()) return wrong("model_limits must be a list.");
  std::vector<limit::ModelLimits> entries;
  for (const auto& item : value->as_array()) {
    if (!item.is_object()) return wrong(R"(Each item is {"models":"…","limits":{…}}.)");
    const auto& entry = item.as_object();
    if (auto ok = require_known(entry, {"models", "limits"}, kName); !ok) {
      return std::unexpected(std::move(ok.error()));
    }
    auto models = read_text(entry, "models");
    auto limits = read_limits(entry, kName);
    if (!limits) return std::unexpected(std::move(limits.error()));
    if (!models || !*models) return wrong("Each item names `models`, a pattern.");
    entries.push_back({**models, limits_of(*limits)});
  }
  if (const auto ok = limit::check({}, entries); !ok) return wrong(ok.error().detail);
  return entries;
}

Answered<std::optional<WallTime>> read_expiry(const object& body) {
  const auto text = read_text(body, "expires_at");
  if (!text) return std::unexpected(text.error());
  if (!*text) return std::nullopt;
  const auto time = config::parse_timestamp(**text);
  if (!time) {
    return refuse(Reason::invalid_parameter,
                  "expires_at must be a time such as 2027-01-31T00:00:00Z.", "expires_at");
  }
  return time;
}

// Globs and sub types, as the catalogue reads them.
Answered<void> check_scope(const store::KeyGrant& grant) {
  if (const auto globs = catalogue::Scope::parse(grant.models, {}); !globs) {
    return refuse(Reason::invalid_parameter, globs.error().detail, "models");
  }
  if (const auto all = catalogue::Scope::parse(grant.models, grant.sub_types); !all) {
    return refuse(Reason::invalid_parameter, all.error().detail, "sub_types");
  }
  return {};
}

}  // namespace

bool is_config_key(std::string_view id) { return id.starts_with(kConfigPrefix); }

std::string_view state_of(const KeyRecord& key, WallTime now) {
  const bool is_expired = key.grant.expires_at && *key.grant.expires_at <= now;
  return key.state == store::KeyState::active && is_expired ? "expired" : name(key.state);
}

std::string etag_of(const KeyRecord& key) {
  if (is_config_key(key.id)) return {};
  std::string text;
  JsonWriter json(text);
  json.begin_object();
  write_stored(json, key);
  json.key("state").value(name(key.state)).end_object();
  return codec::strong_etag(text);
}

void write_key(JsonWriter& json, const KeyRecord& key, WallTime now, const Secret* text,
               const std::vector<limit::LimitUse>* uses) {
  json.begin_object();
  write_stored(json, key);
  json.key("state").value(state_of(key, now));
  write_text_or_null(json, "etag", etag_of(key));
  if (text != nullptr) json.key("key").value(text->reveal());
  if (uses != nullptr) {
    json.key("use").begin_array();
    write_uses(json, *uses);
    json.end_array();
  }
  json.end_object();
}

void write_uses(JsonWriter& json, std::span<const limit::LimitUse> uses) {
  for (const auto& one : uses) {
    json.begin_object();
    write_text_or_null(json, "model", one.model);
    json.key("limit").value(limit::describe(one.dimension).name);
    json.key("max").value(one.use.quota.limit).key("used").value(one.use.used);
    json.key("remaining").value(one.use.quota.remaining);
    const auto reset = std::chrono::ceil<std::chrono::seconds>(one.use.quota.reset).count();
    const bool is_known = one.dimension != limit::Dimension::in_flight;
    write_number_or_null(json, "resets_seconds",
                         is_known ? std::optional<std::int64_t>(reset) : std::nullopt);
    json.end_object();
  }
}

Answered<auth::KeyDraft> parse_draft(std::string_view text) {
  const auto body = parse_object(text);
  if (!body) return std::unexpected(body.error());
  const auto known = require_known(
      *body, {"name", "models", "sub_types", "networks", "expires_at", "limits", "model_limits"});
  if (!known) return std::unexpected(known.error());
  auth::KeyDraft draft;
  auto name = read_text(*body, "name");
  if (!name) return std::unexpected(std::move(name.error()));
  if (!*name || (*name)->empty()) {
    return refuse(Reason::invalid_parameter, "A key has a name.", "name");
  }
  draft.name = std::move(**name);
  for (auto [member, list] : {std::pair("models", &draft.grant.models),
                              {"sub_types", &draft.grant.sub_types},
                              {"networks", &draft.grant.networks}}) {
    auto texts = read_texts(*body, member);
    if (!texts) return std::unexpected(std::move(texts.error()));
    if (*texts) *list = std::move(**texts);
  }
  auto expiry = read_expiry(*body);
  if (!expiry) return std::unexpected(std::move(expiry.error()));
  draft.grant.expires_at = *expiry;
  auto limits = read_limits(*body, "limits");
  if (!limits) return std::unexpected(std::move(limits.error()));
  draft.grant.limits = limits_of(*limits);
  auto of_models = read_model_limits(*body);
  if (!of_models) return std::unexpected(std::move(of_models.error()));
  if (*of_models) draft.grant.model_limits = std::move(**of_models);
  if (auto ok = check_scope(draft.grant); !ok) return std::unexpected(std::move(ok.error()));
  return draft;
}

Answered<KeyChange> parse_change(std::string_view text) {
  const auto body = parse_object(text);
  if (!body) return std::unexpected(body.error());
  if (auto ok = require_known(*body, {"disabled", "limits", "model_limits"}); !ok) {
    ok.error().detail = "Only disabled, limits and model_limits of a key can be changed.";
    return std::unexpected(std::move(ok.error()));
  }
  KeyChange change;
  auto disabled = read_truth(*body, "disabled");
  if (!disabled) return std::unexpected(std::move(disabled.error()));
  change.disabled = *disabled;
  auto limits = read_limits(*body, "limits");
  if (!limits) return std::unexpected(std::move(limits.error()));
  auto of_models = read_model_limits(*body);
  if (!of_models) return std::unexpected(std::move(of_models.error()));
  const store::LimitChange next{.limits = *limits, .model_limits = std::move(*of_models)};
  if (next != store::LimitChange{}) change.limits = next;
  return change;
}

std::string summary(const KeyRecord& key) {
  auto text = fmt::format("{}", name(key.state));
  for (const auto& row : limit::limit_rows()) {
    if (const auto amount = key.grant.limits.*row.member; amount != 0) {
      text += fmt::format(", {} {}", row.name, amount);
    }
  }
  for (const auto& entry : key.grant.model_limits) {
    text += fmt::format(", {}:", entry.models);
    for (const auto& row : limit::limit_rows()) {
      if (const auto amount = entry.limits.*row.member; amount != 0) {
        text += fmt::format(" {} {}", row.name, amount);
      }
    }
  }
  return text;
}

}  // namespace weir::management
