#include "auth/settings.hpp"

#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "auth/key_text.hpp"
#include "auth/network.hpp"
#include "catalogue/model.hpp"
#include "config/schema.hpp"
#include "config/text_check.hpp"
#include "store/key_record.hpp"

namespace weir::auth {
namespace {

bool is_key_name(std::string_view text) {
  return text.size() <= store::kMaxKeyNameBytes && config::is_filled_text(text);
}

config::Schema<limit::Limits> limits_schema() {
  config::Schema<limit::Limits> schema(config::Apply::live);
  for (const limit::LimitRow& row : limit::limit_rows()) {
    schema.field(row.name, row.member, config::integer<std::int64_t>({1, row.max, "unlimited"}),
                 row.text);
  }
  return schema;
}

config::Schema<limit::ModelLimits> model_limits_schema() {
  config::Schema<limit::ModelLimits> schema(config::Apply::live);
  schema
      .required("models", &limit::ModelLimits::models,
                config::text("a model id or a pattern with * and ?", config::is_filled_text),
                "Models that the limits apply to; each model is counted separately.")
      .embed(&limit::ModelLimits::limits, limits_schema());
  return schema;
}

config::Schema<store::KeyGrant> grant_schema() {
  using config::list_of;
  using store::KeyGrant;
  config::Schema<KeyGrant> schema(config::Apply::live);
  schema.embed(&KeyGrant::limits, limits_schema())
      .list("model_limits", &KeyGrant::model_limits, model_limits_schema(),
            "Limits per model, in addition to those of the key; the first entry that matches a "
            "model applies.",
            "models", &limit::ModelLimits::models)
      .field("models", &KeyGrant::models,
             list_of(config::text("a model id or a pattern with * and ?", config::is_filled_text)),
             "Models that the key may list and call.")
      .field("sub_types", &KeyGrant::sub_types, list_of(config::name_in(catalogue::kSubTypeNames)),
             "Sub types of the models that the key may list and call; an empty list allows all.")
      .field("networks", &KeyGrant::networks,
             list_of(config::text(
                 "an address or a network such as 10.0.0.0/8 or fd00::/8",
                 [](std::string_view text) { return Network::parse(text).has_value(); })),
             "Networks from which the key may be used; an empty list allows all.")
      .field("expires", &KeyGrant::expires_at, config::timestamp(),
             "Time at which the key expires.");
  return schema;
}

std::optional<config::Complaint> model_limits_are_few(const KeySettings& key) {
  const std::size_t entries = key.grant.model_limits.size();
  if (entries <= limit::kMaxModelLimits) return std::nullopt;
  return config::Complaint{"model_limits", fmt::format("has {} entries", entries),
                           fmt::format("at most {}", limit::kMaxModelLimits)};
}

}  // namespace

config::Schema<KeySettings> key_schema() {
  config::Schema<KeySettings> schema(config::Apply::live);
  schema
      .required("name", &KeySettings::name, config::text("1 to 100 characters", is_key_name),
                "Name in logs and in the list of keys; unique in this file.")
      .required(
          "key", &KeySettings::key,
          config::secret(
              "16 to 512 characters (letters, digits and -._~+/), or a key made by Weir, unchanged",
              [](std::string_view text) { return parse_key(text) == KeyFault::none; }),
          "The key itself, preferably as `${NAME}` or `${file:path}`.")
      .embed(&KeySettings::grant, grant_schema())
      .field("disabled", &KeySettings::disabled, config::boolean(),
             "Requests with the key are answered 403; its entry is kept.")
      .check(model_limits_are_few);
  return schema;
}

}  // namespace weir::auth
