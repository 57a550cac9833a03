#include "app/command_line/key_limits_command.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "app/command_line/keys_command.hpp"
#include "app/command_line/number.hpp"
#include "app/command_line/table.hpp"
#include "app/lifecycle/key_store.hpp"
#include "app/lifecycle/limit_file.hpp"
#include "codec/json_text.hpp"
#include "codec/visible.hpp"
#include "config/problem.hpp"
#include "limit/meters.hpp"

namespace weir::app {
namespace {

using limit::Dimension;

constexpr std::string_view kUnlimited = "unlimited";
constexpr std::string_view kNone = "none";

std::unexpected<Error> bad_limit(const limit::LimitRow& row, const std::string& text) {
  return fail(Errc::invalid_parameter,
              fmt::format("{} {} is not allowed; expected a number from 1 to {}, or \"{}\"",
                          limit_options(row), config::in_quotes(text), row.max, kUnlimited));
}

Result<std::vector<limit::ModelLimits>> parse_entries(const std::vector<std::string>& texts) {
  std::vector<limit::ModelLimits> entries;
  if (texts.size() == 1 && texts[0] == kNone) return entries;
  for (const auto& text : texts) {
    auto entry = parse_model_limits(text);
    if (!entry) return std::unexpected(std::move(entry.error()));
    entries.push_back(std::move(*entry));
  }
  return entries;
}

// ---- show

/// One limit and its use.
struct Use {
  std::string model;  ///< empty: of the key as a whole
  Dimension dimension;
  limit::Quota quota;  ///< nothing is known of calls in flight but the limit

