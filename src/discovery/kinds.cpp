#include "discovery/kinds.hpp"

#include <algorithm>
#include <array>

#include "discovery/kinds/protocol.hpp"

namespace weir::discovery {
namespace {

constexpr KeyHeader kAnthropicKey{"x-api-key", ""};
constexpr KeyHeader kGoogleKey{"x-goog-api-key", ""};

// Source: docs.anthropic.com, "API versions": the only published version.
constexpr FixedHeader kAnthropicHeaders[] = {{"anthropic-version", "2023-06-01"}};

// Hosted catalogues change by the day; ten minutes at the default interval is often enough.
constexpr int kHosted = 10;

const Kind kKinds[] = {
    {"openai", "any server with an OpenAI-style model list", &kinds::openai},
    {.slug = "siliconflow",
     .text = "SiliconFlow, or another Weir: learns types by asking for each sub_type",
     .protocol = &kinds::siliconflow,
     .refresh_every = kHosted},
    {.slug = "ollama",
     .text = "Ollama, by its own API",
     .protocol = &kinds::ollama,
     .lists_all = true},
    {.slug = "vllm", .text = "vLLM", .protocol = &kinds::vllm, .lists_all = true},
    {"sglang", "SGLang", &kinds::sglang},
    {"llama.cpp", "llama.cpp's server, with one model or as a router", &kinds::llama_cpp},
    {.slug = "lmstudio",
     .text = "LM Studio, by its own API where it has one",
     .protocol = &kinds::lmstudio,
     .lists_all = true},
    {"tei", "Text Embeddings Inference", &kinds::tei},
    {"tgi", "Text Generation Inference", &kinds::tgi},
    {.slug = "xinference", .text = "Xinference", .protocol = &kinds::xinference, .lists_all = true},
    {"localai", "LocalAI", &kinds::localai},
    {.slug = "gpustack", .text = "GPUStack", .protocol = &kinds::gpustack, .lists_all = true},
    {"speaches", "speaches: speech recognition and synthesis", &kinds::speaches},
    {"sd.cpp", "stable-diffusion.cpp's server", &kinds::sd_cpp},
    {.slug = "openrouter",
     .text = "OpenRouter",
     .protocol = &kinds::openrouter,
     .api_prefix = "/api/v1",
     .refresh_every = kHosted},
    {.slug = "huggingface",
     .text = "Hugging Face's inference router",
     .protocol = &kinds::huggingface,
     .refresh_every = kHosted},
    {.slug = "anthropic",
     .text = "Anthropic",
     .protocol = &kinds::anthropic,
     .key_header = kAnthropicKey,
     .headers = kAnthropicHeaders,
     .refresh_every = kHosted},
    {.slug = "gemini",
     .text = "Google's Gemini API",
     .protocol = &kinds::gemini,
     .api_prefix = "/v1beta",
     .key_header = kGoogleKey,
     .refresh_every = kHosted},
    {.slug = "mistral", .text = "Mistral", .protocol = &kinds::mistral, .refresh_every = kHosted},
    {.slug = "cohere", .text = "Cohere", .protocol = &kinds::cohere, .refresh_every = kHosted},
    {.slug = "together",
     .text = "Together AI",
     .protocol = &kinds::together,
     .refresh_every = kHosted},
};

constexpr std::size_t kCount = std::size(kKinds);

}  // namespace

std::span<const Kind> all_kinds() { return kKinds; }

std::span<const std::string_view> kind_slugs() {
  static const auto slugs = [] {
    std::array<std::string_view, kCount> all;
    std::ranges::transform(kKinds, all.begin(), &Kind::slug);
    return all;
  }();
  return slugs;
}

const Kind* find_kind(std::string_view slug) {
  const auto* it = std::ranges::find(kKinds, slug, &Kind::slug);
  return it == std::end(kKinds) ? nullptr : it;
}

}  // namespace weir::discovery
