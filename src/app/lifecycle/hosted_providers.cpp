#include "app/lifecycle/hosted_providers.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "auth/key_text.hpp"
#include "base/ascii.hpp"
#include "discovery/base_url.hpp"
#include "net/socket.hpp"

namespace weir::app {
namespace {

struct Row {
  std::string_view name;  ///< of the upstream
  std::string_view kind;
  std::string_view url;
  std::array<const char*, 2> keys;  ///< the first that is set is used
  const char* base_url;             ///< null: none is known
};

// The variables are those that the providers' own libraries and documents use, 2026-11. HF_TOKEN is
// not among them: most of its users download models with it and call none.
constexpr Row kRows[] = {
    {"openai", "openai", "https://api.openai.com", {"OPENAI_API_KEY", nullptr}, "OPENAI_BASE_URL"},
    {"anthropic",
     "anthropic",
     "https://api.anthropic.com",
     {"ANTHROPIC_API_KEY", nullptr},
     "ANTHROPIC_BASE_URL"},
    {"siliconflow",
     "siliconflow",
     "https://api.siliconflow.cn",
     {"SILICONFLOW_API_KEY", nullptr},
     "SILICONFLOW_BASE_URL"},
    {"gemini",
     "gemini",
     "https://generativelanguage.googleapis.com",
     {"GEMINI_API_KEY", "GOOGLE_API_KEY"},
     "GOOGLE_GEMINI_BASE_URL"},
    {"mistral", "mistral", "https://api.mistral.ai", {"MISTRAL_API_KEY", nullptr}, nullptr},
    {"openrouter", "openrouter", "https://openrouter.ai", {"OPENROUTER_API_KEY", nullptr}, nullptr},
    {"deepseek", "openai", "https://api.deepseek.com", {"DEEPSEEK_API_KEY", nullptr}, nullptr},
    {"groq", "openai", "https://api.groq.com/openai/v1", {"GROQ_API_KEY", nullptr}, nullptr},
    {"together", "together", "https://api.together.xyz", {"TOGETHER_API_KEY", nullptr}, nullptr},
    {"cohere", "cohere", "https://api.cohere.com", {"COHERE_API_KEY", "CO_API_KEY"}, nullptr},
    {"xai", "openai", "https://api.x.ai", {"XAI_API_KEY", nullptr}, nullptr},
    {"moonshot",
     "openai",
     "https://api.moonshot.cn",
     {"MOONSHOT_API_KEY", nullptr},
     "MOONSHOT_BASE_URL"},
    {"dashscope",
     "openai",
     "https://dashscope.aliyuncs.com/compatible-mode/v1",
     {"DASHSCOPE_API_KEY", nullptr},
     nullptr},
    {"fireworks",
     "openai",
     "https://api.fireworks.ai/inference/v1",
     {"FIREWORKS_API_KEY", nullptr},
     nullptr},
    {"cerebras", "openai", "https://api.cerebras.ai", {"CEREBRAS_API_KEY", nullptr}, nullptr},
};

// A variable that is set to nothing is not set.
std::string read_text(const ReadVariable& read, const char* name) {
  if (name == nullptr) return {};
  return std::string(trim(read(name).value_or(std::string())));
}

bool is_key(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7F; });
}

// Clients of this server on the same machine are sent to it by the same variables.
bool leads_here(const discovery::BaseUrl& url, std::string_view listen) {
  const auto own = net::parse_endpoint(std::string(listen));
  if (!own || own->port() != url.port) return false;
  return url.host == "localhost" || url.host == "::1" || url.host.starts_with("127.") ||
         url.host == own->address().to_string();
}

// Why the provider is not used; empty if it is.
std::string objection(const Row& row, const std::string& key, const std::string& base_url,
                      std::string_view listen) {
  if (key.starts_with(auth::kKeyMarker)) return "its key is one of Weir's own";
  if (!is_key(key)) return "its value is not a key: it has blanks or other characters";
  const auto url = discovery::parse_base_url(base_url);
  if (!url) return fmt::format("{}: {}", row.base_url, url.error().detail);
  if (leads_here(*url, listen))
    return fmt::format("{} is the address of this server", row.base_url);
  return {};
}

}  // namespace

HostedProviders hosted_providers(const ReadVariable& read, std::string_view listen) {
  HostedProviders providers;
  for (const Row& row : kRows) {
    const auto set = std::ranges::find_if(
        row.keys, [&](const char* name) { return !read_text(read, name).empty(); });
    if (set == row.keys.end()) continue;
    const auto key = read_text(read, *set);
    auto base_url = read_text(read, row.base_url);
    if (base_url.empty()) base_url = row.url;
    if (auto reason = objection(row, key, base_url, listen); !reason.empty()) {
      providers.unused.push_back({*set, std::move(reason)});
      continue;
    }
    auto& found = providers.found.emplace_back();
    found.variable = *set;
    found.upstream.name = row.name;
    found.upstream.kind = row.kind;
    found.upstream.url = std::move(base_url);
    found.upstream.api_key = Secret(key);
  }
  return providers;
}

std::vector<std::string_view> provider_variables() {
  std::vector<std::string_view> names;
  for (const Row& row : kRows) {
    for (const char* name : row.keys) {
      if (name != nullptr) names.emplace_back(name);
    }
  }
  return names;
}

}  // namespace weir::app
