#include "discovery/call_target.hpp"

#include <gtest/gtest.h>

namespace weir::discovery {
namespace {

using catalogue::Endpoint;

std::string target(std::string_view url, std::string_view slug, Endpoint endpoint,
                   ApiRoot root = ApiRoot::versioned) {
  const auto base = parse_base_url(url);
  if (!base) return base.error().text();
  return call_target(*base, *find_kind(slug), root, endpoint).value_or("");
}

/// The endpoints that a kind serves.
std::string endpoints_of(std::string_view slug) {
  std::string text;
  find_kind(slug)->calls.for_each([&](Endpoint endpoint) {
    if (!text.empty()) text += ' ';
    text += catalogue::describe(endpoint).slug;
  });
  return text;
}

TEST(CallTarget, EachKindSpeaksTheEndpointsOfItsServers) {
  struct Case {
    const char* kind;
    const char* endpoints;
  };
  const Case cases[] = {
      {"openai",
       "chat_completions completions responses responses_compact response_input_tokens "
       "stored_responses messages "
       "count_tokens tokenize moderations "
       "embeddings rerank score images_generations images_edits images_variations "
       "audio_transcriptions audio_translations audio_speech realtime video_submit video_status "
       "videos stored_videos voice_upload voice_deletion files stored_files batches "
       "stored_batches"},
      {"siliconflow",
       "chat_completions completions messages embeddings rerank images_generations "
       "audio_transcriptions audio_speech video_submit video_status voice_upload "
       "voice_deletion files stored_files batches stored_batches"},
      {"ollama",
       "chat_completions completions responses messages embeddings images_generations ollama_chat "
       "ollama_generate ollama_embed ollama_embeddings"},
      {"vllm",
       "chat_completions completions responses stored_responses messages count_tokens tokenize "
       "embeddings rerank score "
       "audio_transcriptions audio_translations realtime"},
      {"sglang",
       "chat_completions completions responses stored_responses messages count_tokens tokenize "
       "embeddings rerank audio_transcriptions"},
      {"llama.cpp",
       "chat_completions completions responses messages count_tokens embeddings rerank"},
      {"lmstudio", "chat_completions completions responses stored_responses messages embeddings"},
      {"tei", "embeddings"},
      {"tgi", "chat_completions completions"},
      {"xinference",
       "chat_completions completions embeddings rerank images_generations images_edits "
       "images_variations audio_transcriptions audio_translations audio_speech"},
      {"localai",
       "chat_completions completions responses messages embeddings rerank images_generations "
       "audio_transcriptions audio_speech realtime"},
      {"gpustack",
       "chat_completions completions messages embeddings rerank images_generations images_edits "
       "audio_transcriptions audio_speech"},
      {"speaches", "audio_transcriptions audio_translations audio_speech"},
      {"sd.cpp", "images_generations images_edits"},
      {"openrouter",
       "chat_completions completions responses messages embeddings rerank audio_speech"},
      {"huggingface", "chat_completions responses"},
      {"anthropic", "chat_completions messages count_tokens"},
      {"gemini", "chat_completions embeddings images_generations"},
      {"mistral", "chat_completions moderations embeddings audio_transcriptions"},
      {"cohere", "chat_completions embeddings rerank"},
      {"together",
       "chat_completions completions embeddings rerank images_generations audio_transcriptions "
       "audio_translations audio_speech"},
      {"simulator",
       "chat_completions completions responses responses_compact response_input_tokens "
       "stored_responses messages "
       "count_tokens tokenize moderations "
       "embeddings rerank score images_generations images_edits images_variations "
       "audio_transcriptions audio_translations audio_speech realtime video_submit video_status "
       "videos stored_videos voice_upload voice_deletion files stored_files batches "
       "stored_batches"},
  };
  ASSERT_EQ(std::size(cases), all_kinds().size());
  for (const auto& test : cases) EXPECT_EQ(endpoints_of(test.kind), test.endpoints) << test.kind;
}

TEST(CallTarget, EverySpellingOfTheAddressReachesTheEndpoint) {
  struct Case {
    const char* url;
    const char* kind;
    Endpoint endpoint;
    const char* target;
  };
  const Case cases[] = {
      {"http://host:8000", "vllm", Endpoint::chat_completions, "/v1/chat/completions"},
      {"http://host:8000/v1/", "vllm", Endpoint::chat_completions, "/v1/chat/completions"},
      {"http://host:8000/v1/models", "vllm", Endpoint::rerank, "/v1/rerank"},
      {"http://host/engine/v1", "vllm", Endpoint::messages, "/engine/v1/messages"},
      {"http://host:11434", "ollama", Endpoint::embeddings, "/v1/embeddings"},
      {"http://host:11434", "ollama", Endpoint::ollama_chat, "/api/chat"},
      {"http://host:11434/v1", "ollama", Endpoint::ollama_embed, "/api/embed"},
      {"http://host:8000", "vllm", Endpoint::ollama_chat, ""},
      {"http://host:8000", "openai", Endpoint::ollama_chat, ""},
      {"http://host:8080", "tei", Endpoint::embeddings, "/v1/embeddings"},
      {"http://host:8080", "tei", Endpoint::rerank, ""},
      {"https://api.siliconflow.cn/v1", "siliconflow", Endpoint::video_submit, "/v1/video/submit"},
      {"https://api.siliconflow.cn", "siliconflow", Endpoint::images_edits, ""},
      {"https://openrouter.ai", "openrouter", Endpoint::responses, "/api/v1/responses"},
      {"https://openrouter.ai/api/v1", "openrouter", Endpoint::messages, "/api/v1/messages"},
      {"https://api.groq.com/openai/v1", "openai", Endpoint::audio_transcriptions,
       "/openai/v1/audio/transcriptions"},
      {"https://api.deepinfra.com/v1/openai", "openai", Endpoint::completions,
       "/v1/openai/completions"},
      {"https://api.anthropic.com", "anthropic", Endpoint::messages, "/v1/messages"},
      {"https://api.anthropic.com/v1", "anthropic", Endpoint::chat_completions,
       "/v1/chat/completions"},
      {"https://api.anthropic.com", "anthropic", Endpoint::embeddings, ""},
      {"https://generativelanguage.googleapis.com", "gemini", Endpoint::chat_completions,
       "/v1beta/openai/chat/completions"},
      {"https://generativelanguage.googleapis.com/v1beta", "gemini", Endpoint::embeddings,
       "/v1beta/openai/embeddings"},
      {"https://generativelanguage.googleapis.com/v1beta/openai/", "gemini",
       Endpoint::images_generations, "/v1beta/openai/images/generations"},
      {"https://api.cohere.com", "cohere", Endpoint::chat_completions,
       "/compatibility/v1/chat/completions"},
      {"https://api.cohere.com/v2", "cohere", Endpoint::rerank, "/v2/rerank"},
      {"https://api.cohere.ai/compatibility/v1", "cohere", Endpoint::embeddings,
       "/compatibility/v1/embeddings"},
      {"http://host/v1-openai", "gpustack", Endpoint::chat_completions,
       "/v1-openai/chat/completions"},
      {"http://host/v1-openai", "gpustack", Endpoint::rerank, "/v1/rerank"},
      {"http://host", "gpustack", Endpoint::messages, "/v1/messages"},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(target(test.url, test.kind, test.endpoint), test.target)
        << test.kind << " at " << test.url;
  }
}

TEST(CallTarget, CallsGoWhereTheListWasFound) {
  struct Case {
    const char* url;
    const char* kind;
    ApiRoot root;
    Endpoint endpoint;
    const char* target;
  };
  const Case cases[] = {
      {"http://host:7997", "openai", ApiRoot::as_given, Endpoint::embeddings, "/embeddings"},
      {"http://host:7997/models", "openai", ApiRoot::as_given, Endpoint::rerank, "/rerank"},
      {"https://adb.example/serving-endpoints", "openai", ApiRoot::as_given,
       Endpoint::chat_completions, "/serving-endpoints/chat/completions"},
      {"https://models.github.ai/inference", "openai", ApiRoot::as_given,
       Endpoint::chat_completions, "/inference/chat/completions"},
      {"https://models.github.ai/inference", "openai", ApiRoot::catalog, Endpoint::chat_completions,
       "/inference/chat/completions"},
      {"https://models.github.ai/orgs/lab/inference", "openai", ApiRoot::catalog,
       Endpoint::embeddings, "/orgs/lab/inference/embeddings"},
      {"http://host/v1", "openai", ApiRoot::as_given, Endpoint::embeddings, "/v1/embeddings"},
      {"http://host", "gpustack", ApiRoot::as_given, Endpoint::rerank, "/v1/rerank"},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(target(test.url, test.kind, test.endpoint, test.root), test.target) << test.url;
  }
}

TEST(CallTarget, PathsOfTheirOwnAreOfEndpointsTheKindSpeaks) {
  for (const Kind& kind : all_kinds()) {
    EXPECT_FALSE(kind.calls.empty()) << kind.slug;
    for (const CallPath& own : kind.call_paths) {
      EXPECT_TRUE(kind.calls.contains(own.endpoint)) << kind.slug << own.path;
      EXPECT_TRUE(own.path.starts_with('/')) << kind.slug << own.path;
    }
  }
}

TEST(CallTarget, OnlyMessagesCarryTheKeyAsTheVendorsOwnApiDoes) {
  for (const Kind& kind : all_kinds()) {
    kind.calls.for_each([&](Endpoint endpoint) {
      const bool is_theirs = endpoint == Endpoint::messages || endpoint == Endpoint::count_tokens;
      const bool own = kind.slug == "anthropic" && is_theirs;
      const KeyHeader& header = call_key_header(kind, endpoint);
      EXPECT_EQ(header.name, own ? "x-api-key" : "authorization") << kind.slug;
      EXPECT_EQ(header.prefix, own ? "" : "Bearer ") << kind.slug;
    });
  }
}

TEST(CallTarget, UsageIsAskedForWhereTheOptionExistsAndIsNeeded) {
  struct Case {
    const char* kind;
    bool asks;
  };
  for (const auto& test : {Case{"openai", true}, Case{"vllm", true}, Case{"llama.cpp", true},
                           Case{"anthropic", true}, Case{"gemini", true}, Case{"mistral", false},
                           Case{"cohere", false}, Case{"openrouter", false}}) {
    const Kind& kind = *find_kind(test.kind);
    EXPECT_EQ(asks_for_usage(kind, Endpoint::chat_completions), test.asks) << test.kind;
    EXPECT_EQ(asks_for_usage(kind, Endpoint::completions), test.asks) << test.kind;
    EXPECT_FALSE(asks_for_usage(kind, Endpoint::messages)) << test.kind;
    EXPECT_FALSE(asks_for_usage(kind, Endpoint::responses)) << test.kind;
    EXPECT_FALSE(asks_for_usage(kind, Endpoint::embeddings)) << test.kind;
  }
}

TEST(CallTarget, OpenaiItselfIsKnownByItsHost) {
  for (const char* url :
       {"https://api.openai.com/v1", "https://API.OpenAI.com", "https://eu.api.openai.com/v1",
        "https://mine.openai.azure.com/openai/v1"}) {
    EXPECT_TRUE(is_openai_itself(parse_base_url(url).value())) << url;
  }
  for (const char* url : {"https://api.openai.com.example.org", "http://openai.azure.com",
                          "http://127.0.0.1:8000/api.openai.com"}) {
    EXPECT_FALSE(is_openai_itself(parse_base_url(url).value())) << url;
  }
}

}  // namespace
}  // namespace weir::discovery
