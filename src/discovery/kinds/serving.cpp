// Sources: console.groq.com/docs/models (active), volcengine.com Ark ListModels (status),
// docs.litellm.ai, deepinfra.com/models/list (deprecated), openrouter.ai/docs (expiration_date),
// learn.microsoft.com Azure OpenAI models (lifecycle_status, deprecation), docs.databricks.com
// serving endpoints (state.ready), ggml-org/llama.cpp tools/server (status), docs.venice.ai
// (offline), lemonade-sdk/lemonade docs/api (downloaded), LostRuins/koboldcpp (inactive).
#include "discovery/kinds/serving.hpp"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "discovery/kinds/class_words.hpp"
#include "discovery/kinds/created.hpp"

namespace weir::discovery::kinds {
namespace {

enum class Means : std::uint8_t {
  on,        // false means off
  off,       // true means off
  state,     // one of kDeadStates means off
  end,       // the last day of the model, or the time it ended
  replicas,  // zero means that nothing serves it
};

// Keys as normalized by plain_word; `parent` is empty for a field of the row itself.
struct Rule {
  std::string_view parent;
  std::string_view key;
  Means means;
};

constexpr Rule kRules[] = {
    {"", "active", Means::on},
    {"", "enabled", Means::on},
    {"", "available", Means::on},
    {"", "isactive", Means::on},
    {"", "isavailable", Means::on},
    {"", "isenabled", Means::on},
    {"", "downloaded", Means::on},
    {"", "availableoncurrentplan", Means::on},
    {"capabilities", "inference", Means::on},
    {"", "disabled", Means::off},
    {"", "isdisabled", Means::off},
    {"", "deprecated", Means::off},
    {"", "isdeprecated", Means::off},
    {"", "retired", Means::off},
    {"", "isretired", Means::off},
    {"", "offline", Means::off},
    {"", "failed", Means::off},
    {"", "archived", Means::off},
    {"", "isarchived", Means::off},
    {"", "deleted", Means::off},
    {"", "isdeleted", Means::off},
    {"", "suspended", Means::off},
    {"status", "failed", Means::off},
    {"modelspec", "offline", Means::off},
    {"metadata", "deprecated", Means::off},
    {"modelinfo", "deprecated", Means::off},
    {"", "status", Means::state},
    {"", "state", Means::state},
    {"", "lifecyclestatus", Means::state},
    {"", "lifecycle", Means::state},
    {"", "modelstatus", Means::state},
    {"", "availability", Means::state},
    {"policy", "state", Means::state},
    {"", "deprecated", Means::end},
    {"", "deprecationdate", Means::end},
    {"", "expirationdate", Means::end},
    {"", "retirementdate", Means::end},
    {"", "shutdowndate", Means::end},
    {"", "sunsetdate", Means::end},
    {"", "retiredat", Means::end},
    {"", "endoflife", Means::end},
    {"deprecation", "inference", Means::end},
    {"modelinfo", "deprecationdate", Means::end},
    {"", "readyreplicas", Means::replicas},
};
constexpr std::string_view kDeadStates[] = {
    "shutdown", "deprecated",   "failed",     "failure",  "error",   "retired",
    "disabled", "inactive",     "offline",    "dead",     "deleted", "removed",
    "archived", "unavailable",  "terminated", "notready", "crashed", "decommissioned",
    "expired",  "suspended",    "sunset",     "stopped",  "paused",  "discontinued",
    "eol",      "notavailable", "endoflife",  "unhealthy"};
// Keys of an object's state.
constexpr std::string_view kStateKeys[] = {"value", "name", "state", "status", "ready"};

constexpr std::string_view kPlaceholders[] = {
    "inactive",       "nomodel",        "none",      "null",       "nomodelloaded",
    "nomodelsloaded", "modelnotloaded", "notloaded", "nomodelset",
};

template <std::size_t N>
bool is_one_of(const std::string_view (&words)[N], std::string_view word) {
  return std::ranges::find(words, word) != std::end(words);
}

bool is_dead(const Row& row, std::string_view key) {
  return is_one_of(kDeadStates, plain_word(row.text(key)));
}

bool is_in_a_dead_state(const Row& row, std::string_view key) {
  const auto object = row.child(key);
  return is_dead(row, key) || std::ranges::any_of(kStateKeys, [&](std::string_view inner) {
           return is_dead(object, inner);
         });
}

// A date without time lasts to the end of its day.
std::optional<std::int64_t> moment(const Row& row, std::string_view key) {
  const auto text = row.text(key);
  if (text.empty()) return row.count(key);
  const auto exact = parse_rfc3339(text);
  return exact ? exact : parse_rfc3339(text + "T23:59:59Z");
}

bool has_ended(const Row& row, std::string_view key, WallTime now) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
  const auto end = moment(row, key);
  return end && *end < seconds;
}

bool says_off(const Row& row, std::string_view key, Means means, WallTime now) {
  switch (means) {
    case Means::on:
      return row.loose_flag(key) == false;
    case Means::off:
      return row.loose_flag(key) == true;
    case Means::state:
      return is_in_a_dead_state(row, key);
    case Means::end:
      return has_ended(row, key, now);
    case Means::replicas:
      return row.is_zero(key);
  }
  return false;
}

using Rules = std::unordered_multimap<std::string_view, const Rule*>;

// Indexed by key and by parent, so that a field costs one look-up.
struct RuleIndex {
  Rules by_key;
  Rules by_parent;
  RuleIndex() {
    for (const Rule& rule : kRules) {
      by_key.emplace(rule.key, &rule);
      if (!rule.parent.empty()) by_parent.emplace(rule.parent, &rule);
    }
  }
};

// True if a field of `row`, found at `parent`, means that the model is off.
bool any_says_off(const Row& row, std::string_view parent, WallTime now) {
  static const RuleIndex index;
  constexpr std::size_t kLongestKey = 64;
  for (const auto key : row.keys()) {
    if (key.size() > kLongestKey) continue;
    const auto plain = plain_word(key);
    const auto [from, to] = index.by_key.equal_range(plain);
    for (auto it = from; it != to; ++it) {
      const Rule& rule = *it->second;
      if (rule.parent == parent && says_off(row, key, rule.means, now)) return true;
    }
    const bool descends = parent.empty() && index.by_parent.contains(plain);
    if (descends && any_says_off(row.child(key), plain, now)) return true;
  }
  return false;
}

// True if providers are listed and none of them is live.
bool has_nobody(const Row& row) {
  const auto providers = row.rows("providers");
  return !providers.empty() && std::ranges::none_of(providers, [](const Row& provider) {
    const auto status = provider.text("status");
    return status.empty() || status == "live";
  });
}

}  // namespace

bool can_serve(const Row& row, WallTime now) {
  return !any_says_off(row, "", now) && !has_nobody(row);
}

bool is_placeholder(std::string_view id) {
  constexpr std::string_view kEngine = "koboldcpp/";
  if (id.starts_with(kEngine)) id.remove_prefix(kEngine.size());
  return id.find('/') == std::string_view::npos && is_one_of(kPlaceholders, plain_word(id));
}

}  // namespace weir::discovery::kinds