  [[nodiscard]] bool has_window() const { return dimension != Dimension::in_flight; }
  [[nodiscard]] std::int64_t used() const { return quota.limit - quota.remaining; }
  [[nodiscard]] std::int64_t reset_seconds() const {
    return std::chrono::ceil<std::chrono::seconds>(quota.reset).count();
  }
};

struct Shown {
  std::string id;
  std::string name;
  store::KeyGrant grant;
};

void add_uses(std::vector<Use>& uses, const limit::WindowTable* table, const std::string& key_id,
              const std::string& model, const limit::Limits& limits) {
  const auto now = monotonic_now();
  limit::Meters meters(limits, {}, {table, limit::hash_scope(key_id, model)});
  for (const auto dimension : kEnumerators<Dimension>) {
    const auto limit = limits.*limit::describe(dimension).member;
    if (limit == 0) continue;
    Use use{model, dimension, {.limit = limit, .remaining = limit}};
    if (use.has_window()) use.quota = meters.quota(dimension, now);
    uses.push_back(std::move(use));
  }
}

/// The models that the key has called within the longest window, and those that its entries name.
Result<std::set<std::string>> models_of(store::Store& store, const Shown& key) {
  std::set<std::string> models;
  for (const auto& entry : key.grant.model_limits) models.insert(entry.models);
  const auto today = std::chrono::floor<std::chrono::days>(wall_now());
  const auto rows = store.usage(
      {.from = today - std::chrono::days(1), .to = today + std::chrono::days(1), .key_id = key.id});
  if (!rows) return std::unexpected(rows.error());
  for (const auto& row : *rows) models.insert(row.model);
  return models;
}

Result<std::vector<Use>> read_uses(store::Store& store, const limit::WindowTable* table,
                                   const Shown& key) {
  std::vector<Use> uses;
  add_uses(uses, table, key.id, {}, key.grant.limits);
  const auto models = models_of(store, key);
  if (!models) return std::unexpected(models.error());
  for (const auto& model : *models) {
    if (const auto* entry = limit::entry_for(key.grant.model_limits, model)) {
      add_uses(uses, table, key.id, model, entry->limits);
    }
  }
  return uses;
}

Result<Shown> find_key(const Settings& settings, store::Store& store,
                       const std::string& name_or_id) {
  const auto in_config = std::ranges::find_if(settings.keys, [&](const auto& key) {
    return key.name == name_or_id || "config:" + key.name == name_or_id;
  });
  if (in_config != settings.keys.end()) {
    return Shown{"config:" + in_config->name, in_config->name, in_config->grant};
  }
  auto key = store.find(name_or_id);
  if (!key) return std::unexpected(std::move(key.error()));
  return Shown{std::move(key->id), std::move(key->name), std::move(key->grant)};
}

std::string as_json(const Shown& key, const std::vector<Use>& uses) {
  std::string text;
  codec::JsonWriter json(text);
  json.begin_object().key("id").value(key.id).key("name").value(key.name);
  json.key("limits").begin_array();
  for (const auto& use : uses) {
    json.begin_object().key("limit").value(limit::describe(use.dimension).name);
    if (!use.model.empty()) json.key("model").value(use.model);
    json.key("max").value(use.quota.limit);
    if (use.has_window()) {
      json.key("used").value(use.used()).key("remaining").value(use.quota.remaining);
      json.key("reset_seconds").value(use.reset_seconds());
    }
    json.end_object();
  }
  json.end_array().end_object();
  return text + "\n";
}

std::string as_table(const std::vector<Use>& uses) {
  std::vector<std::vector<std::string>> rows{{"LIMIT", "MODEL", "MAX", "USED", "LEFT", "RESET"}};
  for (const auto& use : uses) {
    const bool counted = use.has_window();
    rows.push_back({std::string(limit::short_name(use.dimension)),
                    use.model.empty() ? "-" : use.model, fmt::to_string(use.quota.limit),
                    counted ? fmt::to_string(use.used()) : "-",
                    counted ? fmt::to_string(use.quota.remaining) : "-",
                    counted ? fmt::format("{} s", use.reset_seconds()) : "-"});
  }
  return format_table(std::move(rows));
}

}  // namespace

Result<store::LimitChange> parse_limit_change(const LimitTexts& texts) {
  store::LimitChange change{.from_unlimited = texts.unlimited};
  for (const auto dimension : kEnumerators<Dimension>) {
    const auto index = static_cast<std::size_t>(dimension);
    const auto& text = texts.limits[index];
    if (text.empty()) continue;
    const auto value = text == kUnlimited ? std::optional<std::int64_t>(0) : parse_number(text);
    const auto& row = limit::describe(dimension);
    if (!value || *value < 0 || *value > row.max) return bad_limit(row, text);
    change.limits[index] = value;
  }
  if (!texts.model_limits.empty()) {
    auto entries = parse_entries(texts.model_limits);
    if (!entries) return std::unexpected(std::move(entries.error()));
    change.model_limits = std::move(*entries);
  }
  if (change == store::LimitChange{}) {
    return fail(Errc::invalid_parameter,
                "no limit is given; give one such as --rpm 600, --rpm unlimited or --unlimited");
  }
  return change;
}

Output set_key_limits(const Settings& settings, const std::string& name_or_id,
                      const LimitTexts& texts) {
  if (is_config_key(settings, name_or_id)) return config_key_error(name_or_id);
  const auto change = parse_limit_change(texts);
  if (!change) return std::unexpected(change.error());
  auto opened = open_key_store(settings, Missing::is_an_error);
  if (!opened) return std::unexpected(std::move(opened.error()));
  const auto key = opened->store->find(name_or_id);
  if (!key) return std::unexpected(key.error());
  if (auto ok = opened->store->change_limits(key->id, *change); !ok) {
    return std::unexpected(ok.error());
  }
  const auto after = opened->store->find(key->id);
  if (!after) return std::unexpected(after.error());
  const auto limits = limits_text(after->grant.limits, after->grant.model_limits);
  return fmt::format("Key {} is {}.\n", name_for_people(*after),
                     limits == "-" ? std::string(kUnlimited) : "limited to " + limits);
}

Output show_key(const Settings& settings, const std::string& name_or_id, bool json) {
  auto opened = open_key_store(settings, Missing::is_an_error);
  if (!opened) return std::unexpected(std::move(opened.error()));
  const auto key = find_key(settings, *opened->store, name_or_id);
  if (!key) return std::unexpected(key.error());
  const auto counts = read_limit_file(LimitFile::path_beside(store_path(settings)));
  const auto uses = read_uses(*opened->store, counts ? &*counts->table : nullptr, *key);
  if (!uses) return std::unexpected(uses.error());
  if (json) return as_json(*key, *uses);
  return uses->empty() ? fmt::format("Key {} is unlimited.\n", codec::visible_text(key->name))
                       : as_table(*uses);
}

}  // namespace weir::app
