// Sources: console.groq.com/docs/models (active), volcengine.com Ark ListModels (status),
// docs.litellm.ai, deepinfra.com/models/list (deprecated), openrouter.ai/docs (expiration_date),
// learn.microsoft.com Azure OpenAI models (lifecycle_status, deprecation), docs.databricks.com
// serving endpoints (state.ready), ggml-org/llama.cpp tools/server (status), docs.venice.ai
// (offline), lemonade-sdk/lemonade docs/api (downloaded), LostRuins/koboldcpp (inactive).
#include "discovery/kinds/serving.hpp"

#include <algorithm>
#include <chrono>
#include <string>

#include "discovery/kinds/class_words.hpp"
#include "discovery/kinds/created.hpp"

namespace weir::discovery::kinds {
namespace {

// `parent` is empty where the field stands in the row itself.
struct Field {
  std::string_view parent;
  std::string_view key;
};

Row place_of(const Row& row, const Field& field) {
  return field.parent.empty() ? row : row.child(field.parent);
}

constexpr Field kOnWhenTrue[] = {
    {"", "active"},       {"", "enabled"},    {"", "available"},  {"", "is_active"},
    {"", "is_available"}, {"", "is_enabled"}, {"", "downloaded"}, {"capabilities", "inference"},
};
constexpr Field kOffWhenTrue[] = {
    {"", "disabled"},
    {"", "is_disabled"},
    {"", "deprecated"},
    {"", "is_deprecated"},
    {"", "retired"},
    {"", "offline"},
    {"", "failed"},
    {"", "archived"},
    {"", "deleted"},
    {"status", "failed"},
    {"", "is_deleted"},
    {"model_spec", "offline"},
    {"", "suspended"},
    {"metadata", "deprecated"},
    {"model_info", "deprecated"},
};
constexpr Field kStates[] = {
    {"", "status"},       {"", "state"},        {"", "lifecycle_status"}, {"", "lifecycle"},
    {"", "model_status"}, {"", "availability"}, {"status", "value"},      {"status", "state"},
    {"state", "ready"},   {"state", "value"},   {"lifecycle", "status"},
};
constexpr std::string_view kDeadStates[] = {
    "shutdown", "deprecated",  "failed",     "failure",      "error",   "retired",
    "disabled", "inactive",    "offline",    "dead",         "deleted", "removed",
    "archived", "unavailable", "terminated", "notready",     "crashed", "decommissioned",
    "expired",  "suspended",   "sunset",     "discontinued",
};
// The last day of a model, or the moment it ended.
constexpr Field kEnds[] = {
    {"", "deprecated"},           {"", "expiration_date"},
    {"", "retirement_date"},      {"", "shutdown_date"},
    {"", "retired_at"},           {"", "end_of_life"},
    {"deprecation", "inference"}, {"model_info", "deprecation_date"},
};
constexpr std::string_view kReplicas[] = {"ready_replicas", "readyReplicas"};

constexpr std::string_view kPlaceholders[] = {
    "inactive",       "nomodel",        "none",      "null",       "nomodelloaded",
    "nomodelsloaded", "modelnotloaded", "notloaded", "nomodelset",
};

template <std::size_t N>
bool is_one_of(const std::string_view (&words)[N], std::string_view word) {
  return std::ranges::find(words, word) != std::end(words);
}

bool is_switched_off(const Row& row) {
  const auto says = [&](bool value) {
    return
        [&row, value](const Field& field) { return place_of(row, field).flag(field.key) == value; };
  };
  return std::ranges::any_of(kOnWhenTrue, says(false)) ||
         std::ranges::any_of(kOffWhenTrue, says(true));
}

bool is_in_a_dead_state(const Row& row) {
  return std::ranges::any_of(kStates, [&](const Field& field) {
    return is_one_of(kDeadStates, plain_word(place_of(row, field).text(field.key)));
  });
}

// A date alone lasts to the end of its day.
std::optional<std::int64_t> moment(const Row& row, std::string_view key) {
  const auto text = row.text(key);
  if (text.empty()) return row.count(key);
  const auto exact = parse_rfc3339(text);
  return exact ? exact : parse_rfc3339(text + "T23:59:59Z");
}

bool has_ended(const Row& row, WallTime now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  return std::ranges::any_of(kEnds, [&](const Field& field) {
    const auto end = moment(place_of(row, field), field.key);
    return end && *end < seconds;
  });
}

// Replicas and providers that are counted, and none of them serves.
bool has_nobody(const Row& row) {
  const auto none = [&](std::string_view key) { return row.is_zero(key); };
  if (std::ranges::any_of(kReplicas, none)) return true;
  const auto providers = row.rows("providers");
  return !providers.empty() && std::ranges::none_of(providers, [](const Row& provider) {
    const auto status = provider.text("status");
    return status.empty() || status == "live";
  });
}

}  // namespace

bool can_serve(const Row& row, WallTime now) {
  return !is_switched_off(row) && !is_in_a_dead_state(row) && !has_ended(row, now) &&
         !has_nobody(row);
}

bool is_placeholder(std::string_view id) {
  constexpr std::string_view kEngine = "koboldcpp/";
  if (id.starts_with(kEngine)) id.remove_prefix(kEngine.size());
  return id.find('/') == std::string_view::npos && is_one_of(kPlaceholders, plain_word(id));
}

}  // namespace weir::discovery::kinds
