#include "discovery/kinds.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "base/enum_table.hpp"
#include "discovery/kinds/protocol.hpp"

namespace weir::discovery {
namespace {

using catalogue::Endpoint;
using catalogue::Endpoints;
using enum catalogue::Endpoint;

constexpr KeyHeader kAnthropicKey{"x-api-key", ""};
constexpr KeyHeader kGoogleKey{"x-goog-api-key", ""};

// Source: docs.anthropic.com, "API versions": the only published version.
constexpr FixedHeader kAnthropicHeaders[] = {{"anthropic-version", "2023-06-01"}};

// Hosted catalogues change daily; ten minutes, at the default interval, is often enough.
constexpr int kHosted = 10;

// Source of the health paths: the servers' documentation and source, 2026. vLLM answers 503 when
// its engine is dead, llama.cpp while it loads a model. SGLang's is not used: it generates a token,
// and answers 503 while it drains, although it finishes what it has begun.

// The endpoints of each kind are from its documentation or its server's source, read in 2026. An
// endpoint is listed if requests and answers have the bodies that its clients expect.

// The absent endpoints of a kind whose whole API is documented.
constexpr Endpoints all_but(Endpoints calls) {
  Endpoints rest;
  catalogue::kAllEndpoints.for_each([&](Endpoint endpoint) {
    if (!calls.contains(endpoint)) rest.insert(endpoint);
  });
  return rest;
}
constexpr Endpoints kText{chat_completions, completions};

// Few servers have any of these: those of a kind of their own are called there only if their
// documentation says so.
constexpr Endpoints kRare{responses_compact,
                          stored_responses,
                          count_tokens,
                          tokenize,
                          moderations,
                          score,
                          images_variations,
                          audio_translations,
                          voice_upload,
                          voice_deletion,
                          files,
                          stored_files,
                          batches,
                          stored_batches,
                          videos,
                          stored_videos,
                          realtime,
                          response_input_tokens};

// Those of APIs that have a root of their own: a server without that API has none of them, and a
// call there is translated.
constexpr Endpoints kOwnRoots{generate_content,     stream_generate_content,
                              count_content_tokens, embed_content,
                              batch_embed_contents, ollama_chat,
                              ollama_generate,      ollama_embed,
                              ollama_embeddings};
constexpr Endpoints kUsual = all_but(kOwnRoots);

// SiliconFlow's edit models take their input image through generations.
constexpr Endpoints kSiliconflow{chat_completions,
                                 completions,
                                 messages,
                                 embeddings,
                                 rerank,
                                 images_generations,
                                 audio_speech,
                                 audio_transcriptions,
                                 video_submit,
                                 video_status,
                                 voice_upload,
                                 voice_deletion,
                                 files,
                                 stored_files,
                                 batches,
                                 stored_batches};
constexpr Endpoints kOllama{chat_completions, completions,        responses,   messages,
                            embeddings,       images_generations, ollama_chat, ollama_generate,
                            ollama_embed,     ollama_embeddings};
constexpr Endpoints kVllm{
    chat_completions,     completions,        responses,  stored_responses, messages,
    count_tokens,         tokenize,           embeddings, rerank,           score,
    audio_transcriptions, audio_translations, realtime};
constexpr Endpoints kSglang{chat_completions, completions,         responses,  stored_responses,
                            messages,         count_tokens,        embeddings, rerank,
                            tokenize,         audio_transcriptions};
constexpr Endpoints kLlamaCpp{chat_completions, completions, responses, messages,
                              count_tokens,     embeddings,  rerank};
constexpr Endpoints kLmstudio{chat_completions, completions, responses,
                              stored_responses, messages,    embeddings};
// TEI's /rerank has a format of its own.
constexpr Endpoints kTei{embeddings};
constexpr Endpoints kXinference{
    chat_completions,   completions,        embeddings,        rerank,
    images_edits,       images_generations, images_variations, audio_transcriptions,
    audio_translations, audio_speech};
constexpr Endpoints kLocalai{
    chat_completions,   completions,          responses,    messages, embeddings, rerank,
    images_generations, audio_transcriptions, audio_speech, realtime};
constexpr Endpoints kGpustack{
    chat_completions,   completions,          messages,    embeddings, rerank, images_edits,
    images_generations, audio_transcriptions, audio_speech};
constexpr Endpoints kSpeaches{audio_transcriptions, audio_translations, audio_speech};
constexpr Endpoints kSdCpp{images_generations, images_edits};
constexpr Endpoints kOpenrouter{chat_completions, completions, responses,   messages,
                                embeddings,       rerank,      audio_speech};
constexpr Endpoints kHuggingface{chat_completions, responses};
constexpr Endpoints kAnthropic{chat_completions, messages, count_tokens};
constexpr Endpoints kGemini{chat_completions, embeddings, images_generations};
constexpr Endpoints kMistral{chat_completions, moderations, embeddings, audio_transcriptions};
constexpr Endpoints kCohere{chat_completions, embeddings, rerank};
constexpr Endpoints kTogether{
    chat_completions,   completions,          embeddings,         rerank,
    images_generations, audio_transcriptions, audio_translations, audio_speech};

// Source: docs.vllm.ai and docs.sglang.ai, "OpenAI-Compatible Server": not below /v1.
constexpr CallPath kTokenizePaths[] = {{tokenize, Root::server, "/tokenize"}};

// Older versions have the root /v1-openai, below which these two do not exist.
constexpr CallPath kGpustackPaths[] = {{messages, Root::server, "/v1/messages"},
                                       {rerank, Root::server, "/v1/rerank"}};
// Source: ai.google.dev/gemini-api/docs/openai.
constexpr CallPath kGeminiPaths[] = {
    {chat_completions, Root::server, "/v1beta/openai/chat/completions"},
    {embeddings, Root::server, "/v1beta/openai/embeddings"},
    {images_generations, Root::server, "/v1beta/openai/images/generations"}};
// Source: docs.cohere.com/docs/compatibility-api and /reference/rerank.
constexpr CallPath kCoherePaths[] = {
    {chat_completions, Root::server, "/compatibility/v1/chat/completions"},
    {embeddings, Root::server, "/compatibility/v1/embeddings"},
    {rerank, Root::server, "/v2/rerank"}};

// Source of takes_top_k: the vendors' and servers' references of chat completions, 2026-11. Those
// of the others do not name it, and some refuse what they do not know.

constexpr Kind kKinds[] = {
    {.slug = "openai",
     .text = "any server with an OpenAI-style model list",
     .protocol = &kinds::openai,
     .calls = kUsual},
    {.slug = "siliconflow",
     .text =
         "SiliconFlow, or another Weir: types are found by requesting the list of each sub_type",
     .protocol = &kinds::siliconflow,
     .refresh_every = kHosted,
     .calls = kSiliconflow,
     .absent = {images_edits},
     .takes_top_k = true},
    {.slug = "ollama",
     .text = "Ollama, by its own API",
     .protocol = &kinds::ollama,
     .spelling = catalogue::Spelling::ollama,
     .calls = kOllama,
     .health_path = "/api/version"},
    {.slug = "vllm",
     .text = "vLLM",
     .protocol = &kinds::vllm,
     .calls = kVllm,
     .call_paths = kTokenizePaths,
     .health_path = "/health",
     .takes_top_k = true},
    {.slug = "sglang",
     .text = "SGLang",
     .protocol = &kinds::sglang,
     .calls = kSglang,
     .call_paths = kTokenizePaths,
     .takes_top_k = true},
    {.slug = "llama.cpp",
     .text = "llama.cpp's server, with one model or as a router",
     .protocol = &kinds::llama_cpp,
     .calls = kLlamaCpp,
     .health_path = "/health",
     .takes_top_k = true},
    {.slug = "lmstudio",
     .text = "LM Studio, by its own API if it has one",
     .protocol = &kinds::lmstudio,
     .calls = kLmstudio,
     .takes_top_k = true},
    {.slug = "tei",
     .text = "Text Embeddings Inference",
     .protocol = &kinds::tei,
     .calls = kTei,
     .absent = all_but(kTei),
     .health_path = "/health"},
    {.slug = "tgi",
     .text = "Text Generation Inference",
     .protocol = &kinds::tgi,
     .calls = kText,
     .health_path = "/health"},
    {.slug = "xinference",
     .text = "Xinference",
     .protocol = &kinds::xinference,
     .calls = kXinference,
     .takes_top_k = true},
    {.slug = "localai",
     .text = "LocalAI",
     .protocol = &kinds::localai,
     .calls = kLocalai,
     .health_path = "/healthz",
     .takes_top_k = true},
    {.slug = "gpustack",
     .text = "GPUStack",
     .protocol = &kinds::gpustack,
     .calls = kGpustack,
     .call_paths = kGpustackPaths},
    {.slug = "speaches",
     .text = "speaches: speech recognition and synthesis",
     .protocol = &kinds::speaches,
     .calls = kSpeaches,
     .absent = all_but(kSpeaches),
     .health_path = "/health"},
    {.slug = "sd.cpp",
     .text = "stable-diffusion.cpp's server",
     .protocol = &kinds::sd_cpp,
     .calls = kSdCpp,
     .absent = all_but(kSdCpp)},
    // Always reports usage. Source: openrouter.ai/docs, ChatStreamOptions.
    {.slug = "openrouter",
     .text = "OpenRouter",
     .protocol = &kinds::openrouter,
     .api_prefix = "/api/v1",
     .refresh_every = kHosted,
     .calls = kOpenrouter,
     .usage_on_request = false,
     .takes_top_k = true},
    {.slug = "huggingface",
     .text = "Hugging Face's inference router",
     .protocol = &kinds::huggingface,
     .refresh_every = kHosted,
     .calls = kHuggingface},
    {.slug = "anthropic",
     .text = "Anthropic",
     .protocol = &kinds::anthropic,
     .key_header = kAnthropicKey,
     .headers = kAnthropicHeaders,
     .refresh_every = kHosted,
     .calls = kAnthropic,
     .absent = all_but(kAnthropic)},
    {.slug = "gemini",
     .text = "Google's Gemini API",
     .protocol = &kinds::gemini,
     .api_prefix = "/v1beta",
     .key_header = kGoogleKey,
     .refresh_every = kHosted,
     .calls = kGemini,
     .absent = all_but(kGemini),
     .call_paths = kGeminiPaths},
    {.slug = "mistral",
     .text = "Mistral",
     .protocol = &kinds::mistral,
     .refresh_every = kHosted,
     .calls = kMistral,
     .absent = all_but(kMistral),
     .usage_on_request = false},
    {.slug = "cohere",
     .text = "Cohere",
     .protocol = &kinds::cohere,
     .refresh_every = kHosted,
     .calls = kCohere,
     .absent = all_but(kCohere),
     .call_paths = kCoherePaths,
     .usage_on_request = false},
    {.slug = "together",
     .text = "Together AI",
     .protocol = &kinds::together,
     .refresh_every = kHosted,
     .calls = kTogether,
     .takes_top_k = true},
    {.slug = "simulator",
     .text = "the built-in engine with demo models; needs no url",
     .protocol = &kinds::siliconflow,
     .calls = kUsual},
};

static_assert(fault_in_names(std::span<const Kind>(kKinds)) == TableFault::none);
static_assert(std::ranges::none_of(
    kKinds, [](auto* protocol) { return protocol == nullptr; }, &Kind::protocol));
constexpr std::size_t kCount = std::size(kKinds);

// The sub types that have an endpoint in `endpoints`.
catalogue::SubTypes sub_types_of(Endpoints endpoints) {
  catalogue::SubTypes served;
  endpoints.for_each(
      [&](Endpoint endpoint) { served.insert(catalogue::describe(endpoint).sub_types); });
  return served;
}

}  // namespace

Endpoints callable(const Kind& kind) {
  const auto served = sub_types_of(kind.calls);
  auto all = kind.calls;
  catalogue::kAllSubTypes.for_each([&](catalogue::SubType sub_type) {
    auto paths = catalogue::endpoints_of({sub_type});
    if (served.contains(sub_type)) paths = {catalogue::first_endpoint_of(sub_type)};
    paths.for_each([&](Endpoint endpoint) {
      const bool is_rare = kRare.contains(endpoint) || kOwnRoots.contains(endpoint);
      if (!kind.absent.contains(endpoint) && !is_rare) all.insert(endpoint);
    });
  });
  return all;
}

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
