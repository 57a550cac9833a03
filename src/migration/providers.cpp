#include "migration/providers.hpp"

#include <algorithm>
#include <span>
#include <utility>

namespace weir::migration {
namespace {

// Names, addresses and variables: LiteLLM's documentation of its providers, 2026-11.
constexpr Provider kLitellm[] = {
    {"openai", "openai", "https://api.openai.com", "OPENAI_API_KEY"},
    {"text-completion-openai", "openai", "https://api.openai.com", "OPENAI_API_KEY"},
    {"custom_openai", "openai", "", "OPENAI_API_KEY"},
    {"openai_like", "openai", "", ""},
    {"litellm_proxy", "openai", "", "LITELLM_PROXY_API_KEY"},
    {"azure", "openai", "", "AZURE_API_KEY"},
    {"anthropic", "anthropic", "https://api.anthropic.com", "ANTHROPIC_API_KEY"},
    {"gemini", "gemini", "https://generativelanguage.googleapis.com", "GEMINI_API_KEY"},
    {"mistral", "mistral", "https://api.mistral.ai", "MISTRAL_API_KEY"},
    {"codestral", "mistral", "https://codestral.mistral.ai", "CODESTRAL_API_KEY"},
    {"cohere", "cohere", "https://api.cohere.com", "COHERE_API_KEY"},
    {"cohere_chat", "cohere", "https://api.cohere.com", "COHERE_API_KEY"},
    {"together_ai", "together", "https://api.together.xyz", "TOGETHERAI_API_KEY"},
    {"openrouter", "openrouter", "https://openrouter.ai", "OPENROUTER_API_KEY"},
    {"huggingface", "huggingface", "https://router.huggingface.co", "HF_TOKEN"},
    {"groq", "openai", "https://api.groq.com/openai/v1", "GROQ_API_KEY"},
    {"deepseek", "openai", "https://api.deepseek.com", "DEEPSEEK_API_KEY"},
    {"xai", "openai", "https://api.x.ai", "XAI_API_KEY"},
    {"fireworks_ai", "openai", "https://api.fireworks.ai/inference/v1", "FIREWORKS_AI_API_KEY"},
    {"cerebras", "openai", "https://api.cerebras.ai", "CEREBRAS_API_KEY"},
    {"deepinfra", "openai", "https://api.deepinfra.com/v1/openai", "DEEPINFRA_API_KEY"},
    {"nvidia_nim", "openai", "https://integrate.api.nvidia.com", "NVIDIA_NIM_API_KEY"},
    {"perplexity", "openai", "https://api.perplexity.ai", "PERPLEXITYAI_API_KEY"},
    {"sambanova", "openai", "https://api.sambanova.ai", "SAMBANOVA_API_KEY"},
    {"moonshot", "openai", "https://api.moonshot.ai", "MOONSHOT_API_KEY"},
    {"dashscope", "openai", "https://dashscope-intl.aliyuncs.com/compatible-mode/v1",
     "DASHSCOPE_API_KEY"},
    {"voyage", "openai", "https://api.voyageai.com", "VOYAGE_API_KEY"},
    {"jina_ai", "openai", "https://api.jina.ai", "JINA_AI_API_KEY"},
    {"infinity", "openai", "", ""},
    {"ollama", "ollama", "http://localhost:11434", ""},
    {"ollama_chat", "ollama", "http://localhost:11434", ""},
    {"vllm", "vllm", "", ""},
    {"hosted_vllm", "vllm", "", "HOSTED_VLLM_API_KEY"},
    {"lm_studio", "lmstudio", "http://localhost:1234", "LM_STUDIO_API_KEY"},
    {"xinference", "xinference", "", "XINFERENCE_API_KEY"},
    {"llamafile", "llama.cpp", "http://localhost:8080", ""},
};

// How the names of models begin that LiteLLM takes without a prefix.
constexpr std::pair<std::string_view, std::string_view> kBeginnings[] = {
    {"gpt-", "openai"},    {"chatgpt-", "openai"},
    {"o1", "openai"},      {"o3", "openai"},
    {"o4", "openai"},      {"text-embedding-", "openai"},
    {"dall-e", "openai"},  {"whisper-", "openai"},
    {"tts-", "openai"},    {"omni-moderation", "openai"},
    {"ft:gpt-", "openai"}, {"claude", "anthropic"},
    {"command", "cohere"}, {"embed-", "cohere"},
    {"rerank-", "cohere"},
};

}  // namespace

const Provider* find_litellm_provider(std::string_view name) {
  const auto* found = std::ranges::find(kLitellm, name, &Provider::name);
  return found == std::end(kLitellm) ? nullptr : found;
}

const Provider* guess_litellm_provider(std::string_view model) {
  for (const auto& [beginning, provider] : kBeginnings) {
    if (model.starts_with(beginning)) return find_litellm_provider(provider);
  }
  return nullptr;
}

}  // namespace weir::migration
